#include "tests/bench/process_cost.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace saker::bench {
namespace {

std::string proc(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

}  // namespace

uint64_t cpu_ns(pid_t pid) {
    uint64_t sum = 0;
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator(proc(pid, "task"), gone)) {
        std::ifstream schedule(task.path() / "schedstat");
        uint64_t ran = 0;
        if (schedule >> ran)
            sum += ran;
    }
    return sum;
}

uint64_t settled_cpu_ns(pid_t pid) {
    constexpr auto kPause = std::chrono::milliseconds(30);
    constexpr uint64_t kAtRest = 300'000;  // its own timers may go on
    uint64_t before = cpu_ns(pid);
    for (int tries = 0; tries < 300; ++tries) {
        std::this_thread::sleep_for(kPause);
        const uint64_t now = cpu_ns(pid);
        if (now - before < kAtRest)
            return now;
        before = now;
    }
    return before;
}

Memory memory_of(pid_t pid) {
    Memory memory;
    std::ifstream mappings(proc(pid, "smaps"));
    std::string line;
    bool ring = false;
    while (std::getline(mappings, line)) {
        if (line.rfind("Rss:", 0) == 0) {
            const size_t kb = std::stoul(line.substr(4));
            (ring ? memory.rings_kb : memory.resident_kb) += kb;
        } else if (line.find('-') < line.find(' ')) {
            ring = line.find("bpf-map") != std::string::npos;
        }
    }
    return memory;
}

}  // namespace saker::bench
