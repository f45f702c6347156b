/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts on names: unlink, rename and chmod in all their forms. By the time a call ends the name may
 * be gone, so the record has what was asked and what a relative name starts from, and says so.
 */
#include "probes/open.bpf.h"

static __always_inline void* begin_named(enum event_id id, __u32 size, const struct call* call) {
    struct event_header* header = event_begin(id, size, current_task());

    if (header && call->compat)
        header->flags |= RECORD_COMPAT;
    return header;
}

static __always_inline void put_name(struct event_header* header, struct text_ref* name,
                                     struct text_ref* directory, const void* asked,
                                     int descriptor) {
    header->flags |= RECORD_UNRESOLVED;
    put_user_string(header, name, asked);
    put_directory_if_relative(header, directory, name, descriptor);
}

SYSCALL_EXIT(unlink) {
    struct unlink_event* event = begin_named(EVENT_unlink, sizeof(*event), call);

    if (!event)
        return 0;
    event->res = call->result;
    put_name(&event->header, &event->path, &event->directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(unlinkat) {
    struct unlinkat_event* event = begin_named(EVENT_unlinkat, sizeof(*event), call);

    if (!event)
        return 0;
    event->res = call->result;
    event->dirfd = (int)call->arguments[0];
    event->flags = call->arguments[2];
    put_name(&event->header, &event->name, &event->directory, (void*)call->arguments[1],
             event->dirfd);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(rename) {
    struct rename_event* event = begin_named(EVENT_rename, sizeof(*event), call);

    if (!event)
        return 0;
    event->res = call->result;
    put_name(&event->header, &event->oldpath, &event->old_directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    put_name(&event->header, &event->newpath, &event->new_directory, (void*)call->arguments[1],
             AT_FDCWD_VALUE);
    event_submit(&event->header);
    return 0;
}

/* renameat and renameat2 lie alike but for the flags at the end. */
#define RENAME_AT(name, fill)                                                         \
    SYSCALL_EXIT(name) {                                                              \
        struct name##_event* event = begin_named(EVENT_##name, sizeof(*event), call); \
                                                                                      \
        if (!event)                                                                   \
            return 0;                                                                 \
        event->res = call->result;                                                    \
        event->olddirfd = (int)call->arguments[0];                                    \
        event->newdirfd = (int)call->arguments[2];                                    \
        fill;                                                                         \
        put_name(&event->header, &event->oldpath, &event->old_directory,              \
                 (void*)call->arguments[1], event->olddirfd);                         \
        put_name(&event->header, &event->newpath, &event->new_directory,              \
                 (void*)call->arguments[3], event->newdirfd);                         \
        event_submit(&event->header);                                                 \
        return 0;                                                                     \
    }

RENAME_AT(renameat, (void)0)
RENAME_AT(renameat2, event->flags = call->arguments[4])

SYSCALL_EXIT(chmod) {
    struct chmod_event* event = begin_named(EVENT_chmod, sizeof(*event), call);

    if (!event)
        return 0;
    event->res = call->result;
    event->mode = call->arguments[1];
    put_name(&event->header, &event->filename, &event->directory, (void*)call->arguments[0],
             AT_FDCWD_VALUE);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(fchmod) {
    struct fchmod_event* event = begin_named(EVENT_fchmod, sizeof(*event), call);
    struct file* file;
    struct object object;

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    event->mode = call->arguments[1];
    file = file_of(current_task(), event->fd);
    if (file) {
        read_file(&object, file);
        event->header.flags |= RECORD_FD_LOOKUP;
        put_object(event, &object);
    }
    event_submit(&event->header);
    return 0;
}

#define CHMOD_AT(name, fill)                                                                     \
    SYSCALL_EXIT(name) {                                                                         \
        struct name##_event* event = begin_named(EVENT_##name, sizeof(*event), call);            \
                                                                                                 \
        if (!event)                                                                              \
            return 0;                                                                            \
        event->res = call->result;                                                               \
        event->dirfd = (int)call->arguments[0];                                                  \
        event->mode = call->arguments[2];                                                        \
        fill;                                                                                    \
        put_name(&event->header, &event->filename, &event->directory, (void*)call->arguments[1], \
                 event->dirfd);                                                                  \
        event_submit(&event->header);                                                            \
        return 0;                                                                                \
    }

CHMOD_AT(fchmodat, (void)0)
CHMOD_AT(fchmodat2, event->flags = call->arguments[3])

char LICENSE[] SEC("license") = "Dual BSD/GPL";
