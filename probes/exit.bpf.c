/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A process ends when its last thread does, which need not be its leader. */
#include "probes/task.bpf.h"

#define GROUP_EXIT_FLAG 0x00000004
#define SIGNAL_BITS 0x7f
#define CORE_BIT 0x80

/* Threads that end at once may each find that no other lives; the first one reports. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, __u64);
    __type(value, __u8);
} ended __weak SEC(".maps");

static __always_inline int is_first_report(struct task_struct* task, struct signal_struct* signal) {
    __u64 start = peek(task, group_leader, start_boottime);
    __u8 reported = 1;

    if (peek(signal, nr_threads) == 1)
        return 1;
    return bpf_map_update_elem(&ended, &start, &reported, BPF_NOEXIST) == 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct* task) {
    struct signal_struct* signal = peek(task, signal);
    struct procexit_event* event;
    __u32 tgid = get(task, tgid);

    if (peek(signal, live.counter) != 0 || !is_first_report(task, signal))
        return 0;
    event = event_begin(EVENT_procexit, sizeof(*event), task);
    if (knobs.scope == SCOPE_processes || control.canary)
        bpf_map_delete_elem(&scope_processes, &tgid);
    if (!event)
        return 0;
    event->status = peek(signal, flags) & GROUP_EXIT_FLAG ? peek(signal, group_exit_code)
                                                          : peek(task, group_leader, exit_code);
    event->ret = event->status >> 8 & 0xff;
    event->sig = event->status & SIGNAL_BITS;
    event->core = (event->status & CORE_BIT) != 0;
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
