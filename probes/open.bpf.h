/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of an open, however it was asked for. */
#pragma once

#include "probes/asked.bpf.h"
#include "probes/name.bpf.h"
#include "probes/stash.bpf.h"
#include "probes/syscall_exit.bpf.h"

/* As a program lays it out; struct open_how of kernel.h is the kernel's own. */
struct open_how_asked {
    __u64 flags;
    __u64 mode;
    __u64 resolve;
};

struct open_request {
    enum event_id event;
    int directory;
    const void* name; /* in the caller's memory */
    __u64 flags;
    __u64 mode;
    __u64 resolve;
    const struct call* call;
};

#define O_CREAT_BIT 0100
#define O_TMPFILE_BIT 020000000

/* Which file it is: the one a hook saw this call open, else what the descriptor is by now, which
 * another thread may have swapped. */
static __always_inline void put_opened(struct openat2_event* event, struct task_struct* task,
                                       const struct open_request* request) {
    struct file* file = file_of(task, request->call->result);
    const struct stash* stash = stashed(task, request->call, STASH_opened);
    struct object object;

    if (stash && file != (struct file*)stash->file) {
        read_dentry(&event->header, &object, (struct vfsmount*)stash->mnt,
                    (struct dentry*)stash->dentry);
        if (object.ino != stash->ino)
            file = 0; /* closed and gone since */
    } else if (file) {
        read_file(&event->header, &object, file);
        if (!stash)
            event->header.flags |= RECORD_FD_LOOKUP;
    }
    if (!file) {
        event->header.flags |= RECORD_UNRESOLVED;
        return;
    }
    put_object(event, &object);
}

/* The members of all opens lie alike. */
static __always_inline int submit_open(const struct open_request* request) {
    struct task_struct* task = current_task();
    struct openat2_event* event = begin_exit(request->event, sizeof(*event), task, request->call);
    long result = request->call->result;

    if (!event)
        return 0;
    event->fd = result;
    event->dirfd = request->directory;
    event->flags = request->flags;
    event->mode = request->flags & (O_CREAT_BIT | O_TMPFILE_BIT) ? request->mode : 0;
    event->resolve = request->resolve;
    put_user_string(&event->header, &event->name, request->name);
    compare_with_asked(&event->header, &event->name, task);
    if (result >= 0)
        put_opened(event, task, request);
    /* Also of a file that was found: a relative symlink has a name of its own. */
    put_directory_if_relative(&event->header, &event->directory, &event->name, request->directory);
    drop_stash(task);
    event_submit(&event->header);
    return 0;
}
