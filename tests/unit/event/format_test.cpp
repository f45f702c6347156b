#include "engine/event/format.h"

#include <catch2/catch.hpp>

#include "engine/event/flag_names.h"

namespace saker {
namespace {

template <class Print>
std::string printed(Print print) {
    Scratch scratch;
    ScratchText text(scratch);
    print(text);
    return std::string(text.view());
}

std::string absolute(std::string_view directory, std::string_view name) {
    return printed([&](ScratchText& out) { print_absolute(out, directory, name); });
}

TEST_CASE("paths are made absolute as text") {
    struct Case {
        std::string_view directory;
        std::string_view name;
        std::string_view whole;
    };
    static constexpr Case kCases[] = {
        {"", "/etc/shadow", "/etc/shadow"},
        {"/ignored", "/etc/shadow", "/etc/shadow"},
        {"/etc", "shadow", "/etc/shadow"},
        {"/etc/", "shadow", "/etc/shadow"},
        {"/", "shadow", "/shadow"},
        {"/etc", "./shadow", "/etc/shadow"},
        {"/etc/x", "../shadow", "/etc/shadow"},
        {"/etc", "../../../shadow", "/shadow"},
        {"/etc", "..", "/"},
        {"/etc", ".", "/etc"},
        {"/etc", "", "/etc"},
        {"/", "", "/"},
        {"", "//etc///shadow//", "/etc/shadow"},
        {"", "/", "/"},
        {"", "//", "/"},
        {"", "/..", "/"},
        {"", "/a/b/../../c", "/c"},
        {"", "/a/..b/.c/...", "/a/..b/.c/..."},
        {"", "relative", "relative"},
        {"unknown", "../relative", "../relative"},
        {"", "", ""},
    };
    for (const Case& fixture : kCases) {
        INFO(fixture.directory << " + " << fixture.name);
        CHECK(absolute(fixture.directory, fixture.name) == fixture.whole);
    }
    // What is before it in the text is not climbed into.
    CHECK(printed([](ScratchText& out) {
              out.add("/before");
              print_absolute(out, "", "/../x");
          }) == "/before/x");
}

TEST_CASE("names of errors, signals and kinds") {
    CHECK(error_name(-2) == "ENOENT");
    CHECK(error_name(13) == "EACCES");
    CHECK(error_name(0).empty());
    CHECK(error_name(-100000).empty());
    CHECK(error_name(INT64_MIN).empty());
    CHECK(signal_name(9) == "SIGKILL");
    CHECK(signal_name(0).empty());
    CHECK(signal_name(99).empty());
    CHECK(family_name(2) == "AF_INET");
    CHECK(family_name(17) == "AF_PACKET");
    CHECK(family_name(9999).empty());
    CHECK(protocol_name(6) == "tcp");
    CHECK(fd_type_name('4') == "ipv4");
    CHECK(fd_type_character('c') == 'f');
    CHECK(fd_type_character(0) == '\0');
    CHECK(fd_type_name(0).empty());
}

TEST_CASE("flags") {
    const auto clone = [](uint64_t flags) {
        return printed([&](ScratchText& out) {
            print_flags(out, flags, flag_names(MemberType::clone_flags));
        });
    };
    CHECK(clone(0) == "0");
    CHECK(clone(0x100) == "CLONE_VM");
    CHECK(clone(0x100 | 0x400) == "CLONE_VM|CLONE_FILES");
    CHECK(clone(0x11) == "0x11");
    CHECK(flag_names(MemberType::number).empty());
    CHECK(printed([](ScratchText& out) { print_capabilities(out, 0); }).empty());
    CHECK(printed([](ScratchText& out) { print_capabilities(out, 1ULL << 40 | 1); }) ==
          "CAP_CHOWN CAP_CHECKPOINT_RESTORE");
    CHECK(printed([](ScratchText& out) {
              print_capabilities(out, UINT64_MAX);
          }).ends_with("CAP_CHECKPOINT_RESTORE"));
}

TEST_CASE("addresses a caller laid out") {
    const auto sockaddr = [](std::string_view bytes) {
        return printed([&](ScratchText& out) { print_sockaddr(out, bytes); });
    };
    CHECK(sockaddr({"\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0", 16}) == "127.0.0.1:80");
    CHECK(sockaddr({"\2\0\0\x50\x7f\0\0", 7}) == "AF_INET");
    CHECK(sockaddr({"\1\0/run/x\0garbage", 16}) == "/run/x");
    CHECK(sockaddr({"\1\0\0abstract", 11}) == "@abstract");
    CHECK(sockaddr({"\1\0", 2}).empty());
    CHECK(sockaddr({"\x10\0\0\0", 4}) == "AF_NETLINK");
    CHECK(sockaddr({"\xff\xff", 2}) == "65535");
    CHECK(sockaddr({"\1", 1}).empty());
    CHECK(sockaddr({"\2", 1}).empty());
    CHECK(sockaddr({}).empty());
    std::string v6("\x0a\0\x01\xbb", 4);
    v6 += std::string(4, '\0') + std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\1";
    CHECK(v6.size() == 24);
    CHECK(sockaddr(v6) == "2001:db8::1:443");
}

TEST_CASE("a text grows and keeps what it has") {
    Scratch scratch;
    ScratchText text(scratch);
    std::string expected;
    for (int round = 0; round < 5000; ++round) {
        text.add_number(round).add(',');
        expected += std::to_string(round) + ",";
    }
    CHECK(text.view() == expected);
    text.cut(4);
    CHECK(text.view() == "0,1,");
    text.cut(100);
    CHECK(text.size() == 4);
}

}  // namespace
}  // namespace saker
