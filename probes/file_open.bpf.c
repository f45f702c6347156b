/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_open: the kernel opens a file, whoever asked; a system call's exit is told which. */
#include "probes/kernel_hook.bpf.h"

static __always_inline void leave_opened(struct task_struct* task, const struct file* file) {
    struct stash* stash = begin_stash(task, STASH_opened);
    struct inode* inode;
    struct path path;

    if (!stash)
        return;
    inode = peek(file, f_inode);
    bpf_core_read(&path, sizeof(path), &file->f_path);
    stash->file = (__u64)file;
    stash->mnt = (__u64)path.mnt;
    stash->dentry = (__u64)path.dentry;
    stash->ino = peek(inode, i_ino);
}

HOOK1(file_open, security_file_open, struct file*, file) {
    struct task_struct* task = current_task();
    enum scope_answer answer = scope_of(task);
    struct file_open_event* event;
    struct object object;

    if (answer == SCOPE_is_out)
        return 0;
    leave_opened(task, file);
    if (!control.wanted[EVENT_file_open])
        return 0;
    event = event_begin_for(EVENT_file_open, sizeof(*event), task, answer);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    event->flags = peek(file, f_flags);
    read_file(&event->header, &object, file);
    put_object(event, &object);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
