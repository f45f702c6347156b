#include "engine/state/user_table.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/state/account_file.h"

namespace saker {
namespace {

namespace fs = std::filesystem;

class Directory {
  public:
    Directory() {
        char name[] = "/tmp/saker-test-XXXXXX";
        path = ::mkdtemp(name);
        fs::create_directories(path / "etc");
    }
    ~Directory() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    void write(const char* name, std::string_view text) const {
        std::ofstream(path / name, std::ios::trunc) << text;
    }
    fs::path path;
};

TEST_CASE("accounts of well-meant and hostile lines") {
    Accounts accounts;
    read_passwd(
        "root:x:0:0:root:/root:/bin/bash\n"
        "toor:x:0:0::/:/bin/sh\n"
        "\n"
        "no colon at all\n"
        ":x:5:5:::\n"
        "negative:x:-1:0:::\n"
        "big:x:4294967296:0:::\n"
        "words:x:12abc:0:::\n"
        "short:x:7\n"
        "last:x:8:8:gecos:/home/last:/bin/zsh",
        accounts);
    CHECK(accounts.users.size() == 3);
    CHECK(accounts.users.at(0).name == "root");
    CHECK(accounts.users.at(0).home == "/root");
    CHECK(accounts.users.at(0).shell == "/bin/bash");
    CHECK(accounts.users.at(7).name == "short");
    CHECK(accounts.users.at(7).shell.empty());
    CHECK(accounts.users.at(8).shell == "/bin/zsh");

    read_group("wheel:x:10:root,me\n\nbad\nwheel2:x:10:\nlast:x:11", accounts);
    CHECK(accounts.groups.size() == 2);
    CHECK(accounts.groups.at(10) == "wheel");
}

TEST_CASE("files a container may put in our way") {
    const Directory root;
    const auto read = [&] { return read_account_file(root.path, "etc/passwd", {}); };

    SECTION("none") {
        CHECK_FALSE(read());
    }
    SECTION("a file") {
        root.write("etc/passwd", "root:x:0:0::/:/bin/sh\n");
        const auto file = read();
        REQUIRE(file);
        CHECK(file->text == "root:x:0:0::/:/bin/sh\n");
        const auto again = read_account_file(root.path, "etc/passwd", file->stamp);
        REQUIRE(again);
        CHECK(again->text.empty());
        CHECK(again->stamp == file->stamp);
    }
    SECTION("a link to the host's") {
        fs::create_symlink("/etc/passwd", root.path / "etc/passwd");
        CHECK_FALSE(read());
    }
    SECTION("a directory that is a link out") {
        fs::remove(root.path / "etc");
        fs::create_symlink("/etc", root.path / "etc");
        CHECK_FALSE(read());
    }
    SECTION("a directory") {
        fs::create_directories(root.path / "etc/passwd");
        CHECK_FALSE(read());
    }
    SECTION("a FIFO nobody writes to") {
        REQUIRE(::mkfifo((root.path / "etc/passwd").c_str(), 0600) == 0);
        CHECK_FALSE(read());
    }
    SECTION("more than anybody needs") {
        root.write("etc/passwd", std::string(3 << 20, 'x'));
        const auto file = read();
        REQUIRE(file);
        CHECK(file->text.size() == 1 << 20);
    }
}

TEST_CASE("filesystems that a program serves are left alone") {
    const std::string plain = "22 27 0:21 / /proc rw,relatime - proc proc rw\n";
    CHECK_FALSE(are_accounts_served_by_program(""));
    CHECK_FALSE(are_accounts_served_by_program("garbage\n - \n"));
    CHECK_FALSE(are_accounts_served_by_program(
        plain +
        "1 0 8:1 / / rw shared:1 - ext4 /dev/sda rw\n2 1 0:9 / /mnt rw - fuse.sshfs x rw\n"));
    CHECK(
        are_accounts_served_by_program(plain + "1 0 0:9 / / rw master:1 - fuse.overlayfs x rw\n"));
    CHECK(are_accounts_served_by_program(plain + "1 0 0:9 / /etc rw - fuse x rw"));
    CHECK(are_accounts_served_by_program(plain + "1 0 0:9 / /etc/passwd rw - fuseblk x rw"));
}

Host live_host(const Directory& root) {
    Host host;
    host.is_live = true;
    host.mount_namespace = 20;
    host.root = root.path;
    return host;
}

TEST_CASE("names of the host's users") {
    const Directory root;
    root.write("etc/passwd", "root:x:0:0::/:/bin/sh\nme:x:1000:1000:::/\n");
    root.write("etc/group", "wheel:x:10:\n");
    const Host host = live_host(root);
    UserTable users(host);
    const auto self = static_cast<uint32_t>(::getpid());
    REQUIRE(users.user(20, self, 1000));
    CHECK(users.user(20, self, 1000)->name == "me");
    CHECK(users.user(20, self, 4) == nullptr);
    REQUIRE(users.group(20, self, 10));
    CHECK(*users.group(20, self, 10) == "wheel");
}

TEST_CASE("a namespace of its own is asked by the process's root") {
    const Directory root;
    const Host host = live_host(root);
    UserTable users(host);
    // Our own root stands for a container's.
    const User* user = users.user(21, static_cast<uint32_t>(::getpid()), 0);
    REQUIRE(user);
    CHECK(user->name == "root");
    CHECK(users.user(22, 0x7fffffff, 0) == nullptr);
}

TEST_CASE("of a recording only what it says is known") {
    const Directory root;
    root.write("etc/passwd", "root:x:0:0::/:/bin/sh\n");
    Host host = live_host(root);
    host.is_live = false;
    UserTable users(host);
    CHECK(users.user(20, 1, 0) == nullptr);
    users.learn_user(20, 0, {"admin", "/", "/bin/sh"});
    REQUIRE(users.user(20, 1, 0));
    CHECK(users.user(20, 1, 0)->name == "admin");
}

}  // namespace
}  // namespace saker
