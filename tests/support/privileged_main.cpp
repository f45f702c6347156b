// The main of tests that load probes: without the privilege they are skipped (status 77), unless
// SAKER_KERNEL_TESTS=required says that a skip is a failure.
#define CATCH_CONFIG_RUNNER
#include <sys/capability.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace {

constexpr int kSkipped = 77;

bool may_load_probes() {
    cap_t held = cap_get_proc();
    cap_flag_value_t bpf = CAP_CLEAR;
    cap_flag_value_t perfmon = CAP_CLEAR;
    cap_get_flag(held, CAP_BPF, CAP_EFFECTIVE, &bpf);
    cap_get_flag(held, CAP_PERFMON, CAP_EFFECTIVE, &perfmon);
    cap_free(held);
    return bpf == CAP_SET && perfmon == CAP_SET;
}

}  // namespace

int main(int argc, char** argv) {
    if (!may_load_probes()) {
        const char* wish = std::getenv("SAKER_KERNEL_TESTS");
        std::cerr << "skipped: CAP_BPF and CAP_PERFMON are needed\n";
        return wish && std::strcmp(wish, "required") == 0 ? 1 : kSkipped;
    }
    return Catch::Session().run(argc, argv);
}
