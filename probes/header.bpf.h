/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who does something: what every record begins with. */
#pragma once

#include "probes/record.bpf.h"
#include "probes/scope.bpf.h"

/* A process id in the task's own pid namespace; most tasks live in the first one. */
static __always_inline int own_pid(struct pid* pid, __u32 level, __u32* namespace) {
    struct upid upid = {};

    bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & (NAMESPACES_DEEP - 1)]);
    if (namespace)
        *namespace = peek(upid.ns, ns.inum);
    return upid.nr;
}

static __always_inline void fill_pids(struct event_header* header, struct task_struct* task,
                                      struct task_struct* leader) {
    struct pid* pid = reach(task, thread_pid);
    __u32 level = pid ? reach(pid, level) : 0;

    header->pid = get(task, tgid);
    header->tid = get(task, pid);
    if (level == 0) {
        header->vpid = header->pid;
        header->vtid = header->tid;
        header->pid_namespace = INIT_PID_NAMESPACE;
        return;
    }
    header->vtid = own_pid(pid, level, &header->pid_namespace);
    pid = peek(leader, thread_pid);
    header->vpid = pid ? own_pid(pid, level, 0) : 0;
}

static __always_inline void fill_header(struct event_header* header, struct task_struct* task,
                                        __u64 cgroup) {
    struct task_struct* leader = reach(task, group_leader);
    const struct cred* cred = reach(task, real_cred);
    struct nsproxy* nsproxy = reach(task, nsproxy);

    header->time = bpf_ktime_get_boot_ns();
    header->start_time = reach(leader, start_boottime);
    fill_pids(header, task, leader);
    header->exec_id = get(task, self_exec_id);
    header->cpu = bpf_get_smp_processor_id();
    header->uid = reach(cred, uid.val);
    header->gid = reach(cred, gid.val);
    header->euid = reach(cred, euid.val);
    header->egid = reach(cred, egid.val);
    header->cap_effective = capabilities(cred, cap_effective);
    header->cgroup = cgroup;
    header->mount_namespace = nsproxy ? reach(nsproxy, mnt_ns, ns.inum) : 0;
    bpf_core_read(header->comm, sizeof(header->comm), &task->comm);
}
