// The journal's protocol, taken apart by the rules systemd gives for it, on a socket of our own.
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <map>

#include "engine/base/fd.h"
#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::testing;

namespace {

using Entry = std::multimap<std::string, std::string>;

class Journal {
  public:
    explicit Journal(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof(address.sun_path) - 1);
        REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
        const timeval patience{60, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    }

    /// The next entry, from the datagram or from the sealed file that came with it.
    Entry next() {
        std::string bytes(1 << 20, '\0');
        iovec part{bytes.data(), bytes.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = ::recvmsg(fd_.get(), &message, 0);
        REQUIRE(got >= 0);
        bytes.resize(static_cast<size_t>(got));
        if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
            came_as_file_ = true;
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
            bytes = contents(Fd(descriptor));
        }
        return take_apart(bytes);
    }

    bool came_as_file() const { return came_as_file_; }

  private:
    static std::string contents(const Fd& file) {
        struct stat facts {};
        REQUIRE(::fstat(file.get(), &facts) == 0);
        std::string bytes(static_cast<size_t>(facts.st_size), '\0');
        REQUIRE(::pread(file.get(), bytes.data(), bytes.size(), 0) == facts.st_size);
        return bytes;
    }

    static Entry take_apart(const std::string& bytes) {
        Entry entry;
        size_t at = 0;
        while (at < bytes.size()) {
            const size_t end = bytes.find_first_of("=\n", at);
            const std::string name = bytes.substr(at, end - at);
            at = end + 1;
            size_t size = 0;
            if (bytes[end] == '=') {
                size = bytes.find('\n', at) - at;
            } else {
                std::memcpy(&size, bytes.data() + at, sizeof(size));
                at += sizeof(size);
            }
            entry.emplace(name, bytes.substr(at, size));
            at += size;
            REQUIRE(bytes[at] == '\n');
            ++at;
        }
        return entry;
    }

    Fd fd_;
    bool came_as_file_ = false;
};

std::string only(const Entry& entry, const std::string& name) {
    REQUIRE(entry.count(name) == 1);
    return entry.find(name)->second;
}

}  // namespace

TEST_CASE("a journal gets structured fields, whatever they hold", "[journald]") {
    const Folder folder;
    Journal journal(folder.path("socket"));
    config::OutputSetting setting = config::OutputSetting::of_type("journald");
    setting.path = folder.path("socket");
    const auto delivery = deliver_to(setting);
    Alert alert = alert_of("1", "Rule\nSAKER_RULE=forged");
    alert.tags = {"file", "host"};
    alert.fields = {{"proc.name", rules::OutputScalar(std::string("a\nPRIORITY=0\n"))},
                    {"proc.pid", rules::OutputScalar(uint64_t{7})},
                    {"user.name", rules::OutputScalar(Absent{})}};
    delivery->offer(alert);
    const Entry entry = journal.next();
    CHECK_THAT(only(entry, "MESSAGE"), Catch::EndsWith("Notice something happened: 1"));
    CHECK(only(entry, "PRIORITY") == "5");
    CHECK(only(entry, "SYSLOG_IDENTIFIER") == "saker");
    CHECK(only(entry, "SAKER_ID") == "1");
    CHECK(only(entry, "SAKER_RULE") == "Rule\nSAKER_RULE=forged");
    CHECK(entry.count("SAKER_TAG") == 2);
    CHECK(only(entry, "SAKER_FIELD_PROC_NAME") == "a\nPRIORITY=0\n");
    CHECK(only(entry, "SAKER_FIELD_PROC_PID") == "7");
    CHECK(entry.count("SAKER_FIELD_USER_NAME") == 0);
}

TEST_CASE("what no datagram holds comes to the journal as a file", "[journald]") {
    const Folder folder;
    Journal journal(folder.path("socket"));
    config::OutputSetting setting = config::OutputSetting::of_type("journald");
    setting.path = folder.path("socket");
    const auto delivery = deliver_to(setting);
    Alert alert = alert_of("1");
    alert.message = std::string(4 << 20, 'x');
    delivery->offer(alert);
    CHECK(only(journal.next(), "MESSAGE").size() > (4 << 20));
    CHECK(journal.came_as_file());
}

TEST_CASE("a journal that starts late gets what waited, in order", "[journald]") {
    const Folder folder;
    config::OutputSetting setting = config::OutputSetting::of_type("journald");
    setting.path = folder.path("socket");
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 100);
    wait_until([&] { return delivery->counts().attempts_failed > 0; });
    Journal journal(folder.path("socket"));
    for (int i = 0; i < 100; ++i) {
        CHECK(only(journal.next(), "SAKER_ID") == std::to_string(i));
    }
}
