/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel is about to do to names and permissions: told as it is asked, and kept for the
 * exit of the system call, for then the name may be gone.
 */
#include "probes/hooked_file.bpf.h"
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

static __always_inline void leave_one_name(const struct path* directory, struct dentry* dentry) {
    struct stash* stash = begin_names();

    if (stash) {
        leave_name(&stash->names[0], directory, dentry);
        leave_inode(stash, dentry);
    }
}

/* Of a name to be made the inode is not there yet. */
static __always_inline void tell_name(void* begun, struct file_members* file,
                                      const struct path* directory, struct dentry* dentry) {
    put_hooked_file(begun, file, peek(directory, mnt), dentry);
    event_submit(begun);
}

HOOK2(path_unlink, security_path_unlink, const struct path*, directory, struct dentry*, dentry) {
    struct path_unlink_event* event;

    leave_one_name(directory, dentry);
    event = begin_hook(EVENT_path_unlink, sizeof(*event));
    if (event)
        tell_name(event, hooked_file(event), directory, dentry);
    return 0;
}

HOOK2(path_rmdir, security_path_rmdir, const struct path*, directory, struct dentry*, dentry) {
    struct path_rmdir_event* event;

    leave_one_name(directory, dentry);
    event = begin_hook(EVENT_path_rmdir, sizeof(*event));
    if (event)
        tell_name(event, hooked_file(event), directory, dentry);
    return 0;
}

HOOK3(path_mkdir, security_path_mkdir, const struct path*, directory, struct dentry*, dentry,
      unsigned int, mode) {
    struct path_mkdir_event* event;

    leave_one_name(directory, dentry);
    event = begin_hook(EVENT_path_mkdir, sizeof(*event));
    if (event) {
        event->mode = mode & PERMISSION_BITS;
        tell_name(event, hooked_file(event), directory, dentry);
    }
    return 0;
}

HOOK4(path_mknod, security_path_mknod, const struct path*, directory, struct dentry*, dentry,
      unsigned int, mode, unsigned int, device) {
    struct path_mknod_event* event;

    leave_one_name(directory, dentry);
    event = begin_hook(EVENT_path_mknod, sizeof(*event));
    if (event) {
        event->mode = (__u16)mode;
        event->rdev = device;
        tell_name(event, hooked_file(event), directory, dentry);
    }
    return 0;
}

HOOK3(path_symlink, security_path_symlink, const struct path*, directory, struct dentry*, dentry,
      const char*, target) {
    struct path_symlink_event* event;

    leave_one_name(directory, dentry);
    event = begin_hook(EVENT_path_symlink, sizeof(*event));
    if (event) {
        put_kernel_string(&event->header, &event->target, target);
        tell_name(event, hooked_file(event), directory, dentry);
    }
    return 0;
}

/* The inode is the old name's. */
static __always_inline void tell_two_names(struct path_rename_event* event,
                                           const struct path* old_directory, struct dentry* old,
                                           const struct path* new_directory, struct dentry* new) {
    struct inode* inode = peek(old, d_inode);

    event->ino = peek(inode, i_ino);
    event->dev = peek(inode, i_sb, s_dev);
    put_path(&event->header, &event->resolved_old, peek(old_directory, mnt), old);
    put_path(&event->header, &event->resolved_new, peek(new_directory, mnt), new);
    event_submit(&event->header);
}

/* Both names are on one mount: the kernel has made sure. */
HOOK3(path_link, security_path_link, struct dentry*, old, const struct path*, new_directory,
      struct dentry*, new) {
    struct stash* stash = begin_names();
    struct path old_directory = {};
    struct path_rename_event* event;

    if (stash) {
        old_directory.mnt = peek(new_directory, mnt);
        old_directory.dentry = peek(old, d_parent);
        leave_name(&stash->names[0], &old_directory, old);
        leave_name(&stash->names[1], new_directory, new);
        leave_inode(stash, old);
    }
    event = begin_hook(EVENT_path_link, sizeof(*event)); /* both lie alike */
    if (event)
        tell_two_names(event, new_directory, old, new_directory, new);
    return 0;
}

HOOK4(path_rename, security_path_rename, const struct path*, old_directory, struct dentry*, old,
      const struct path*, new_directory, struct dentry*, new) {
    struct stash* stash = begin_names();
    struct path_rename_event* event;

    if (stash) {
        leave_name(&stash->names[0], old_directory, old);
        leave_name(&stash->names[1], new_directory, new);
        leave_inode(stash, old);
    }
    event = begin_hook(EVENT_path_rename, sizeof(*event));
    if (event)
        tell_two_names(event, old_directory, old, new_directory, new);
    return 0;
}

static __always_inline void leave_changed(const struct path* path) {
    struct task_struct* task = current_task();
    struct stash* stash;
    struct dentry* dentry;

    if (scope_of(task) == SCOPE_is_out)
        return;
    stash = begin_stash(task, STASH_changed);
    if (stash) {
        dentry = peek(path, dentry);
        stash->mnt = (__u64)peek(path, mnt);
        stash->dentry = (__u64)dentry;
        stash->ino = peek(dentry, d_inode, i_ino);
    }
}

static __always_inline void tell_change(void* begun, struct file_members* file,
                                        const struct path* path) {
    put_hooked_file(begun, file, peek(path, mnt), peek(path, dentry));
    event_submit(begun);
}

HOOK2(path_chmod, security_path_chmod, const struct path*, path, unsigned int, mode) {
    struct path_chmod_event* event;

    leave_changed(path);
    event = begin_hook(EVENT_path_chmod, sizeof(*event));
    if (event) {
        event->mode = mode & PERMISSION_BITS;
        tell_change(event, hooked_file(event), path);
    }
    return 0;
}

HOOK3(path_chown, security_path_chown, const struct path*, path, unsigned int, uid, unsigned int,
      gid) {
    struct path_chown_event* event;

    leave_changed(path);
    event = begin_hook(EVENT_path_chown, sizeof(*event));
    if (event) {
        event->uid = uid;
        event->gid = gid;
        tell_change(event, hooked_file(event), path);
    }
    return 0;
}

HOOK1(path_truncate, security_path_truncate, const struct path*, path) {
    struct path_truncate_event* event;

    leave_changed(path);
    event = begin_hook(EVENT_path_truncate, sizeof(*event));
    if (event)
        tell_change(event, hooked_file(event), path);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
