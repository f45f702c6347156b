/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths as the task's mount namespace has them: from the file up through dentries and mounts to the
 * namespace's root, past any chroot. A path too long keeps its tail.
 */
#pragma once

#include "probes/record.bpf.h"

/* More components than a path of TEXT_MAX bytes can have; where the kernel lacks bpf_loop the
 * verifier walks them all itself, and deeper paths keep their tail and say so. */
#define PATH_COMPONENTS 2048
#define PATH_COMPONENTS_UNROLLED 96

struct dentry_step {
    struct dentry* parent;
    __u64 hash_len;
    const unsigned char* name;
};

#ifdef KERNEL_CASTS

static __always_inline void read_step(struct dentry_step* step, const struct dentry* dentry) {
    step->parent = follow(struct dentry, dentry, d_parent);
    step->hash_len = follow(struct dentry, dentry, d_name.hash_len);
    step->name = follow(struct dentry, dentry, d_name.name);
}

static __always_inline void enter_mount(struct slot* slot, const struct mount* mount) {
    slot->walk.mount = (__u64)mount;
    slot->walk.parent = (__u64)follow(struct mount, mount, mnt_parent);
    slot->walk.mountpoint = (__u64)follow(struct mount, mount, mnt_mountpoint);
    slot->walk.root = (__u64)follow(struct mount, mount, mnt.mnt_root);
}

#else

/* d_parent, then d_name as hash and length together, then the name's address: they lie side by side
 * in every kernel so far; where they do not, they are read one by one. */
static __always_inline void read_step(struct dentry_step* step, const struct dentry* dentry) {
    const __u32 parent = bpf_core_field_offset(struct dentry, d_parent);
    const __u32 name = bpf_core_field_offset(struct dentry, d_name);

    if (name == parent + 8 && bpf_core_field_offset(struct qstr, name) == 8) {
        bpf_probe_read_kernel(step, sizeof(*step), (const char*)dentry + parent);
        return;
    }
    step->parent = peek(dentry, d_parent);
    step->hash_len = peek(dentry, d_name.hash_len);
    step->name = peek(dentry, d_name.name);
}

/* What a walk needs of a mount: side by side in every kernel so far. */
static __always_inline void enter_mount(struct slot* slot, const struct mount* mount) {
    const __u32 parent = bpf_core_field_offset(struct mount, mnt_parent);
    const __u32 place = bpf_core_field_offset(struct mount, mnt_mountpoint);
    const __u32 root = bpf_core_field_offset(struct mount, mnt.mnt_root);

    slot->walk.mount = (__u64)mount;
    if (place == parent + 8 && root == parent + 16) {
        bpf_probe_read_kernel(&slot->walk.parent, 24, (const char*)mount + parent);
        return;
    }
    slot->walk.parent = (__u64)peek(mount, mnt_parent);
    slot->walk.mountpoint = (__u64)peek(mount, mnt_mountpoint);
    slot->walk.root = (__u64)peek(mount, mnt.mnt_root);
}

#endif

struct walker {
    struct slot* slot;
};

/* One component or one mount point; 1 ends the walk. What it knows lies in the slot, where the
 * verifier does not follow it: every step looks the same. */
static long walk_step(__u32 index, struct walker* walker) {
    struct slot* slot = walker->slot;
    struct dentry* dentry = (struct dentry*)slot->walk.dentry;
    struct dentry_step here;
    __u32 at = slot->walk.at;
    __u32 length;

    if (slot->walk.dentry == slot->walk.root) {
        if (slot->walk.parent == slot->walk.mount)
            return 1; /* the root of the namespace, or of the filesystem */
        slot->walk.dentry = slot->walk.mountpoint;
        enter_mount(slot, (struct mount*)slot->walk.parent);
        return 0;
    }
    read_step(&here, dentry);
    length = here.hash_len >> 32;
    if (length >= NAME_MAX_BYTES)
        length = NAME_MAX_BYTES - 1;
    if (at < length + 1) {
        slot->walk.truncated = 1;
        return 1;
    }
    if (here.parent == dentry && (at != TEXT_MAX || length <= 1))
        return 1; /* a tree no longer mounted: as far as it goes */
    at -= length;
    bpf_probe_read_kernel(&slot->path[at & (TEXT_MAX - 1)], length & (NAME_MAX_BYTES - 1),
                          here.name);
    slot->walk.at = at;
    if (here.parent == dentry)
        return 1; /* a file without a directory: memfd, pipe */
    at -= 1;
    slot->path[at & (TEXT_MAX - 1)] = '/';
    slot->walk.at = at;
    slot->walk.dentry = (__u64)here.parent;
    return 0;
}

/*
 * Writes a path backwards into the slot's path buffer, from walk.dentry up to where walk.root is
 * the root of walk.mount and that mount has no parent.
 */
static __always_inline void walk(struct slot* slot, __u32 at) {
    struct walker walker = {slot};

    slot->walk.at = at;
    slot->walk.truncated = 0;
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
        bpf_loop(PATH_COMPONENTS, walk_step, &walker, 0);
    } else {
        for (int step = 0; step < PATH_COMPONENTS_UNROLLED; ++step) {
            if (walk_step(step, &walker))
                return;
        }
        slot->walk.truncated = 1;
    }
}

static __always_inline void put_walked(struct event_header* header, struct text_ref* text) {
    struct slot* slot = slot_of(header);
    __u32 at = slot->walk.at;

    if (slot->walk.truncated)
        header->flags |= RECORD_TRUNCATED;
    if (at >= TEXT_MAX) {
        at = TEXT_MAX - 1;
        slot->path[at] = '/';
    }
    at &= TEXT_MAX - 1;
    put_kernel_bytes(header, text, &slot->path[at], TEXT_MAX - at);
}

static __always_inline struct mount* mount_of(const struct vfsmount* vfsmount) {
    return (struct mount*)((char*)vfsmount - bpf_core_field_offset(struct mount, mnt));
}

static __always_inline void walk_up(struct slot* slot, const struct dentry* from,
                                    const struct vfsmount* vfsmount, __u32 at) {
    slot->walk.dentry = (__u64)from;
    enter_mount(slot, mount_of(vfsmount));
    walk(slot, at);
}

static __always_inline void put_path(struct event_header* header, struct text_ref* text,
                                     const struct vfsmount* vfsmount, const struct dentry* dentry) {
    if (!vfsmount || !dentry)
        return;
    walk_up(slot_of(header), dentry, vfsmount, TEXT_MAX);
    put_walked(header, text);
}

/* The path from the top of its filesystem, whatever of it is mounted where. */
static __always_inline void put_path_in_filesystem(struct event_header* header,
                                                   struct text_ref* text,
                                                   const struct dentry* dentry,
                                                   const struct dentry* top) {
    struct slot* slot = slot_of(header);

    if (!dentry || !top)
        return;
    slot->walk.dentry = (__u64)dentry;
    slot->walk.mount = slot->walk.parent = 0;
    slot->walk.root = (__u64)top;
    walk(slot, TEXT_MAX);
    put_walked(header, text);
}

/* The path and, where what is mounted is only a part of its filesystem, the path from the top of
 * that. */
static __always_inline void put_paths(struct event_header* header, struct text_ref* text,
                                      struct text_ref* filesystem_path,
                                      const struct vfsmount* vfsmount, const struct dentry* dentry,
                                      const struct dentry* top) {
    struct slot* slot = slot_of(header);

    if (!vfsmount || !dentry)
        return;
    slot->walk.dentry = (__u64)dentry;
    enter_mount(slot, mount_of(vfsmount));
    slot->walk.first_root = slot->walk.root;
    walk(slot, TEXT_MAX);
    put_walked(header, text);
    if (!top || slot->walk.first_root == (__u64)top)
        return;
    put_path_in_filesystem(header, filesystem_path, dentry, top);
}

/* The path of a name in a directory; the name's text need not exist any more. */
static __always_inline void put_path_of_name(struct event_header* header, struct text_ref* text,
                                             const struct vfsmount* vfsmount,
                                             const struct dentry* directory, const char* name,
                                             __u32 length) {
    struct slot* slot = slot_of(header);
    __u32 at = TEXT_MAX - (length & (NAME_MAX_BYTES - 1));

    bpf_probe_read_kernel(&slot->path[at & (TEXT_MAX - 1)], length & (NAME_MAX_BYTES - 1), name);
    at -= 1;
    slot->path[at & (TEXT_MAX - 1)] = '/';
    walk_up(slot, directory, vfsmount, at);
    put_walked(header, text);
}
