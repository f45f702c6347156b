/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process is: its parent, session, terminal, control group and program. */
#pragma once

#include "probes/file.bpf.h"
#include "probes/probe.bpf.h"

enum { PIDTYPE_GROUP = 2, PIDTYPE_SESSION = 3 };

#define PF_KERNEL_THREAD 0x00200000
#define PF_IO_URING_WORKER 0x00000010

/* The number of `pid` in the namespace `level` deep; 0 when it has none there. */
static __always_inline int pid_at(struct pid* pid, __u32 level) {
    int number = 0;

    if (!pid || peek(pid, level) < level)
        return 0;
    bpf_core_read(&number, sizeof(number), &pid->numbers[level & (NAMESPACES_DEEP - 1)].nr);
    return number;
}

static __always_inline __u32 level_of(struct task_struct* task) {
    return peek(task, thread_pid, level);
}

static __always_inline __u64 pid_namespace_start(struct task_struct* task) {
    struct pid* pid = peek(task, thread_pid);
    __u32 level = peek(pid, level) & (NAMESPACES_DEEP - 1);
    struct pid_namespace* namespace = 0;

    bpf_core_read(&namespace, sizeof(namespace), &pid->numbers[level].ns);
    return peek(namespace, child_reaper, start_boottime);
}

/* As stat's device numbers: 34816 is /dev/pts/0. */
static __always_inline __s64 terminal_of(struct task_struct* task) {
    struct tty_struct* tty = peek(task, signal, tty);
    __u32 minor;

    if (!tty)
        return 0;
    minor = peek(tty, driver, minor_start) + peek(tty, index);
    return (minor & 0xff) | peek(tty, driver, major) << 8 | (minor & ~0xffU) << 12;
}

/* Whether the user who runs a file may write it. */
static __always_inline __u32 writable_flag(const struct object* object, const struct cred* cred) {
    const __u64 override = 1ULL << 1; /* CAP_DAC_OVERRIDE */
    const struct inode* inode = object->inode;
    __u32 mode = object->mode;

    if (capabilities(cred, cap_effective) & override)
        return FILE_WRITABLE;
    if (peek(cred, euid.val) == peek(inode, i_uid.val))
        return mode & 0200 ? FILE_WRITABLE : 0;
    if (peek(cred, egid.val) == peek(inode, i_gid.val))
        return mode & 0020 ? FILE_WRITABLE : 0;
    return mode & 0002 ? FILE_WRITABLE : 0;
}

static __always_inline void put_program(struct execve_event* event, struct task_struct* task,
                                        struct mm_struct* mm) {
    struct file* file = peek(mm, exe_file);
    struct object object;

    if (!file)
        return;
    read_file(&event->header, &object, file);
    event->flags = object.flags | writable_flag(&object, peek(task, real_cred));
    event->exe_dev = object.dev;
    event->exe_ino = object.ino;
    event->exe_ino_ctime = inode_ctime(object.inode);
    event->exe_ino_mtime = inode_mtime(object.inode);
    put_paths(&event->header, &event->trusted_exepath, &event->exe_filesystem_path, object.mnt,
              object.dentry, object.top);
}

static __always_inline void put_parent(struct execve_event* event, struct task_struct* task) {
    struct task_struct* parent = peek(task, real_parent);

    event->ptid = peek(parent, tgid);
    event->parent_start_time = peek(parent, group_leader, start_boottime);
    event->parent_exec_id = peek(parent, self_exec_id);
    event->pvpid = pid_at(peek(parent, group_leader, thread_pid), level_of(task));
}

/* All that is known of a process but its texts in user memory. */
static __always_inline void put_process(struct execve_event* event, struct task_struct* task) {
    struct signal_struct* signal = peek(task, signal);
    const struct cred* cred = peek(task, real_cred);
    struct mm_struct* mm = peek(task, mm);
    struct fs_struct* fs = peek(task, fs);
    __u32 level = level_of(task);

    put_parent(event, task);
    event->pgid = pid_at(peek(signal, pids[PIDTYPE_GROUP]), 0);
    event->vpgid = pid_at(peek(signal, pids[PIDTYPE_GROUP]), level);
    event->sid = pid_at(peek(signal, pids[PIDTYPE_SESSION]), 0);
    event->vsid = pid_at(peek(signal, pids[PIDTYPE_SESSION]), level);
    event->tty = terminal_of(task);
    event->loginuid = peek(task, loginuid.val);
    event->cap_inheritable = capabilities(cred, cap_inheritable);
    event->cap_permitted = capabilities(cred, cap_permitted);
    event->cap_effective = event->header.cap_effective;
    event->pidns_init_start_ts = pid_namespace_start(task);
    event->stdin_type = fd_type_of(file_of(task, 0));
    event->stdout_type = fd_type_of(file_of(task, 1));
    event->stderr_type = fd_type_of(file_of(task, 2));
    if (mm)
        put_program(event, task, mm);
    if (fs)
        put_path(&event->header, &event->cwd, peek(fs, pwd.mnt), peek(fs, pwd.dentry));
    put_cgroup(&event->header, &event->cgroups, task_cgroup(task));
}
