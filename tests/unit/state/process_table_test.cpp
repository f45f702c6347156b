#include "engine/state/process_table.h"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tests/support/record_builder.h"

namespace saker {
namespace {

using test::Record;

constexpr uint64_t kSecond = 1'000'000'000;

struct Who {
    uint32_t pid;
    uint64_t start_time;
    uint32_t exec_id;
    std::string_view name;
};

/// A process table and short words for what happens to it.
class Story {
  public:
    explicit Story(size_t budget = 64 << 20) : table(budget) {}

    const Process& tell(Record& record) { return table.observe(record.at(now += 1000).event()); }

    const Process& snapshot(Who who, const Who* parent = nullptr) {
        Record record("execve");
        record.by(who.pid, who.start_time, who.exec_id, who.name).flag(RECORD_SNAPSHOT);
        describe(record, who);
        if (parent) {
            record.set("ptid", parent->pid).set("parent_start_time", parent->start_time);
            record.set("parent_exec_id", parent->exec_id);
        }
        return tell(record);
    }
    /// `who` is as it is afterwards.
    const Process& exec(Who who, int64_t result = 0) {
        Record record("execve");
        record.by(who.pid, who.start_time, who.exec_id, who.name).set("res", result);
        describe(record, who);
        return tell(record);
    }
    void fork(Who parent, uint32_t child, uint64_t start_time, uint64_t flags = 0) {
        Record record("clone");
        record.by(parent.pid, parent.start_time, parent.exec_id, parent.name);
        record.set("res", child).set("pid", child).set("tid", child).set("vpid", child);
        record.set("child_start_time", static_cast<int64_t>(start_time));
        record.set("flags", static_cast<int64_t>(flags)).set("ptid", parent.pid);
        record.set("parent_start_time", static_cast<int64_t>(parent.start_time));
        tell(record);
    }
    void exit(Who who) {
        Record record("procexit");
        record.by(who.pid, who.start_time, who.exec_id, who.name);
        tell(record);
    }
    const Process& open(Who who, std::string_view directory = {}) {
        Record record("openat");
        record.by(who.pid, who.start_time, who.exec_id, who.name);
        record.set("dirfd", AT_FDCWD).text("name", "x").text("directory", directory);
        return tell(record);
    }
    bool knows(Who who) {
        Record record("openat");
        record.by(who.pid, who.start_time, who.exec_id, who.name);
        return table.knows(record.event());
    }
    /// The bulk lane has nothing older than now.
    void drain() { table.bulk_has_passed(now += 2 * kSecond); }

    ProcessTable table;
    uint64_t now = 1000 * kSecond;

  private:
    static void describe(Record& record, Who who) {
        record.text("exe", who.name).strings("args", {"-a", "b c"});
        record.text("trusted_exepath", "/bin/" + std::string(who.name)).text("cwd", "/");
        record.set("pgid", who.pid).set("sid", who.pid);
    }
};

std::string lineage(const Process& process) {
    std::string names;
    for (const Process* at = &process; at; at = at->parent) {
        names += (names.empty() ? "" : "<") + at->program->name;
    }
    return names;
}

constexpr Who kInit{1, 10, 1, "init"};
constexpr Who kShell{100, 1000, 3, "sh"};

TEST_CASE("a snapshot comes in any order") {
    Story story;
    const Who parent = GENERATE(kInit);
    story.snapshot(kShell, &parent);
    CHECK(lineage(story.open(kShell)) == "sh<");
    story.snapshot(kInit);
    const Process& shell = story.open(kShell);
    CHECK(lineage(shell) == "sh<init");
    CHECK(shell.program->cmdline == "sh -a b c");
    CHECK(shell.program->joined_args() == "-a b c");
    CHECK(story.table.counts().unknown == 0);
}

TEST_CASE("fork and exec make a child with its own program") {
    Story story;
    story.snapshot(kInit);
    story.snapshot(kShell, &kInit);
    story.fork(kShell, 101, 2000);
    const Who child{101, 2000, 3, "sh"};
    CHECK(lineage(story.open(child)) == "sh<sh<init");
    const Who cat{101, 2000, 4, "cat"};
    CHECK(lineage(story.exec(cat)) == "cat<sh<init");
    CHECK(lineage(story.open(cat)) == "cat<sh<init");
    CHECK(story.table.counts().unknown == 0);
    CHECK(story.table.counts().lost_execs == 0);
}

TEST_CASE("a late record is judged with the program that did it") {
    Story story;
    story.snapshot(kShell);
    const Who first{100, 1000, 4, "first"};
    const Who second{100, 1000, 5, "second"};
    story.exec(first);
    story.exec(second);
    story.exit(second);
    CHECK(story.open(kShell).program->name == "sh");
    CHECK(story.open(first).program->name == "first");
    CHECK(story.open(second).program->name == "second");
    CHECK(story.table.counts().unknown == 0);
    CHECK(story.table.counts().rows == 3);

    story.drain();
    CHECK(story.table.counts().rows == 0);
}

TEST_CASE("rows stay while the bulk lane lags") {
    Story story;
    story.snapshot(kShell);
    story.exit(kShell);
    const uint64_t ended = story.now;
    story.table.bulk_has_passed(ended - kSecond);
    story.table.bulk_has_passed(ended + kSecond / 2);
    CHECK(story.table.counts().rows == 1);
    story.table.bulk_has_passed(ended + kSecond + 1);
    CHECK(story.table.counts().rows == 0);
}

TEST_CASE("a failed exec leaves the program") {
    Story story;
    story.snapshot(kShell);
    CHECK(story.exec(kShell, -2).program->name == "sh");
    CHECK(story.table.counts().rows == 1);
}

TEST_CASE("lineage outlives its processes and goes with the last descendant") {
    Story story;
    story.snapshot(kInit);
    story.snapshot(kShell, &kInit);
    // Double fork: sh -> middle -> daemon, middle and sh exit.
    story.fork(kShell, 101, 2000);
    const Who middle{101, 2000, 4, "middle"};
    story.exec(middle);
    story.fork(middle, 102, 3000);
    const Who daemon{102, 3000, 5, "daemon"};
    story.exec(daemon);
    story.exit(middle);
    story.exit(kShell);
    story.drain();
    CHECK(lineage(story.open(daemon)) == "daemon<middle<sh<init");

    story.exit(daemon);
    story.drain();
    CHECK(story.table.counts().rows == 1);
    CHECK(lineage(story.open(kInit)) == "init");
}

TEST_CASE("the parent is the program that forked, whatever it became") {
    Story story;
    story.snapshot(kShell);
    story.fork(kShell, 101, 2000);
    story.exec({100, 1000, 4, "other"});
    story.drain();
    CHECK(lineage(story.exec({101, 2000, 4, "ls"})) == "ls<sh");
}

TEST_CASE("a pid used again is another process") {
    Story story;
    story.snapshot(kShell);
    story.fork(kShell, 101, 2000);
    const Who old{101, 2000, 4, "old"};
    story.exec(old);
    SECTION("its end was seen") {
        story.exit(old);
    }
    SECTION("its end was lost") {}
    story.fork(kShell, 101, 9000);
    const Who young{101, 9000, 4, "young"};
    story.exec(young);
    CHECK(story.open(old).program->name == "old");
    CHECK(story.open(young).program->name == "young");
    CHECK(story.table.running(101)->start_time == 9000);
    story.drain();
    CHECK_FALSE(story.knows(old));
    CHECK(story.knows(young));
}

TEST_CASE("threads are not processes; CLONE_PARENT makes a sibling") {
    Story story;
    story.snapshot(kInit);
    story.snapshot(kShell, &kInit);
    story.fork(kShell, 150, 2000, CLONE_THREAD | CLONE_VM);
    CHECK(story.table.running(150) == nullptr);

    Record record("clone");
    record.by(kShell.pid, kShell.start_time, kShell.exec_id, "sh");
    record.set("res", 160).set("pid", 160).set("child_start_time", 2500);
    record.set("flags", CLONE_PARENT).set("ptid", 1).set("parent_start_time", 10);
    story.tell(record);
    CHECK(lineage(*story.table.running(160)) == "sh<init");
}

TEST_CASE("a fork that failed makes nothing") {
    Story story;
    story.snapshot(kShell);
    Record record("fork");
    record.by(kShell.pid, kShell.start_time, kShell.exec_id, "sh").set("res", -11);
    story.tell(record);
    CHECK(story.table.counts().rows == 1);
}

TEST_CASE("what was not seen is a row with the record's own facts") {
    Story story;
    const Who stranger{500, 5000, 7, "stranger"};
    CHECK_FALSE(story.knows(stranger));
    const Process& process = story.open(stranger);
    CHECK(process.is_placeholder);
    CHECK(process.program->name == "stranger");
    CHECK_FALSE(process.program->is_known);
    CHECK(story.table.counts().unknown == 1);
    CHECK(story.knows(stranger));

    SECTION("an exec fills it") {
        CHECK(story.exec({500, 5000, 8, "known"}).program->is_known);
        CHECK(story.table.counts().lost_execs == 0);
    }
    SECTION("an exec that was lost is counted once known") {
        story.exec({500, 5000, 8, "known"});
        CHECK(story.open({500, 5000, 9, "next"}).program->name == "next");
        CHECK(story.table.counts().lost_execs == 1);
    }
    SECTION("a late snapshot fills it") {
        story.snapshot(kInit);
        story.snapshot(stranger, &kInit);
        CHECK(lineage(story.open(stranger)) == "stranger<init");
        CHECK_FALSE(story.open(stranger).is_placeholder);
    }
}

TEST_CASE("an exec that overtakes its fork") {
    Story story;
    story.snapshot(kInit);
    story.snapshot(kShell, &kInit);
    Record record("execve");
    record.by(101, 2000, 4, "ls").set("ptid", 100).set("parent_start_time", 1000);
    record.set("parent_exec_id", 3);
    story.tell(record);
    story.fork(kShell, 101, 2000);
    CHECK(lineage(story.open({101, 2000, 4, "ls"})) == "ls<sh<init");
    CHECK(story.open({101, 2000, 3, "sh"}).program->name == "sh");
    CHECK(story.table.running(101)->program->name == "ls");
    CHECK(story.table.counts().unknown == 0);
}

TEST_CASE("a snapshot that comes after the program's end ends it too") {
    Story story;
    story.exec({100, 1000, 4, "new"});
    story.snapshot(kShell);
    CHECK(story.table.running(100)->program->name == "new");
    CHECK(story.open(kShell).program->name == "sh");
}

TEST_CASE("start times from /proc match the kernel's") {
    Story story;
    Record record("execve");
    record.by(300, 50'000'000, 0, "old").flag(RECORD_SNAPSHOT);
    story.tell(record);
    const Process& process = story.open({300, 53'123'456, 6, "old"});
    CHECK(process.program->is_known);
    CHECK(process.start_time == 53'123'456);
    CHECK(story.table.counts().rows == 1);
    CHECK(story.table.counts().unknown == 0);
}

TEST_CASE("a start time from /proc finds the process its own event told of") {
    Story story;
    const Who exact{300, 53'123'456, 6, "cat"};
    story.exec(exact);
    Record record("execve");
    record.by(300, 50'000'000, 0, "cat").flag(RECORD_SNAPSHOT);
    CHECK(story.tell(record).exec_id == 6);
    CHECK(story.table.counts().rows == 1);
}

TEST_CASE("lying records make no circles") {
    Story story;
    const Who a{10, 100, 1, "a"};
    const Who b{20, 200, 1, "b"};
    story.snapshot(a, &b);
    story.snapshot(b, &a);
    const Who self{30, 300, 1, "self"};
    story.snapshot(self, &self);
    CHECK(lineage(story.open(a)).size() < 20);
    CHECK(lineage(story.open(b)).size() < 20);
    CHECK(lineage(story.open(self)).size() < 20);
}

TEST_CASE("a process that says it is its own child keeps its program") {
    Story story;
    const Who unseen{10, 100, 1, "unseen"};
    story.fork(unseen, unseen.pid, unseen.start_time);
    const Process& process = story.open(unseen);
    REQUIRE(process.program);
    CHECK(process.program->name == "unseen");
    CHECK(story.table.counts().rows == 1);
}

TEST_CASE("the working directory follows what opens tell") {
    Story story;
    story.snapshot(kShell);
    CHECK(story.open(kShell).cwd == "/");
    CHECK(story.open(kShell, "/home/me").cwd == "/home/me");
    CHECK(story.open(kShell).cwd == "/home/me");
}

TEST_CASE("capset changes what is known of capabilities") {
    Story story;
    story.snapshot(kShell);
    Record record("capset");
    record.by(kShell.pid, kShell.start_time, kShell.exec_id, "sh").set("cap_permitted", 5);
    CHECK(story.tell(record).cap_permitted == 5);
    record.set("cap_permitted", 9).set("res", -1);
    CHECK(story.tell(record).cap_permitted == 5);
}

TEST_CASE("the byte budget forgets the ended first, then cuts lineages, and counts both") {
    Story story(200'000);
    story.snapshot(kInit);
    SECTION("many short lives") {
        for (uint32_t pid = 1000; pid < 3000; ++pid) {
            story.fork(kInit, pid, pid);
            story.exec({pid, pid, 2, "true"});
            story.exit({pid, pid, 2, "true"});
        }
        CHECK(story.table.counts().cut_lineages == 0);
        CHECK_FALSE(story.open(kInit).is_placeholder);
    }
    SECTION("a chain in which each forks and exits") {
        Who last{1000, 1000, 1, "link"};
        story.fork(kInit, last.pid, last.start_time);
        for (uint32_t pid = 1001; pid < 3000; ++pid) {
            story.fork(last, pid, pid);
            story.exit(last);
            last = {pid, pid, 1, "link"};
        }
        CHECK(story.table.counts().cut_lineages > 0);
        CHECK(lineage(story.open(last)).size() > 6);
    }
    SECTION("many that live") {
        for (uint32_t pid = 1000; pid < 3000; ++pid) {
            story.fork(kInit, pid, pid);
            story.exec({pid, pid, 2, "sleep"});
        }
    }
    CHECK(story.table.counts().evicted > 0);
    CHECK(story.table.counts().bytes < 210'000);
}

TEST_CASE("everything goes when everybody has") {
    Story story;
    story.snapshot(kInit);
    for (uint32_t pid = 1000; pid < 1200; ++pid) {
        story.fork(kInit, pid, pid);
        story.exec({pid, pid, 2, "true"});
        story.open({pid, pid, 2, "true"}, "/a/directory/longer/than/any/small/string/would/hold");
        story.exit({pid, pid, 2, "true"});
    }
    story.exit(kInit);
    story.drain();
    CHECK(story.table.counts().rows == 0);
    CHECK(story.table.counts().bytes == 0);
}

/// Forks, execs and exits at random, opens by the living and the dead; returns who still lives.
std::vector<Who> live_at_random(Story& story, std::mt19937& random, int acts) {
    std::vector<Who> living{kInit};
    std::vector<Who> dead;
    uint64_t start_time = 1000;
    for (int act = 0; act < acts; ++act) {
        const size_t index = random() % living.size();
        Who& who = living[index];
        switch (random() % 6) {
            case 0:
            case 1: {
                // Few pids, so that they are used again.
                const auto pid = static_cast<uint32_t>(2 + random() % 300);
                if (std::ranges::find(living, pid, &Who::pid) == living.end()) {
                    story.fork(who, pid, ++start_time);
                    living.push_back({pid, start_time, who.exec_id, who.name});
                }
                break;
            }
            case 2:
                ++who.exec_id;
                who.name = who.exec_id % 2 == 0 ? "even" : "odd";
                story.exec(who);
                break;
            case 3:
                if (living.size() > 1) {
                    story.exit(who);
                    dead.push_back(who);
                    living.erase(living.begin() + static_cast<std::ptrdiff_t>(index));
                }
                break;
            case 4:
                story.open(who);
                break;
            default:
                if (random() % 50 == 0) {
                    story.drain();
                    dead.clear();
                } else if (!dead.empty()) {
                    const Who late = dead[random() % dead.size()];
                    CHECK(story.open(late).program->name == late.name);
                }
        }
    }
    return living;
}

TEST_CASE("whatever happens, who did it is known, and in the end nothing is left") {
    std::mt19937 random(GENERATE(1, 2, 3, 4));
    Story story;
    story.snapshot(kInit);
    const std::vector<Who> living = live_at_random(story, random, 20'000);
    CHECK(story.table.counts().unknown == 0);
    CHECK(story.table.counts().lost_execs == 0);
    CHECK(story.table.counts().evicted == 0);
    for (const Who& who : living) {
        CHECK(story.open(who).program->name == who.name);
        story.exit(who);
    }
    story.drain();
    CHECK(story.table.counts().rows == 0);
    CHECK(story.table.counts().bytes == 0);
}

}  // namespace
}  // namespace saker
