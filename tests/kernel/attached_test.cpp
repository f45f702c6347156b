// What is not wanted is not in the kernel: asked of the kernel itself.
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>

#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

struct Program {
    std::string name;
    uint32_t verified = 0;  // instructions the verifier walked; 0: older kernels do not say
};

/// The BPF programs this process holds, by their ids in the kernel.
std::map<uint32_t, Program> programs() {
    std::map<uint32_t, Program> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone) != "anon_inode:bpf-prog") {
            continue;
        }
        bpf_prog_info info{};
        bpf_attr request{};
        request.info.bpf_fd = static_cast<uint32_t>(std::stoul(entry.path().filename()));
        request.info.info_len = sizeof info;
        request.info.info = reinterpret_cast<uint64_t>(&info);
        if (::syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &request, sizeof request) == 0) {
            found[info.id] = {info.name, info.verified_insns};
        }
    }
    return found;
}

/// What a source for these events brings into the kernel.
std::string brought_by(const KernelOptions& options) {
    const auto before = programs();
    const Watch watch(options);
    std::string names;
    for (const auto& [id, program] : programs()) {
        if (!before.contains(id)) {
            names += program.name + " ";
        }
    }
    return names;
}

}  // namespace

TEST_CASE("rules about programs alone bring nothing for files or network", "[attached]") {
    const std::string names = brought_by(only({EVENT_execve, EVENT_execveat}));
    INFO(names);
    CHECK(names.find("on_exec") != std::string::npos);
    for (const char* part : {"on_call", "open", "path", "socket", "connect", "accept", "uring",
                             "send", "recv", "unlink"}) {
        INFO(part);
        CHECK(names.find(part) == std::string::npos);
    }
    CHECK(brought_by(only({EVENT_mkdirat})).find("on_") != std::string::npos);
    CHECK(brought_by(only({EVENT_connect})).find("connect") != std::string::npos);
}

TEST_CASE("no program is near what the verifier walks at most", "[attached]") {
    // Of a million. A branch more can double what a program costs: one that comes so far is to be
    // taken apart. docs/performance.md has the counts.
    constexpr uint32_t kBudget = 100'000;
    const Watch watch;
    for (const auto& [id, program] : programs()) {
        INFO(program.name << " " << program.verified);
        CHECK(program.verified <= kBudget);
    }
}
