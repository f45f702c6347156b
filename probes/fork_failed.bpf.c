/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A child that could not be made. Those that were come from their tracepoint: fork.bpf.c. */
#include "probes/fork.bpf.h"
#include "probes/syscall_exit.bpf.h"

static __always_inline int submit_failed_fork(enum event_id id, const struct call* call) {
    struct task_struct* task = current_task();
    struct fork_event* event;
    __u64 flags;

    if (call->result >= 0)
        return no_event(call);
    flags = clone_flags(id, call);
    if (flags & CLONE_THREAD_BIT && !knobs.threads)
        return no_event(call);
    event = begin_exit(id, sizeof(*event), task, call);
    if (!event)
        return 0;
    event->res = call->result;
    event->flags = flags;
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(fork) {
    return submit_failed_fork(EVENT_fork, call);
}

SYSCALL_EXIT(vfork) {
    return submit_failed_fork(EVENT_vfork, call);
}

SYSCALL_EXIT(clone) {
    return submit_failed_fork(EVENT_clone, call);
}

SYSCALL_EXIT(clone3) {
    return submit_failed_fork(EVENT_clone3, call);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
