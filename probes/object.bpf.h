/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The members of a record that say what a call acted on, wherever in the record they begin. */
#pragma once

#include "probes/name.bpf.h"
#include "probes/network.bpf.h"
#include "probes/stash.bpf.h"

/* The path of a stashed name; nothing when its directory is not what it was. */
static __always_inline void put_stashed_name(struct event_header* header, struct text_ref* text,
                                             const struct stashed_name* name) {
    struct dentry* directory = (struct dentry*)name->directory;

    if (name->length == 0 || peek(directory, d_inode, i_ino) != name->directory_ino)
        return;
    put_path_of_name(header, text, (struct vfsmount*)name->mnt, directory, name->name,
                     name->length);
}

static __always_inline void put_named(struct event_header* header, struct file_members* file,
                                      const struct call* call) {
    const struct stash* stash = stashed(current_task(), call, STASH_names);

    if (stash) {
        file->dev = stash->dev;
        file->ino = stash->ino;
        file->file_type = stash->mode;
        file->file_flags = stash->flags;
        put_stashed_name(header, &file->resolved, &stash->names[0]);
    }
    if (file->resolved.length == 0)
        header->flags |= RECORD_UNRESOLVED;
}

static __always_inline void put_renamed(struct event_header* header, struct rename_members* file,
                                        const struct call* call) {
    const struct stash* stash = stashed(current_task(), call, STASH_names);

    if (stash) {
        file->dev = stash->dev;
        file->ino = stash->ino;
        put_stashed_name(header, &file->resolved_old, &stash->names[0]);
        put_stashed_name(header, &file->resolved_new, &stash->names[1]);
    }
    if (file->resolved_old.length == 0)
        header->flags |= RECORD_UNRESOLVED;
}

/* Whether the file the stash tells of is still the one it was. */
static __always_inline int read_changed(struct event_header* header, struct object* object,
                                        const struct call* call) {
    const struct stash* stash = stashed(current_task(), call, STASH_changed);

    if (!stash)
        return 0;
    read_dentry(header, object, (struct vfsmount*)stash->mnt, (struct dentry*)stash->dentry);
    return object->ino == stash->ino;
}

static __always_inline int read_by_descriptor(struct event_header* header, struct object* object,
                                              long descriptor) {
    struct file* file = file_of(current_task(), descriptor);

    if (!file)
        return 0;
    read_file(header, object, file);
    object->flags &= ~(__u32)FILE_CREATED; /* by another act than this */
    header->flags |= RECORD_FD_LOOKUP;
    return 1;
}

/* Where the task stands in its files: its working directory, or its root. */
static __always_inline int read_place(struct event_header* header, struct object* object,
                                      int is_working_directory) {
    struct fs_struct* fs = peek(current_task(), fs);
    struct path path = {};

    if (!fs)
        return 0;
    if (is_working_directory)
        bpf_core_read(&path, sizeof(path), &fs->pwd);
    else
        bpf_core_read(&path, sizeof(path), &fs->root);
    read_dentry(header, object, path.mnt, path.dentry);
    return 1;
}

/* The socket behind a descriptor; null when there is none. */
static __always_inline struct sock* put_socket_of(struct event_header* header,
                                                  struct socket_members* members, long descriptor) {
    struct file* file = file_of(current_task(), descriptor);
    struct sock* sock = sock_of(file);

    header->flags |= sock ? RECORD_FD_LOOKUP : RECORD_UNRESOLVED;
    if (sock) {
        members->socket_ino = peek(file, f_inode, i_ino);
        put_socket_members(header, members, sock);
    }
    return sock;
}

/* An address in the caller's memory, as it lies there. */
static __always_inline void put_sockaddr(struct event_header* header, struct text_ref* text,
                                         const void* address, __u32 length) {
    if (length && length <= SOCKADDR_MAX)
        put_user_bytes(header, text, address, length);
}
