/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a record is made: event_begin, fill, put_*, event_submit, in that order.
 * A record is built in one of two scratch slots of this CPU and copied to the ring of its lane.
 */
#pragma once

#include "probes/compat.bpf.h"
#include "probes/knobs.h"

#define RECORD_FLAGS_FROM_SCOPE(answer) ((answer) == SCOPE_is_canary ? RECORD_CANARY : 0)
#define INIT_PID_NAMESPACE 0xEFFFFFFCU
#define SLOTS_PER_CPU 2
#define NAME_MAX_BYTES 256
#define NAMESPACES_DEEP 32 /* MAX_PID_NS_LEVEL */

const volatile struct knobs knobs __weak SEC(".rodata.knobs");
struct control control __weak SEC(".data.control");

struct slot {
    __u64 busy;
    struct {
        __u64 dentry, mount, root, cgroup;
        __u32 at, truncated;
    } walk; /* path.bpf.h, task.bpf.h */
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

enum scope_answer { SCOPE_is_out, SCOPE_is_in, SCOPE_is_canary };

static __always_inline struct task_struct* current_task(void) {
    return (struct task_struct*)bpf_get_current_task_btf();
}

/* ---- scope: asked before anything else is done ---- */

static __always_inline struct cgroup* cgroup_in(struct task_struct* task, __u32 hierarchy) {
    struct css_set* set = get(task, cgroups);

    if (!set)
        return 0;
    switch (hierarchy) {
        case HIERARCHY_memory:
            return get(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)],
                       cgroup);
        case HIERARCHY_pids:
            return get(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)],
                       cgroup);
        case HIERARCHY_devices:
            return get(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, devices_cgrp_id)],
                       cgroup);
        case HIERARCHY_cpu:
            return get(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id)],
                       cgroup);
        case HIERARCHY_freezer:
            return get(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, freezer_cgrp_id)],
                       cgroup);
        default:
            return get(set, dfl_cgrp);
    }
}

static __always_inline struct cgroup* task_cgroup(struct task_struct* task) {
    return cgroup_in(task, knobs.hierarchy);
}

static __always_inline __u64 task_cgroup_id(struct task_struct* task) {
    struct cgroup* cgroup = task_cgroup(task);

    return cgroup ? get(cgroup, kn, id) : 0;
}

/* Deep enough for the slices of systemd and the pods of Kubernetes together. */
#define CGROUP_DEPTH 32

static __noinline int in_scope_cgroup(void) {
    struct cgroup* cgroup = cgroup_in(current_task(), knobs.scope_hierarchy);

    for (int depth = 0; depth < CGROUP_DEPTH && cgroup; ++depth) {
        struct cgroup_subsys_state* parent;

        if (get(cgroup, kn, id) == knobs.scope_cgroup)
            return SCOPE_is_in;
        parent = get(cgroup, self.parent);
        if (!parent)
            break;
        cgroup = get(parent, cgroup);
    }
    return SCOPE_is_out;
}

/* Whether what this process does is reported. The daemon is left out but for its canary acts. */
static __always_inline enum scope_answer scope_of(struct task_struct* task) {
    __u32 tgid = get(task, tgid);
    __u32 canary = *(volatile __u32*)&control.canary;
    __u32* mark;

    if (tgid == *(volatile __u32*)&control.self_tgid)
        return canary ? SCOPE_is_canary : SCOPE_is_out;
    if (knobs.scope == SCOPE_processes || canary) {
        mark = bpf_map_lookup_elem(&scope_processes, &tgid);
        if (mark && *mark == PROCESS_canary)
            return SCOPE_is_canary;
        if (knobs.scope == SCOPE_processes)
            return mark ? SCOPE_is_in : SCOPE_is_out;
    }
    if (knobs.scope == SCOPE_cgroup)
        return in_scope_cgroup();
    return SCOPE_is_in;
}

/* ---- records ---- */

static __always_inline struct slot* slot_of(struct event_header* header) {
    return (struct slot*)((char*)header - offsetof(struct slot, record));
}

static __always_inline __u64 next_sequence(__u32 lane) {
    __u64* sequence = bpf_map_lookup_elem(&sequences, &lane);

    return sequence ? __sync_fetch_and_add(sequence, 1) : 0;
}

static __always_inline void count_loss(__u32 event, enum loss_reason reason) {
    __u32 row = event * LOSS_COUNT + reason;
    __u64* count = bpf_map_lookup_elem(&losses, &row);

    if (count)
        __sync_fetch_and_add(count, 1);
}

static __always_inline struct slot* take_slot(__u32 event) {
    __u32 first = bpf_get_smp_processor_id() * SLOTS_PER_CPU;

    for (__u32 index = first; index < first + SLOTS_PER_CPU; ++index) {
        __u32 key = index;
        struct slot* slot = bpf_map_lookup_elem(&slots, &key);

        if (slot && __sync_lock_test_and_set(&slot->busy, 1) == 0)
            return slot;
    }
    next_sequence(event_lanes[event]);
    count_loss(event, LOSS_nested);
    return 0;
}

static __always_inline void release_slot(struct slot* slot) {
    *(volatile __u64*)&slot->busy = 0;
}

/* Process ids in the task's own pid namespace; most tasks live in the first one. */
static __always_inline int own_pid(struct pid* pid, __u32* namespace) {
    unsigned int level = get(pid, level);
    struct upid upid;

    if (level == 0) {
        if (namespace)
            *namespace = INIT_PID_NAMESPACE;
        return peek(pid, numbers[0].nr);
    }
    bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & (NAMESPACES_DEEP - 1)]);
    if (namespace)
        *namespace = peek(upid.ns, ns.inum);
    return upid.nr;
}

static __always_inline void fill_header(struct event_header* header, struct task_struct* task) {
    struct task_struct* leader = get(task, group_leader);
    const struct cred* cred = get(task, real_cred);
    struct nsproxy* nsproxy = get(task, nsproxy);
    struct pid* pid = get(task, thread_pid);

    header->time = bpf_ktime_get_boot_ns();
    header->start_time = get(leader, start_boottime);
    header->pid = get(task, tgid);
    header->tid = get(task, pid);
    header->vpid = header->pid;
    header->vtid = header->tid;
    header->pid_namespace = INIT_PID_NAMESPACE;
    if (pid && get(pid, level) != 0) {
        struct pid* leader_pid = get(leader, thread_pid);

        header->vtid = own_pid(pid, &header->pid_namespace);
        header->vpid = leader_pid ? own_pid(leader_pid, 0) : 0;
    }
    header->exec_id = get(task, self_exec_id);
    header->cpu = bpf_get_smp_processor_id();
    header->uid = get(cred, uid.val);
    header->gid = get(cred, gid.val);
    header->euid = get(cred, euid.val);
    header->egid = get(cred, egid.val);
    header->cap_effective = capabilities(cred, cap_effective);
    header->cgroup = task_cgroup_id(task);
    header->mount_namespace = nsproxy ? get(nsproxy, mnt_ns, ns.inum) : 0;
    bpf_core_read(header->comm, sizeof(header->comm), &task->comm);
}

/* A record of `size` fixed bytes about what `task` does, for a task whose scope is answered. */
static __always_inline void* event_begin_for(enum event_id event, __u32 size,
                                             struct task_struct* task, enum scope_answer answer) {
    struct slot* slot = take_slot(event);
    struct event_header* header;

    if (!slot)
        return 0;
    __builtin_memset(slot->record, 0, size);
    header = (struct event_header*)slot->record;
    header->size = size;
    header->event = event;
    header->lane = event_lanes[event];
    header->flags = RECORD_FLAGS_FROM_SCOPE(answer);
    fill_header(header, task);
    return header;
}

static __always_inline void* event_begin(enum event_id event, __u32 size,
                                         struct task_struct* task) {
    enum scope_answer answer = scope_of(task);

    return answer == SCOPE_is_out ? 0 : event_begin_for(event, size, task, answer);
}

/* Whether the consumer has to be woken for this record; it says itself when it sleeps. */
static __always_inline __u64 wake_flags(__u32 lane, void* ring) {
    __u32 state = *(volatile __u32*)&control.sleeping;

    if (state == CONSUMER_awake)
        return BPF_RB_NO_WAKEUP;
    if (state == CONSUMER_batching && lane == LANE_bulk &&
        bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) < control.bulk_wake)
        return BPF_RB_NO_WAKEUP;
    *(volatile __u32*)&control.sleeping = CONSUMER_awake;
    return BPF_RB_FORCE_WAKEUP;
}

static __always_inline void event_submit(struct event_header* header) {
    __u32 size = (header->size + 7) & ~7U;
    __u32 lane = header->lane;
    long error;

    header->sequence = next_sequence(lane);
    if (size > RECORD_MAX) {
        count_loss(header->event, LOSS_oversized);
        release_slot(slot_of(header));
        return;
    }
    header->size = size;
    if (lane == LANE_critical)
        error = bpf_ringbuf_output(&critical_ring, header, size, wake_flags(lane, &critical_ring));
    else
        error = bpf_ringbuf_output(&bulk_ring, header, size, wake_flags(lane, &bulk_ring));
    if (error)
        count_loss(header->event, LOSS_ring_full);
    release_slot(slot_of(header));
}

/* ---- texts, each behind what is already there ---- */

static __always_inline void* text_place(struct event_header* header) {
    __u64 offset = header->size;

    if (offset >= RECORD_ROOM) {
        header->flags |= RECORD_TRUNCATED;
        return 0;
    }
    asm volatile(""
                 : "+r"(offset)); /* the mask is for the verifier, and the compiler must keep it */
    return (char*)header + (offset & (RECORD_ROOM - 1));
}

static __always_inline void text_placed(struct event_header* header, struct text_ref* text,
                                        __u32 length) {
    text->offset = header->size;
    text->length = length;
    header->size += length;
}

/* The text without its NUL; longer than TEXT_MAX - 1 keeps its head and says so. */
static __always_inline void put_user_string(struct event_header* header, struct text_ref* text,
                                            const void* string) {
    void* place = text_place(header);
    long length;

    if (!place || !string)
        return;
    length = bpf_probe_read_user_str(place, TEXT_MAX, string);
    if (length <= 0)
        return;
    if (length == TEXT_MAX)
        header->flags |= RECORD_TRUNCATED;
    text_placed(header, text, length - 1);
}

static __always_inline void put_kernel_string(struct event_header* header, struct text_ref* text,
                                              const void* string) {
    void* place = text_place(header);
    long length;

    if (!place || !string)
        return;
    length = bpf_probe_read_kernel_str(place, TEXT_MAX, string);
    if (length <= 0)
        return;
    if (length == TEXT_MAX)
        header->flags |= RECORD_TRUNCATED;
    text_placed(header, text, length - 1);
}

static __always_inline void put_kernel_bytes(struct event_header* header, struct text_ref* text,
                                             const void* bytes, __u32 length) {
    void* place = text_place(header);

    if (!place || length == 0)
        return;
    if (length >= TEXT_MAX)
        length = TEXT_MAX - 1;
    if (bpf_probe_read_kernel(place, length & (TEXT_MAX - 1), bytes) == 0)
        text_placed(header, text, length);
}

static __always_inline void put_user_bytes(struct event_header* header, struct text_ref* text,
                                           const void* bytes, __u32 length) {
    void* place = text_place(header);

    if (!place || length == 0)
        return;
    if (length >= TEXT_MAX) {
        length = TEXT_MAX - 1;
        header->flags |= RECORD_TRUNCATED;
    }
    if (bpf_probe_read_user(place, length & (TEXT_MAX - 1), bytes) == 0)
        text_placed(header, text, length);
}
