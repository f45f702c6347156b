// What a running process costs: its CPU time and its memory, from /proc.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace saker::bench {

/// CPU time of all its threads, ns.
uint64_t cpu_ns(pid_t pid);

/// The same, once it has come to rest: the value at which it stands still for a while.
uint64_t settled_cpu_ns(pid_t pid);

struct Memory {
    size_t resident_kb = 0;  ///< mapped rings apart
    size_t rings_kb = 0;  ///< resident pages of the rings' mappings; each page of data counts twice
};

Memory memory_of(pid_t pid);

}  // namespace saker::bench
