/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel is about to do to names and permissions: kept for the exit of the system call,
 * for then the name may be gone. These hooks report nothing of their own.
 */
#include "probes/kernel_hook.bpf.h"

static __always_inline void leave_name(struct stashed_name* name, const struct path* directory,
                                       const struct dentry* dentry) {
    struct path path;
    struct dentry* parent;
    __u32 length = peek(dentry, d_name.hash_len) >> 32;

    bpf_core_read(&path, sizeof(path), directory);
    parent = path.dentry;
    name->mnt = (__u64)path.mnt;
    name->directory = (__u64)parent;
    name->directory_ino = peek(parent, d_inode, i_ino);
    if (length >= NAME_MAX_BYTES)
        length = NAME_MAX_BYTES - 1;
    bpf_probe_read_kernel(name->name, masked(length, NAME_MAX_BYTES - 1),
                          peek(dentry, d_name.name));
    name->length = length;
}

static __always_inline void leave_inode(struct stash* stash, struct dentry* dentry) {
    struct inode* inode = peek(dentry, d_inode);
    struct super_block* super;

    stash->ino = stash->dev = stash->mode = stash->flags = 0;
    if (!inode)
        return;
    super = peek(inode, i_sb);
    stash->ino = peek(inode, i_ino);
    stash->mode = peek(inode, i_mode);
    stash->dev = peek(super, s_dev);
    if (peek(super, s_magic) == OVERLAY_MAGIC)
        stash->flags = overlay_layer(inode);
}

static __always_inline struct stash* begin_names(void) {
    struct task_struct* task = current_task();

    return scope_of(task) == SCOPE_is_out ? 0 : begin_stash(task, STASH_names);
}

static __always_inline int leave_one_name(const struct path* directory, struct dentry* dentry) {
    struct stash* stash = begin_names();

    if (stash) {
        leave_name(&stash->names[0], directory, dentry);
        leave_inode(stash, dentry);
    }
    return 0;
}

HOOK2(path_unlink, security_path_unlink, const struct path*, directory, struct dentry*, dentry) {
    return leave_one_name(directory, dentry);
}

HOOK2(path_rmdir, security_path_rmdir, const struct path*, directory, struct dentry*, dentry) {
    return leave_one_name(directory, dentry);
}

/* Of a name to be made the inode is not there yet. */
HOOK2(path_mkdir, security_path_mkdir, const struct path*, directory, struct dentry*, dentry) {
    return leave_one_name(directory, dentry);
}

HOOK2(path_mknod, security_path_mknod, const struct path*, directory, struct dentry*, dentry) {
    return leave_one_name(directory, dentry);
}

HOOK2(path_symlink, security_path_symlink, const struct path*, directory, struct dentry*, dentry) {
    return leave_one_name(directory, dentry);
}

/* Both names are on one mount: the kernel has made sure. */
HOOK3(path_link, security_path_link, struct dentry*, old, const struct path*, new_directory,
      struct dentry*, new) {
    struct stash* stash = begin_names();
    struct path old_directory = {};

    if (stash) {
        old_directory.mnt = peek(new_directory, mnt);
        old_directory.dentry = peek(old, d_parent);
        leave_name(&stash->names[0], &old_directory, old);
        leave_name(&stash->names[1], new_directory, new);
        leave_inode(stash, old);
    }
    return 0;
}

HOOK4(path_rename, security_path_rename, const struct path*, old_directory, struct dentry*, old,
      const struct path*, new_directory, struct dentry*, new) {
    struct stash* stash = begin_names();

    if (stash) {
        leave_name(&stash->names[0], old_directory, old);
        leave_name(&stash->names[1], new_directory, new);
        leave_inode(stash, old);
    }
    return 0;
}

static __always_inline int leave_changed(const struct path* path) {
    struct task_struct* task = current_task();
    struct stash* stash;
    struct dentry* dentry;

    if (scope_of(task) == SCOPE_is_out)
        return 0;
    stash = begin_stash(task, STASH_changed);
    if (stash) {
        dentry = peek(path, dentry);
        stash->mnt = (__u64)peek(path, mnt);
        stash->dentry = (__u64)dentry;
        stash->ino = peek(dentry, d_inode, i_ino);
    }
    return 0;
}

HOOK1(path_chmod, security_path_chmod, const struct path*, path) {
    return leave_changed(path);
}

HOOK1(path_chown, security_path_chown, const struct path*, path) {
    return leave_changed(path);
}

HOOK1(path_truncate, security_path_truncate, const struct path*, path) {
    return leave_changed(path);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
