#include "tests/golden/story.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace saker::golden {
namespace {

using test::Record;

constexpr uint32_t kHostNamespace = 100;
constexpr uint32_t kContainerNamespace = 200;
constexpr uint64_t kHostCgroup = 1;
constexpr uint64_t kContainerCgroup = 2;
constexpr const char* kContainerPath =
    "/system.slice/docker-3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e.scope";

struct Who {
    uint32_t pid;
    uint64_t start;
    uint32_t exec_id;
    const char* name;
    uint32_t uid = 0;
    bool is_in_container = false;
};

constexpr Who kInit{1, 10, 1, "systemd"};
constexpr Who kSshd{500, 2'000, 2, "sshd"};
constexpr Who kBash{600, 9'000, 3, "bash", 1000};
constexpr Who kCat{601, 20'000, 4, "cat", 1000};
constexpr Who kNginx{700, 5'000, 2, "nginx", 0, true};
constexpr Who kSh{701, 40'000, 3, "sh", 0, true};

/// Numbers every record in its lane and gives it a time after the one before.
class Teller {
  public:
    Record& tell(const char* event, const Who& who) {
        Record& record = records_.emplace_back(event);
        event_header& header = record.by(who.pid, who.start, who.exec_id, who.name).header();
        header.uid = header.euid = header.gid = header.egid = who.uid;
        header.cgroup = who.is_in_container ? kContainerCgroup : kHostCgroup;
        header.pid_namespace = header.mount_namespace =
            who.is_in_container ? kContainerNamespace : kHostNamespace;
        time_ += 1'000;
        record.at(time_);
        header.sequence = next_[header.lane]++;
        return record;
    }

    /// The kernel had no room for so many records of that lane.
    void lose(lane lane, uint64_t count) { next_[lane] += count; }

    Record& exec(const Who& who, const Who& parent, const char* path,
                 std::initializer_list<std::string_view> args) {
        Record& record = tell("execve", who);
        record.text("exe", who.name).strings("args", args).text("trusted_exepath", path);
        record.text("filename", path).text("cwd", "/home/kim");
        record.text("cgroups", who.is_in_container ? kContainerPath : "/");
        record.set("ptid", parent.pid).set("parent_start_time", static_cast<int64_t>(parent.start));
        record.set("parent_exec_id", parent.exec_id).set("loginuid", 1000);
        return record;
    }
    void was_there(const Who& who, const Who& parent, const char* path) {
        Record& record = exec(who, parent, path, {}).flag(RECORD_SNAPSHOT);
        --next_[record.header().lane];
        record.header().sequence = 0;
    }
    Record& opened(const Who& who, std::string_view asked, std::string_view resolved, int fd = 3) {
        return tell("openat", who)
            .set("fd", fd)
            .set("dirfd", -100)
            .text("name", asked)
            .text("resolved", resolved);
    }

    /// As when the bulk lane is read just before a birth enters the critical one.
    void swap_last_two() { std::swap(records_.back(), *(records_.end() - 2)); }

    std::vector<Record> take() { return std::move(records_); }

  private:
    std::vector<Record> records_;
    std::array<uint64_t, LANE_COUNT> next_{};
    uint64_t time_ = 100'000;
};

void before_us(Teller& teller) {
    teller.was_there(kInit, {0, 0, 0, ""}, "/usr/lib/systemd/systemd");
    teller.was_there(kSshd, kInit, "/usr/sbin/sshd");
    teller.was_there(kBash, kSshd, "/usr/bin/bash");
    teller.was_there(kNginx, kInit, "/usr/sbin/nginx");
}

void on_the_host(Teller& teller) {
    teller.opened(kBash, "/etc/hosts", "/etc/hosts");
    teller.tell("clone", kBash)
        .set("res", kCat.pid)
        .set("pid", kCat.pid)
        .set("tid", kCat.pid)
        .set("vpid", kCat.pid)
        .set("child_start_time", static_cast<int64_t>(kCat.start))
        .set("ptid", kBash.pid)
        .set("parent_start_time", static_cast<int64_t>(kBash.start));
    teller.exec(kCat, kBash, "/usr/bin/cat", {"/tmp/link"});
    teller.opened(kCat, "/tmp/link", "/etc/shadow");
    teller.opened(kCat, "/proc/self/root/etc/shadow", "/etc/shadow").flag(RECORD_CANARY);
    teller.opened(kCat, "../etc/shadow", "", -EACCES).text("directory", "/home");
    teller.tell("procexit", kCat).set("status", 256).set("ret", 1);
    teller.tell("connect", kBash)
        .set("res", -ECONNREFUSED)
        .set("fd", 4)
        .set("domain", AF_INET)
        .set("type", SOCK_STREAM)
        .end("local", "10.0.0.5", 40000)
        .end("remote", "169.254.169.254", 80);
    teller.tell("setuid", {kBash.pid, kBash.start, kBash.exec_id, kBash.name, 0})
        .set("res", 0)
        .set("uid", 0);
}

void in_the_container(Teller& teller) {
    teller.exec(kSh, kNginx, "/bin/sh", {"-c", "id"});
    teller.opened(kSh, "x\n\x1b[2J\xff\"", "/x\n\x1b[2J\xff\"");
    teller.swap_last_two();
    teller.lose(LANE_bulk, 7);
    teller.opened(kSh, "/etc/shadow", "/etc/shadow").header().via = VIA_io_uring;
}

}  // namespace

std::vector<Record> story() {
    Teller teller;
    before_us(teller);
    on_the_host(teller);
    in_the_container(teller);
    return teller.take();
}

}  // namespace saker::golden
