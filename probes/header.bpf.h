/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who does something: what every record begins with. */
#pragma once

#include "probes/record.bpf.h"
#include "probes/scope.bpf.h"

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

static __always_inline void fill_header(struct event_header* header, struct task_struct* task,
                                        __u64 cgroup) {
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
    header->cgroup = cgroup;
    header->mount_namespace = nsproxy ? get(nsproxy, mnt_ns, ns.inum) : 0;
    bpf_core_read(header->comm, sizeof(header->comm), &task->comm);
}
