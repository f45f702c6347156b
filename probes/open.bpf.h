/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The record of an open, however it was asked for. */
#pragma once

#include "probes/stash.bpf.h"
#include "probes/syscall_exit.bpf.h"

#define AT_FDCWD_VALUE (-100)

/* As a program lays it out; struct open_how of kernel.h is the kernel's own. */
struct open_how_asked {
    __u64 flags;
    __u64 mode;
    __u64 resolve;
};

/* What a relative name starts from: the directory's descriptor, else the working directory. */
static __always_inline void put_directory(struct event_header* header, struct text_ref* text,
                                          struct task_struct* task, int descriptor) {
    struct path path = {};

    if (descriptor == AT_FDCWD_VALUE) {
        struct fs_struct* fs = peek(task, fs);

        bpf_core_read(&path, sizeof(path), &fs->pwd);
    } else {
        struct file* file = file_of(task, descriptor);

        if (!file)
            return;
        bpf_core_read(&path, sizeof(path), &file->f_path);
    }
    put_path(header, text, path.mnt, path.dentry);
}

/* The first byte of the text just put; 0 when there is none. */
static __always_inline char first_byte(struct event_header* header, const struct text_ref* text) {
    __u64 offset = text->offset;

    if (text->length == 0)
        return 0;
    asm volatile("" : "+r"(offset));
    return *((char*)header + (offset & (RECORD_ROOM - 1)));
}

static __always_inline void put_directory_if_relative(struct event_header* header,
                                                      struct text_ref* directory,
                                                      const struct text_ref* name, int descriptor) {
    if (first_byte(header, name) != '/')
        put_directory(header, directory, current_task(), descriptor);
}

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
    const struct stash* stash = stashed_open(task, request->call);
    struct object object;

    if (stash && file != (struct file*)stash->file) {
        read_dentry(&object, (struct vfsmount*)stash->mnt, (struct dentry*)stash->dentry);
        if (object.ino != stash->ino)
            file = 0; /* closed and gone since */
    } else if (file) {
        read_file(&object, file);
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
    struct openat2_event* event = event_begin(request->event, sizeof(*event), task);
    long result = request->call->result;

    if (!event)
        return 0;
    if (request->call->compat)
        event->header.flags |= RECORD_COMPAT;
    event->fd = result;
    event->dirfd = request->directory;
    event->flags = request->flags;
    event->mode = request->flags & (O_CREAT_BIT | O_TMPFILE_BIT) ? request->mode : 0;
    event->resolve = request->resolve;
    put_user_string(&event->header, &event->name, request->name);
    if (result >= 0)
        put_opened(event, task, request);
    if (event->resolved.length == 0)
        put_directory_if_relative(&event->header, &event->directory, &event->name,
                                  request->directory);
    drop_stashed_open(task);
    event_submit(&event->header);
    return 0;
}
