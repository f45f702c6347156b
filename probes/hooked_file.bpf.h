/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The file a security hook is asked about, by its dentry. */
#pragma once

#include "probes/file.bpf.h"

#define PERMISSION_BITS 07777

/* A dentry of a name to be made has a place, but no inode yet. */
static __noinline int put_hooked_file(struct event_header* header, struct file_members* file,
                                      struct vfsmount* mnt, struct dentry* dentry) {
    struct object object;

    read_dentry(header, &object, mnt, dentry);
    if (!object.top)
        object.top = peek(mnt, mnt_sb, s_root);
    put_file_members(header, file, &object);
    return 0;
}

/* FILE_MEMBERS of events.def, for any event that has them. */
#define hooked_file(event) ((struct file_members*)&(event)->ino)
