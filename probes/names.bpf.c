/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts on names: unlink, rename and chmod in all their forms. By the time a call ends the name may
 * be gone. A hook may have kept it; else the record has what was asked and what a relative name
 * starts from, and says so.
 */
#include "probes/removal.bpf.h"

static __always_inline void put_name(struct event_header* header, struct text_ref* name,
                                     struct text_ref* directory, const void* asked,
                                     int descriptor) {
    put_user_string(header, name, asked);
    put_directory_if_relative(header, directory, name, descriptor);
}

SYSCALL_EXIT(unlink) {
    struct unlink_event* event = begin_exit(EVENT_unlink, sizeof(*event), current_task(), call);

    if (!event)
        return 0;
    event->res = call->result;
    put_name(&event->header, &event->path, &event->directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    put_removed(event, call);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(unlinkat) {
    struct unlinkat_event* event = begin_exit(EVENT_unlinkat, sizeof(*event), current_task(), call);

    if (!event)
        return 0;
    event->res = call->result;
    event->dirfd = (int)call->arguments[0];
    event->flags = call->arguments[2];
    put_name(&event->header, &event->name, &event->directory, (void*)call->arguments[1],
             event->dirfd);
    put_removed(event, call);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(rename) {
    struct rename_event* event = begin_exit(EVENT_rename, sizeof(*event), current_task(), call);

    if (!event)
        return 0;
    event->res = call->result;
    put_name(&event->header, &event->oldpath, &event->old_directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    put_name(&event->header, &event->newpath, &event->new_directory, (void*)call->arguments[1],
             AT_FDCWD_VALUE);
    put_renamed(event, call);
    event_submit(&event->header);
    return 0;
}

/* renameat and renameat2 lie alike but for the flags at the end. */
#define RENAME_AT(name, fill)                                               \
    SYSCALL_EXIT(name) {                                                    \
        struct name##_event* event =                                        \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call); \
                                                                            \
        if (!event)                                                         \
            return 0;                                                       \
        event->res = call->result;                                          \
        event->olddirfd = (int)call->arguments[0];                          \
        event->newdirfd = (int)call->arguments[2];                          \
        fill;                                                               \
        put_name(&event->header, &event->oldpath, &event->old_directory,    \
                 (void*)call->arguments[1], event->olddirfd);               \
        put_name(&event->header, &event->newpath, &event->new_directory,    \
                 (void*)call->arguments[3], event->newdirfd);               \
        put_renamed(event, call);                                           \
        event_submit(&event->header);                                       \
        return 0;                                                           \
    }

RENAME_AT(renameat, (void)0)
RENAME_AT(renameat2, event->flags = call->arguments[4])

SYSCALL_EXIT(chmod) {
    struct chmod_event* event = begin_exit(EVENT_chmod, sizeof(*event), current_task(), call);

    if (!event)
        return 0;
    event->res = call->result;
    event->mode = call->arguments[1];
    put_name(&event->header, &event->filename, &event->directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    put_changed(event, call);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(fchmod) {
    struct fchmod_event* event = begin_exit(EVENT_fchmod, sizeof(*event), current_task(), call);
    struct file* file;
    struct object object;

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    event->mode = call->arguments[1];
    file = file_of(current_task(), event->fd);
    if (file) {
        read_file(&event->header, &object, file);
        object.flags &= ~(__u32)FILE_CREATED; /* by another act than this */
        event->header.flags |= RECORD_FD_LOOKUP;
        put_object(event, &object);
    } else {
        event->header.flags |= RECORD_UNRESOLVED;
    }
    event_submit(&event->header);
    return 0;
}

#define CHMOD_AT(name, fill)                                                                     \
    SYSCALL_EXIT(name) {                                                                         \
        struct name##_event* event =                                                             \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call);                      \
                                                                                                 \
        if (!event)                                                                              \
            return 0;                                                                            \
        event->res = call->result;                                                               \
        event->dirfd = (int)call->arguments[0];                                                  \
        event->mode = call->arguments[2];                                                        \
        fill;                                                                                    \
        put_name(&event->header, &event->filename, &event->directory, (void*)call->arguments[1], \
                 event->dirfd);                                                                  \
        put_changed(event, call);                                                                \
        event_submit(&event->header);                                                            \
        return 0;                                                                                \
    }

CHMOD_AT(fchmodat, (void)0)
CHMOD_AT(fchmodat2, event->flags = call->arguments[3])

char LICENSE[] SEC("license") = "Dual BSD/GPL";
