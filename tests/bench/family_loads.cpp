// One load for each family of hooks. They stay in the folder that `prepare_loads` made.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "tests/bench/loads.h"

namespace saker::bench {
namespace {

constexpr const char* kFile = "family";
constexpr const char* kOther = "family-other";
constexpr size_t kPage = 4096;

/// A file for acts on files, for as long as this lives.
struct FamilyFile {
    FamilyFile() : fd(::open(kFile, O_CREAT | O_RDWR | O_CLOEXEC, 0644)) { must(fd >= 0, kFile); }
    ~FamilyFile() {
        ::close(fd);
        ::unlink(kFile);
    }
    FamilyFile(const FamilyFile&) = delete;
    FamilyFile& operator=(const FamilyFile&) = delete;

    int fd;
};

void rename_twice(size_t repeats) {
    const FamilyFile file;
    for (; repeats; --repeats) {
        must(::rename(kFile, kOther) == 0 && ::rename(kOther, kFile) == 0, "rename");
    }
}

void link_and_unlink(size_t repeats) {
    const FamilyFile file;
    for (; repeats; --repeats)
        must(::link(kFile, kOther) == 0 && ::unlink(kOther) == 0, "link");
}

void make_and_remove_folder(size_t repeats) {
    for (; repeats; --repeats)
        must(::mkdir(kOther, 0700) == 0 && ::rmdir(kOther) == 0, "mkdir");
}

void change_mode(size_t repeats) {
    const FamilyFile file;
    for (; repeats; --repeats)
        must(::chmod(kFile, 0640) == 0, "chmod");
}

void change_owner(size_t repeats) {
    const FamilyFile file;
    for (; repeats; --repeats)
        must(::fchown(file.fd, static_cast<uid_t>(-1), static_cast<gid_t>(-1)) == 0, "fchown");
}

void duplicate(size_t repeats) {
    const FamilyFile file;
    for (; repeats; --repeats)
        ::close(::dup(file.fd));
}

void make_pipe(size_t repeats) {
    for (; repeats; --repeats) {
        int ends[2];
        must(::pipe(ends) == 0, "pipe");
        ::close(ends[0]);
        ::close(ends[1]);
    }
}

void map_memory(size_t repeats) {
    for (; repeats; --repeats)
        ::munmap(::mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), kPage);
}

void protect_memory(size_t repeats) {
    void* page = ::mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(page != MAP_FAILED, "mmap");
    for (; repeats; --repeats)
        ::mprotect(page, kPage, repeats % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
    ::munmap(page, kPage);
}

void make_memory_file(size_t repeats) {
    for (; repeats; --repeats)
        ::close(::memfd_create("family", MFD_CLOEXEC));
}

void signal_nothing(size_t repeats) {
    const pid_t self = ::getpid();
    for (; repeats; --repeats)
        ::kill(self, 0);
}

void stay_who_we_are(size_t repeats) {
    const uid_t self = ::getuid();
    for (; repeats; --repeats)
        ::syscall(SYS_setuid, self);
}

void ask_limit(size_t repeats) {
    rlimit limit{};
    for (; repeats; --repeats)
        ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
}

void ask_property(size_t repeats) {
    for (; repeats; --repeats)
        ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

void read_own_memory(size_t repeats) {
    char from = 'a', to = 0;
    iovec local{&to, 1}, remote{&from, 1};
    const pid_t self = ::getpid();
    for (; repeats; --repeats)
        ::process_vm_readv(self, &local, 1, &remote, 1, 0);
}

void ask_nothing_of_bpf(size_t repeats) {
    for (; repeats; --repeats)
        ::syscall(SYS_bpf, 0x7fff, nullptr, 0);
}

void make_socket(size_t repeats) {
    for (; repeats; --repeats)
        ::close(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

void send_datagram(size_t repeats) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const int receiver = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int sender = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    must(::bind(receiver, generic, length) == 0 && ::getsockname(receiver, generic, &length) == 0,
         "bind");
    char byte = 'x';
    for (; repeats; --repeats) {
        ::sendto(sender, &byte, 1, 0, generic, length);
        ::recvfrom(receiver, &byte, 1, 0, nullptr, nullptr);
    }
    ::close(sender);
    ::close(receiver);
}

void control_device(size_t repeats) {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (; repeats; --repeats)
        ::syscall(SYS_ioctl, null, 0x5401, nullptr);
    ::close(null);
}

void call_without_row(size_t repeats) {
    for (; repeats; --repeats)
        ::syscall(SYS_getpgrp);
}

constexpr std::array kFamilies{
    Load{"rename", "rename, twice", 5'000, rename_twice, true},
    Load{"link", "link + unlink", 5'000, link_and_unlink, true},
    Load{"mkdir", "mkdir + rmdir", 5'000, make_and_remove_folder, true},
    Load{"chmod", "chmod", 20'000, change_mode, true},
    Load{"fchown", "fchown", 20'000, change_owner, true},
    Load{"dup", "dup + close", 50'000, duplicate, true},
    Load{"pipe", "pipe + close, twice", 20'000, make_pipe, true},
    Load{"mmap", "mmap + munmap", 30'000, map_memory, true},
    Load{"mprotect", "mprotect", 50'000, protect_memory, true},
    Load{"memfd", "memfd_create + close", 10'000, make_memory_file, true},
    Load{"kill", "kill, signal 0", 50'000, signal_nothing, true},
    Load{"setuid", "setuid", 50'000, stay_who_we_are, true},
    Load{"prlimit", "prlimit", 50'000, ask_limit, true},
    Load{"prctl", "prctl", 50'000, ask_property, true},
    Load{"readv", "process_vm_readv", 30'000, read_own_memory, true},
    Load{"bpf", "bpf, refused", 50'000, ask_nothing_of_bpf, true},
    Load{"socket", "socket + close", 10'000, make_socket, true},
    Load{"sendto", "sendto + recvfrom", 10'000, send_datagram, true},
    Load{"ioctl", "ioctl, refused", 50'000, control_device, true},
    Load{"other", "getpgrp, a call without a row", 50'000, call_without_row, true},
};

}  // namespace

std::span<const Load> family_loads() {
    return kFamilies;
}

}  // namespace saker::bench
