/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an act on names leaves behind for its record. */
#pragma once

#include "probes/name.bpf.h"
#include "probes/stash.bpf.h"
#include "probes/syscall_exit.bpf.h"

/* The path of a stashed name; nothing when its directory is not what it was. */
static __always_inline void put_stashed_name(struct event_header* header, struct text_ref* text,
                                             const struct stashed_name* name) {
    struct dentry* directory = (struct dentry*)name->directory;

    if (name->length == 0 || peek(directory, d_inode, i_ino) != name->directory_ino)
        return;
    put_path_of_name(header, text, (struct vfsmount*)name->mnt, directory, name->name,
                     name->length);
}

/* The members of an event that say what a name stood for, each from what a hook left. */
#define put_removed(event, call)                                                      \
    do {                                                                              \
        struct task_struct* task = current_task();                                    \
        const struct stash* stash = stashed(task, call, STASH_names);                 \
        if (stash) {                                                                  \
            (event)->dev = stash->dev;                                                \
            (event)->ino = stash->ino;                                                \
            (event)->file_type = stash->mode;                                         \
            (event)->file_flags = stash->flags;                                       \
            put_stashed_name(&(event)->header, &(event)->resolved, &stash->names[0]); \
        }                                                                             \
        if ((event)->resolved.length == 0)                                            \
            (event)->header.flags |= RECORD_UNRESOLVED;                               \
        drop_stash(task);                                                             \
    } while (0)

#define put_renamed(event, call)                                                          \
    do {                                                                                  \
        struct task_struct* task = current_task();                                        \
        const struct stash* stash = stashed(task, call, STASH_names);                     \
        if (stash) {                                                                      \
            (event)->dev = stash->dev;                                                    \
            (event)->ino = stash->ino;                                                    \
            put_stashed_name(&(event)->header, &(event)->resolved_old, &stash->names[0]); \
            put_stashed_name(&(event)->header, &(event)->resolved_new, &stash->names[1]); \
        }                                                                                 \
        if ((event)->resolved_old.length == 0)                                            \
            (event)->header.flags |= RECORD_UNRESOLVED;                                   \
        drop_stash(task);                                                                 \
    } while (0)

#define put_changed(event, call)                                                 \
    do {                                                                         \
        struct task_struct* task = current_task();                               \
        const struct stash* stash = stashed(task, call, STASH_changed);          \
        struct object object;                                                    \
        if (stash) {                                                             \
            read_dentry(&(event)->header, &object, (struct vfsmount*)stash->mnt, \
                        (struct dentry*)stash->dentry);                          \
            if (object.ino == stash->ino)                                        \
                put_object(event, &object);                                      \
        }                                                                        \
        if ((event)->resolved.length == 0)                                       \
            (event)->header.flags |= RECORD_UNRESOLVED;                          \
        drop_stash(task);                                                        \
    } while (0)
