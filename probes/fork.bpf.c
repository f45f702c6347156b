/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A process made a child, seen from the parent; also how a scope of processes grows. Failed calls
 * come from the exit of the system call: fork_failed.bpf.c. */
#include "probes/fork.bpf.h"

#include "probes/task.bpf.h"

static __always_inline enum event_id fork_event(const struct call* call) {
    if (is_call(call, clone))
        return EVENT_clone;
    if (is_call(call, clone3))
        return EVENT_clone3;
    if (is_call(call, vfork))
        return EVENT_vfork;
    return EVENT_fork;
}

/* Children belong to the scope their parent is in. */
static __always_inline void inherit_scope(struct task_struct* parent, struct task_struct* child) {
    __u32 parent_tgid = get(parent, tgid);
    __u32 child_tgid = get(child, tgid);
    __u32 mark = PROCESS_in_scope;
    __u32* parent_mark = bpf_map_lookup_elem(&scope_processes, &parent_tgid);

    if (parent_tgid == control.self_tgid && control.canary)
        mark = PROCESS_canary;
    else if (parent_mark)
        mark = *parent_mark;
    else
        return;
    bpf_map_update_elem(&scope_processes, &child_tgid, &mark, BPF_ANY);
}

static __always_inline void put_child(struct fork_event* event, struct task_struct* parent,
                                      struct task_struct* child) {
    struct task_struct* child_parent = peek(child, real_parent);
    struct signal_struct* signal = peek(child, signal);
    struct nsproxy* nsproxy = peek(child, nsproxy);
    struct pid* pid = peek(child, thread_pid);
    __u32 level = level_of(child);
    __u32 namespace = 0;

    event->pid = get(child, tgid);
    event->tid = get(child, pid);
    event->res = pid_at(pid, level_of(parent));
    event->vtid = own_pid(pid, level, &namespace);
    event->vpid = pid_at(peek(child, group_leader, thread_pid), level);
    event->child_pid_namespace = namespace;
    event->child_mount_namespace = nsproxy ? peek(nsproxy, mnt_ns, ns.inum) : 0;
    event->child_start_time = peek(child, group_leader, start_boottime);
    event->ptid = peek(child_parent, tgid);
    event->parent_start_time = peek(child_parent, group_leader, start_boottime);
    event->pvpid = pid_at(peek(child_parent, group_leader, thread_pid), level);
    event->vpgid = pid_at(peek(signal, pids[PIDTYPE_GROUP]), level);
    event->vsid = pid_at(peek(signal, pids[PIDTYPE_SESSION]), level);
    event->child_cgroup = task_cgroup_id(child);
    event->pidns_init_start_ts = pid_namespace_start(child);
    put_cgroup(&event->header, &event->cgroups, task_cgroup(child));
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_process_fork, struct task_struct* parent, struct task_struct* child) {
    int is_thread = get(parent, tgid) == get(child, tgid);
    struct fork_event* event;
    struct call call;

    if (is_thread && !knobs.threads)
        return 0;
    if (!is_thread && (knobs.scope == SCOPE_processes || control.canary))
        inherit_scope(parent, child);
    event = event_begin(EVENT_clone, sizeof(*event), parent);
    if (!event)
        return 0;
    if (get(parent, flags) & PF_KERNEL_THREAD) {
        event->header.via = VIA_kernel;
    } else {
        read_current_call(&call, parent);
        event->header.event = fork_event(&call);
        event->flags = clone_flags(event->header.event, &call);
    }
    put_child(event, parent, child);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
