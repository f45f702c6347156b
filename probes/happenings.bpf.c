/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What happens to processes without their asking: signals, want of memory, other control groups. */
#include "probes/target.bpf.h"

enum { CODE_USER = 0, CODE_QUEUE = -1, CODE_THREAD = -6 };
enum { SIGNAL_ILL = 4, SIGNAL_BUS = 7, SIGNAL_FPE = 8, SIGNAL_SEGV = 11 };

static __always_inline void put_cause(struct signaldeliver_event* event, int signal,
                                      struct kernel_siginfo* info) {
    int code = peek(info, si_code);

    event->code = code;
    if (code == CODE_USER || code == CODE_QUEUE || code == CODE_THREAD)
        event->spid = peek(info, _sifields._kill._pid);
    else if (code > 0 && (signal == SIGNAL_SEGV || signal == SIGNAL_BUS || signal == SIGNAL_ILL ||
                          signal == SIGNAL_FPE))
        event->address = (__u64)peek(info, _sifields._sigfault._addr);
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal_deliver, int signal, struct kernel_siginfo* info) {
    struct task_struct* task = current_task();
    struct signaldeliver_event* event = event_begin(EVENT_signaldeliver, sizeof(*event), task);

    if (!event)
        return 0;
    event->dpid = event->header.pid;
    event->sig = signal;
    if ((__u64)info > 1) /* else the kernel tells nothing of it */
        put_cause(event, signal, info);
    event_submit(&event->header);
    return 0;
}

/* The victim, whoever wanted the memory. */
SEC("tp_btf/mark_victim")
int BPF_PROG(on_mark_victim, struct task_struct* victim) {
    struct mark_victim_event* event = event_begin(EVENT_mark_victim, sizeof(*event), victim);

    if (!event)
        return 0;
    event->pid = event->header.pid;
    event_submit(&event->header);
    return 0;
}

/* 72ba14deb40a (6.9): the task took the place of its number. */
SEC("tp_btf/mark_victim")
int BPF_PROG(on_mark_victim_number, int pid) {
    struct mark_victim_event* event =
        event_begin(EVENT_mark_victim, sizeof(*event), current_task());

    if (!event)
        return 0;
    event->pid = pid;
    event_submit(&event->header);
    return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach_task, struct cgroup* group, const char* path,
             struct task_struct* moved, _Bool whole_process) {
    struct cgroup_attach_task_event* event =
        event_begin(EVENT_cgroup_attach_task, sizeof(*event), current_task());

    if (!event)
        return 0;
    event->id = peek(group, kn, id);
    event->hierarchy = peek(group, root, hierarchy_id);
    event->whole_process = whole_process;
    put_target(event, moved);
    put_kernel_string(&event->header, &event->path, path);
    event_submit(&event->header);
    return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup* group, const char* path) {
    struct cgroup_mkdir_event* event =
        event_begin(EVENT_cgroup_mkdir, sizeof(*event), current_task());

    if (!event)
        return 0;
    event->id = peek(group, kn, id);
    event->hierarchy = peek(group, root, hierarchy_id);
    put_kernel_string(&event->header, &event->path, path);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
