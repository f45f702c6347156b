/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the probes share with each other and with the loader. */
#pragma once

#include "probes/compat.bpf.h"
#include "probes/knobs.h"

#define INIT_PID_NAMESPACE 0xEFFFFFFCU
#define SLOTS_PER_CPU 2
#define NAME_MAX_BYTES 256
#define NAMESPACES_DEEP 32 /* MAX_PID_NS_LEVEL */

const volatile struct knobs knobs __weak SEC(".rodata.knobs");
struct control control __weak SEC(".data.control");

struct slot {
    __u64 busy;
    __u64 cgroup; /* whose name is known to be out; 0: none */
    __u32 index;  /* of this slot in the map */
    struct {
        __u64 dentry, mount, first_root, cgroup;
        __u64 parent, mountpoint, root; /* of the mount, read at once */
        __u32 at, truncated;
    } walk;           /* path.bpf.h, task.bpf.h */
    struct view view; /* file.bpf.h */
    char name[NAME_MAX_BYTES];
    char path[TEXT_MAX + NAME_MAX_BYTES]; /* filled from its end towards its begin */
    char record[RECORD_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOTS_PER_CPU); /* times the number of CPUs: set by the loader */
    __type(key, __u32);
    __type(value, struct slot);
} slots __weak SEC(".maps");

/* What the dispatcher of system calls decided, for itself and for the program that completes the
 * record. In memory the verifier does not follow it, so it walks what comes after once and not once
 * for each decision. */
struct begun {
    __u32 program;
    __u32 answer; /* enum scope_answer */
    __u32 slot;   /* index of the record's */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct begun);
} begun __weak SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 * 1024 * 1024);
} critical_ring __weak SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 16 * 1024 * 1024);
} bulk_ring __weak SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, LANE_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} sequences __weak SEC(".maps");

/* Row: event * LOSS_COUNT + reason. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, EVENT_COUNT* LOSS_COUNT);
    __type(key, __u32);
    __type(value, __u64);
} losses __weak SEC(".maps");

/* tgid -> enum process_mark; inherited at fork, removed at exit. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u32);
    __type(value, __u32);
} scope_processes __weak SEC(".maps");

/* Control groups whose name went out already. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, __u64);
    __type(value, __u8);
} known_cgroups __weak SEC(".maps");

static const __u8 event_lanes[EVENT_COUNT] = {
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) [EVENT_##name] = LANE_##lane,
#include "probes/events.def"
#undef EVENT
#undef FIELD
};

static __always_inline struct task_struct* current_task(void) {
    return (struct task_struct*)bpf_get_current_task_btf();
}
