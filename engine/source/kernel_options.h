// What a KernelSource is asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/source/hooks.h"
#include "engine/source/scope.h"

namespace saker {

/// What records carry only when somebody asks for it.
struct Extras {
    bool environment = false;     // of programs, when they start
    bool data = false;            // the first bytes of messages, and what went beside them
    bool long_arguments = false;  // of programs: more than their own records have room for

    Extras operator|(const Extras& other) const {
        return {environment || other.environment, data || other.data,
                long_arguments || other.long_arguments};
    }
};

struct KernelOptions {
    Scope scope{};
    EventSet wanted{};  // events of process life come in any case
    CallSet calls{};    // what EVENT_syscall, when wanted, is to report
    Extras extras{};
    bool threads = false;      // fork events for threads too
    bool asked_twice = false;  // names of files opened are compared with those asked at first
    uint32_t critical_ring = 4 << 20;  // bytes; powers of two
    uint32_t bulk_ring = 16 << 20;
    std::vector<HookKind> without{};  // rungs left out, so that those below are tried
    bool without_iterators = false;   // /proc tells what processes there are, as where none load
};

}  // namespace saker
