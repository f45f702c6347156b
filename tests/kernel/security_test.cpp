// What processes do to each other and to the kernel, as the kernel's own hooks tell it.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/cgroup.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

/// A child that waits to be killed; killed and reaped with the object.
class Waiting {
  public:
    Waiting() : pid_(::fork()) {
        if (pid_ == 0) {
            while (true) {
                ::pause();
            }
        }
    }
    ~Waiting() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    pid_t pid() const { return pid_; }

  private:
    pid_t pid_;
};

/// A group whose members may have little memory; made under the hierarchy that counts it, removed
/// with the object.
class LittleMemory {
  public:
    LittleMemory() {
        const bool is_v1 = ::access("/sys/fs/cgroup/memory/memory.limit_in_bytes", F_OK) == 0;
        folder_ = std::string("/sys/fs/cgroup") + (is_v1 ? "/memory" : "") +
                  "/saker-kernel-tests-memory-" + std::to_string(::getpid());
        limit_ = is_v1 ? "/memory.limit_in_bytes" : "/memory.max";
        ::mkdir(folder_.c_str(), 0755);
    }
    ~LittleMemory() { ::rmdir(folder_.c_str()); }
    LittleMemory(const LittleMemory&) = delete;
    LittleMemory& operator=(const LittleMemory&) = delete;

    bool limit(const char* bytes) const { return put(limit_, bytes); }
    void enter() const { must(put("/cgroup.procs", "0"), "the control group"); }

  private:
    bool put(const std::string& file, const std::string& text) const {
        const int opened = ::open((folder_ + file).c_str(), O_WRONLY | O_CLOEXEC);
        const bool done = ::write(opened, text.data(), text.size()) > 0;
        ::close(opened);
        return done;
    }

    std::string folder_;
    std::string limit_;
};

size_t page() {
    return static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("task_kill: who is sent a signal", "[security]") {
    if (is_blind(EVENT_task_kill)) {
        return;
    }
    const Shared<pid_t> target;
    const auto story = capture([&] {
        const Waiting child;
        *target = child.pid();
        ::kill(child.pid(), SIGUSR1);
        ::waitpid(child.pid(), nullptr, WNOHANG);
    });
    const Record& sent = story.first("task_kill", counts("sig", SIGUSR1));
    CHECK(static_cast<pid_t>(sent.header().pid) == story.actor());
    CHECK(sent.number("target_pid") == *target);
    CHECK(sent.number("target_tid") == *target);
    CHECK(sent.number("target_uid") == ::getuid());
    CHECK_FALSE(sent.text("target_name").empty());
    const Record& birth = story.first("clone", counts("res", *target));
    CHECK(sent.number("target_start_time") == birth.number("child_start_time"));
}

TEST_CASE("signaldeliver: a signal that somebody sent", "[security]") {
    if (is_blind(EVENT_signaldeliver)) {
        return;
    }
    const Shared<pid_t> target;
    const auto story = capture([&] {
        ::signal(SIGTERM, [](int) { ::_exit(0); });  // else it would reach it as SIGKILL
        const pid_t child = ::fork();
        if (child == 0) {
            while (true) {
                ::pause();
            }
        }
        *target = child;
        ::kill(child, SIGTERM);
        ::waitpid(child, nullptr, 0);
    });
    const Record& reached = story.first("signaldeliver", counts("sig", SIGTERM));
    CHECK(static_cast<pid_t>(reached.header().pid) == *target);
    CHECK(reached.number("dpid") == *target);
    CHECK(reached.number("spid") == story.actor());
    CHECK(reached.number("code") == SI_USER);
}

TEST_CASE("signaldeliver: a fault", "[security]") {
    if (is_blind(EVENT_signaldeliver)) {
        return;
    }
    const Shared<uintptr_t> address;
    const auto story = capture([&] {
        ::signal(SIGSEGV, SIG_DFL);
        auto* place = static_cast<volatile char*>(
            ::mmap(nullptr, page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        *address = reinterpret_cast<uintptr_t>(place);
        *place = 1;
    });
    const Record& fault = story.first("signaldeliver", counts("sig", SIGSEGV));
    CHECK(static_cast<pid_t>(fault.header().pid) == story.actor());
    CHECK(fault.number("spid") == 0);
    CHECK(fault.number("code") == SEGV_ACCERR);
    CHECK(static_cast<uintptr_t>(fault.number("address")) == *address);
}

TEST_CASE("signaldeliver: a process that is killed", "[security]") {
    if (is_blind(EVENT_signaldeliver)) {
        return;
    }
    const auto story = capture([] { ::kill(::getpid(), SIGKILL); });
    const Record& killed = story.first("signaldeliver", counts("sig", SIGKILL));
    CHECK(static_cast<pid_t>(killed.header().pid) == story.actor());
}

TEST_CASE("ptrace_access_check: whose memory is read", "[security]") {
    if (is_blind(EVENT_ptrace_access_check)) {
        return;
    }
    const Shared<pid_t> target;
    const auto story = capture([&] {
        const Waiting child;
        *target = child.pid();
        ::ptrace(PTRACE_ATTACH, child.pid(), nullptr, nullptr);
        ::waitpid(child.pid(), nullptr, 0);
        ::ptrace(PTRACE_DETACH, child.pid(), nullptr, nullptr);
    });
    const Record& asked = story.first("ptrace_access_check", by(story.actor()));
    CHECK(asked.number("target_pid") == *target);
    CHECK((asked.number("mode") & 2) != 0);
}

TEST_CASE("security_bpf: what is asked for, by the kernel's copy", "[security]") {
    if (is_blind(EVENT_security_bpf)) {
        return;
    }
    const auto story = capture([] {
        bpf_attr request{};
        request.map_type = BPF_MAP_TYPE_ARRAY;
        request.key_size = 4;
        request.value_size = 4;
        request.max_entries = 1;
        std::strcpy(request.map_name, "saker_test");
        raw(SYS_bpf, BPF_MAP_CREATE, &request, sizeof request);
    });
    const Record& asked = story.first("security_bpf", says("name", "saker_test"));
    CHECK(asked.number("cmd") == BPF_MAP_CREATE);
    CHECK(asked.number("map_type") == BPF_MAP_TYPE_ARRAY);
}

TEST_CASE("capable: what a process may do and what not", "[security]") {
    if (is_blind(EVENT_capable)) {
        return;
    }
    const auto story = capture([] {
        raw(SYS_sethostname, nullptr, -1);
        must(raw(SYS_setuid, 1234) == 0, "another user");
        raw(SYS_sethostname, nullptr, -1);
    });
    const auto asked = story.all("capable", counts("cap", CAP_SYS_ADMIN), by(story.actor()));
    REQUIRE(asked.size() >= 2);
    CHECK(asked.front()->number("refused") == 0);
    CHECK(asked.front()->number("user_namespace") != 0);
    if (hook_of(EVENT_capable).blind_spot.empty()) {
        CHECK(asked.back()->number("refused") == 1);
    }
}

TEST_CASE("mmap_file and file_mprotect: executable memory", "[security]") {
    if (is_blind(EVENT_mmap_file) || is_blind(EVENT_file_mprotect)) {
        return;
    }
    const Folder folder;
    const std::string file = folder.file("code", std::string(2 * page(), 'x'));
    const auto story = capture([&] {
        const int code = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        ::mmap(nullptr, page(), PROT_READ | PROT_EXEC, MAP_PRIVATE, code, 0);
        void* data = ::mmap(nullptr, page(), PROT_READ | PROT_WRITE, MAP_PRIVATE, code, 0);
        ::mprotect(data, page(), PROT_READ | PROT_EXEC);
    });
    const Record& mapped = story.first("mmap_file", says("resolved", file));
    CHECK(mapped.number("prot") == (PROT_READ | PROT_EXEC));
    CHECK((mapped.number("flags") & MAP_PRIVATE) != 0);
    const Record& changed = story.first("file_mprotect", says("resolved", file));
    CHECK(changed.number("prot") == (PROT_READ | PROT_EXEC));
    CHECK(changed.number("length") == static_cast<int64_t>(page()));
}

TEST_CASE("a control group is made, and a process put inside", "[security]") {
    if (is_blind(EVENT_cgroup_mkdir) || is_blind(EVENT_cgroup_attach_task) || !Cgroup::possible()) {
        return;
    }
    const Shared<uint64_t> id;
    std::string path;
    const auto story = capture([&] {
        const Cgroup above;
        const Cgroup group(&above);
        *id = group.id();
        const pid_t child = ::fork();
        if (child == 0) {
            group.enter();
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
    });
    REQUIRE(story.exit_code() == 0);
    const auto number = static_cast<int64_t>(*id);
    const Record& made = story.first("cgroup_mkdir", counts("id", number));
    CHECK_FALSE(made.text("path").empty());
    CHECK(static_cast<pid_t>(made.header().pid) == story.actor());
    const Record& moved = story.first("cgroup_attach_task", counts("id", number));
    CHECK(moved.text("path") == made.text("path"));
    CHECK(moved.number("hierarchy") == made.number("hierarchy"));
    CHECK(moved.number("target_pid") == static_cast<int64_t>(moved.header().pid));
    CHECK(moved.number("target_pid") != story.actor());
}

TEST_CASE("mark_victim: who dies because memory ran out", "[security]") {
    const LittleMemory group;
    if (is_blind(EVENT_mark_victim) || !group.limit("16777216")) {
        WARN("no control group here limits memory");
        return;
    }
    const Shared<pid_t> victim;
    const auto story = capture([&] {
        const pid_t child = ::fork();
        if (child == 0) {
            group.enter();
            constexpr size_t kMuch = 256 << 20;
            void* room = ::mmap(nullptr, kMuch, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
            std::memset(room, 1, kMuch);
            ::_exit(0);
        }
        *victim = child;
        int status = 0;
        ::waitpid(child, &status, 0);
        must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "that memory runs out");
    });
    REQUIRE(story.exit_code() == 0);
    CHECK(story.has("mark_victim", counts("pid", *victim)));
}

TEST_CASE("bpf: what is asked for, and what came of it", "[security]") {
    const auto story = capture([] {
        bpf_attr request{};
        request.map_type = BPF_MAP_TYPE_HASH;
        request.key_size = 4;
        request.value_size = 4;
        request.max_entries = 1;
        std::strcpy(request.map_name, "saker_test");
        raw(SYS_bpf, BPF_MAP_CREATE, &request, sizeof request);
        bpf_attr program{};
        program.prog_type = BPF_PROG_TYPE_KPROBE;
        program.expected_attach_type = BPF_TRACE_KPROBE_MULTI;
        std::strcpy(program.prog_name, "saker_program");
        raw(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program);
    });
    const Record& map = story.first("bpf", says("name", "saker_test"));
    CHECK(map.number("fd") >= 0);
    CHECK(map.number("cmd") == BPF_MAP_CREATE);
    CHECK(map.number("map_type") == BPF_MAP_TYPE_HASH);
    CHECK(map.number("program_type") == 0);
    const Record& program = story.first("bpf", says("name", "saker_program"));
    CHECK(program.number("fd") < 0);  // it has no instructions
    CHECK(program.number("cmd") == BPF_PROG_LOAD);
    CHECK(program.number("program_type") == BPF_PROG_TYPE_KPROBE);
    CHECK(program.number("attach_type") == BPF_TRACE_KPROBE_MULTI);
    CHECK(program.header().lane == LANE_critical);
}

TEST_CASE("io_uring_setup: what the ring is", "[security]") {
    const Shared<io_uring_params> given;
    const Shared<long> result;
    const auto story = capture([&] {
        given->flags = IORING_SETUP_CLAMP;
        *result = raw(SYS_io_uring_setup, 3, &*given);
    });
    const Record& made = story.first("io_uring_setup", counts("entries", 3));
    CHECK(made.number("res") == *result);
    CHECK(made.number("sq_entries") == given->sq_entries);
    CHECK(made.number("cq_entries") == given->cq_entries);
    CHECK(made.number("flags") == IORING_SETUP_CLAMP);
    CHECK(made.number("features") == given->features);
}

TEST_CASE("sethostname: the name, however it ends", "[security]") {
    const auto story = capture([] {
        must(::unshare(CLONE_NEWUTS) == 0, "a name of its own");
        raw(SYS_sethostname, "saker-testXXXX", 10);
        raw(SYS_sethostname, "saker", -1);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& named = story.first("sethostname", says("name", "saker-test"));
    CHECK(named.number("res") == 0);
    CHECK(named.number("length") == 10);
    CHECK(story.first("sethostname", counts("length", -1)).number("res") == -EINVAL);
}

TEST_CASE("setrlimit: what is limited and to what", "[security]") {
    const auto story = capture([] {
        const rlimit limit{100, 200};
        raw(SYS_setrlimit, RLIMIT_NOFILE, &limit);
        const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
        raw(SYS_setrlimit, RLIMIT_CPU, &none);
        raw(SYS_setrlimit, RLIMIT_CPU, nullptr);
    });
    const Record& files = story.first("setrlimit", counts("resource", RLIMIT_NOFILE));
    CHECK(files.number("res") == 0);
    CHECK(files.number("cur") == 100);
    CHECK(files.number("max") == 200);
    CHECK(story.first("setrlimit", counts("resource", RLIMIT_CPU)).number("cur") == -1);
    CHECK(story.has("setrlimit", counts("res", -EFAULT)));
}

TEST_CASE("prlimit: the limit asked and the one before", "[security]") {
    const Shared<rlimit> before;
    const auto story = capture([&] {
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        *before = limit;
        const rlimit none{0, limit.rlim_max};
        rlimit old{};
        raw(SYS_prlimit64, 0, RLIMIT_CORE, &none, &old);
        raw(SYS_prlimit64, 0, RLIMIT_CORE, nullptr, &old);
    });
    REQUIRE(story.exit_code() == 0);
    const Record& set = story.first("prlimit", counts("newcur", 0));
    CHECK(set.number("res") == 0);
    CHECK(set.number("resource") == RLIMIT_CORE);
    CHECK(set.number("newmax") == static_cast<int64_t>(before->rlim_max));
    CHECK(set.number("oldcur") == static_cast<int64_t>(before->rlim_cur));
    CHECK(set.number("oldmax") == static_cast<int64_t>(before->rlim_max));
    const Record& asked = story.first("prlimit", counts("newcur", -1), counts("oldcur", 0));
    CHECK(asked.number("newmax") == -1);
}
