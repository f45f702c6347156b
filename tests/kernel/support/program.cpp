#include "tests/kernel/support/program.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string_view>

namespace saker::kernel_tests {
namespace {

using std::string_view_literals::operator""sv;

#ifdef __x86_64__
constexpr uint16_t kMachine = EM_X86_64;
// mov $42,%edi; mov $60,%eax; syscall
constexpr auto kExit = "\xbf\x2a\x00\x00\x00\xb8\x3c\x00\x00\x00\x0f\x05"sv;
// mov $34,%eax; syscall; jmp back
constexpr auto kWait = "\xb8\x22\x00\x00\x00\x0f\x05\xeb\xf7"sv;
// mov $42,%ebx; mov $1,%eax; int $0x80
constexpr auto kExit32 = "\xbb\x2a\x00\x00\x00\xb8\x01\x00\x00\x00\xcd\x80"sv;
#else
constexpr uint16_t kMachine = EM_AARCH64;
// mov x0,#42; mov x8,#93; svc #0
constexpr auto kExit = "\x40\x05\x80\xd2\xa8\x0b\x80\xd2\x01\x00\x00\xd4"sv;
// mov x0,#0; mov x1,#0; mov x2,#0; mov x3,#0; mov x8,#73; svc #0; b back
constexpr auto kWait =
    "\x00\x00\x80\xd2\x01\x00\x80\xd2\x02\x00\x80\xd2\x03\x00\x80\xd2"
    "\x28\x09\x80\xd2\x01\x00\x00\xd4\xfa\xff\xff\x17"sv;
#endif

/// One segment that holds the whole file, entered right behind the headers.
template <class Header, class Segment>
std::string image(uint8_t width, uint16_t machine, std::string_view code) {
    constexpr unsigned kBase = 0x400000;
    constexpr unsigned kHeaders = sizeof(Header) + sizeof(Segment);
    Header header{};
    const auto magic = std::string_view(ELFMAG, SELFMAG);
    std::copy(magic.begin(), magic.end(), header.e_ident);
    header.e_ident[EI_CLASS] = width;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = machine;
    header.e_version = EV_CURRENT;
    header.e_entry = kBase + kHeaders;
    header.e_phoff = sizeof(Header);
    header.e_ehsize = sizeof(Header);
    header.e_phentsize = sizeof(Segment);
    header.e_phnum = 1;
    Segment segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = segment.p_paddr = kBase;
    segment.p_filesz = segment.p_memsz = kHeaders + code.size();
    segment.p_align = 0x1000;
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
    return bytes.append(code);
}

}  // namespace

std::string exiting_program() {
    return image<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, kMachine, kExit);
}

std::string waiting_program() {
    return image<Elf64_Ehdr, Elf64_Phdr>(ELFCLASS64, kMachine, kWait);
}

#ifdef __x86_64__
std::string exiting_program_32() {
    return image<Elf32_Ehdr, Elf32_Phdr>(ELFCLASS32, EM_386, kExit32);
}
#endif

void install(const std::string& image, const std::string& path, unsigned mode) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, image.data(), image.size()) == static_cast<ssize_t>(image.size()));
    ::fchmod(fd, mode);
    ::close(fd);
}

}  // namespace saker::kernel_tests
