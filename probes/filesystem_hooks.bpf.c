/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel is about to do to attributes of inodes and to mounts. */
#include "probes/hooked_file.bpf.h"
#include "probes/kernel_hook.bpf.h"

/* The kernel does not say on which mount the inode was found. */
static __always_inline void tell_inode(void* begun, struct file_members* file,
                                       struct dentry* dentry) {
    struct object object;

    read_dentry(begun, &object, 0, dentry);
    file->ino = object.ino;
    file->dev = object.dev;
    file->file_type = object.mode;
    file->file_flags = object.flags;
    put_path_in_filesystem(begun, &file->filesystem_path, dentry, object.top);
    event_submit(begun);
}

static __noinline int tell_attributes(struct dentry* dentry, struct iattr* attributes) {
    struct inode_setattr_event* event = begin_hook(EVENT_inode_setattr, sizeof(*event));

    if (!event)
        return 0;
    event->valid = peek(attributes, ia_valid);
    event->mode = peek(attributes, ia_mode);
    event->uid = peek(attributes, ia_uid.val);
    event->gid = peek(attributes, ia_gid.val);
    event->size = peek(attributes, ia_size);
    tell_inode(event, hooked_file(event), dentry);
    return 0;
}

static __noinline int tell_attribute(struct dentry* dentry, const char* name, __u64 size,
                                     int flags) {
    struct inode_setxattr_event* event = begin_hook(EVENT_inode_setxattr, sizeof(*event));

    if (!event)
        return 0;
    event->size = size;
    event->flags = flags;
    put_kernel_string(&event->header, &event->attribute, name);
    tell_inode(event, hooked_file(event), dentry);
    return 0;
}

/*
 * What these hooks are handed differs between kernels. A program that reads a member of what the
 * kernel knows to be something else is refused, and the next rung is tried: hence the plain loads.
 * 5.12 gave the setters of extended attributes the mount's ids in front; 0e363cf3fa59 (6.0) those
 * of attributes, and 6.9 the LSM hook too. A breakpoint could not tell which it has.
 */
SEC("lsm/inode_setattr")
int BPF_PROG(on_inode_setattr_lsm, void* ids, struct dentry* dentry, struct iattr* attributes) {
    if (get(dentry, d_inode) && get(attributes, ia_valid))
        tell_attributes(dentry, attributes);
    return 0;
}

SEC("lsm/inode_setattr")
int BPF_PROG(on_inode_setattr_lsm_plain, struct dentry* dentry, struct iattr* attributes) {
    if (get(dentry, d_inode) && get(attributes, ia_valid))
        tell_attributes(dentry, attributes);
    return 0;
}

SEC("fentry/security_inode_setattr")
int BPF_PROG(on_inode_setattr_fentry, void* ids, struct dentry* dentry, struct iattr* attributes) {
    if (get(dentry, d_inode) && get(attributes, ia_valid))
        tell_attributes(dentry, attributes);
    return 0;
}

SEC("fentry/security_inode_setattr")
int BPF_PROG(on_inode_setattr_fentry_plain, struct dentry* dentry, struct iattr* attributes) {
    if (get(dentry, d_inode) && get(attributes, ia_valid))
        tell_attributes(dentry, attributes);
    return 0;
}

SEC("lsm/inode_setxattr")
int BPF_PROG(on_inode_setxattr_lsm, void* ids, struct dentry* dentry, const char* name,
             const void* value, unsigned long size, int flags) {
    if (get(dentry, d_inode))
        tell_attribute(dentry, name, size, flags);
    return 0;
}

SEC("fentry/security_inode_setxattr")
int BPF_PROG(on_inode_setxattr_fentry, void* ids, struct dentry* dentry, const char* name,
             const void* value, unsigned long size, int flags) {
    if (get(dentry, d_inode))
        tell_attribute(dentry, name, size, flags);
    return 0;
}

HOOK4(sb_mount, security_sb_mount, const char*, source, const struct path*, path, const char*, type,
      unsigned long, flags) {
    struct sb_mount_event* event = begin_hook(EVENT_sb_mount, sizeof(*event));

    if (!event)
        return 0;
    event->flags = flags;
    put_kernel_string(&event->header, &event->source, source);
    put_kernel_string(&event->header, &event->type, type);
    put_hooked_file(&event->header, hooked_file(event), peek(path, mnt), peek(path, dentry));
    event_submit(&event->header);
    return 0;
}

HOOK2(sb_umount, security_sb_umount, struct vfsmount*, mount, int, flags) {
    struct sb_umount_event* event = begin_hook(EVENT_sb_umount, sizeof(*event));

    if (!event)
        return 0;
    event->flags = flags;
    put_hooked_file(&event->header, hooked_file(event), mount, peek(mount, mnt_root));
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
