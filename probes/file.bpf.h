/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an open file, or a dentry on a mount, is: its path, its inode and what is notable about it.
 */
#pragma once

#include "probes/path.bpf.h"

#define S_IFMT_BITS 0170000
#define S_IFSOCK_BITS 0140000
#define S_IFREG_BITS 0100000
#define S_IFBLK_BITS 0060000
#define S_IFDIR_BITS 0040000
#define S_IFCHR_BITS 0020000
#define S_IFIFO_BITS 0010000
#define S_IFLNK_BITS 0120000

#define OVERLAY_MAGIC 0x794c7630
#define TMPFS_MAGIC_NUMBER 0x01021994
#define ANONYMOUS_INODE_MAGIC 0x09041934
#define FMODE_CREATED_BIT 0x100000
/* How far the members read lie behind each other in kernels of these years. */
#define INODE_VIEW 80
#define FILE_VIEW 80
#define MEMFD_PREFIX_LENGTH 6
#define FIRST_DESCRIPTORS 1024

struct object {
    struct vfsmount* mnt;
    struct dentry* dentry;
    struct inode* inode;
    struct dentry* top; /* of the filesystem */
    __u64 ino;
    __u32 dev;
    __u32 mode;
    __u32 flags;
};

static __always_inline int is_memfd(const struct dentry* dentry, __u64 magic) {
    char name[8] = {};

    if (magic != TMPFS_MAGIC_NUMBER)
        return 0;
    bpf_probe_read_kernel(name, MEMFD_PREFIX_LENGTH, peek(dentry, d_name.name));
    return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' &&
           name[5] == ':';
}

/* In an overlay's inode the address of its upper dentry comes right behind the plain inode; the
 * overlay may be a module whose types are not at hand. */
static __always_inline __u32 overlay_layer(const struct inode* inode) {
    void* upper = 0;

    bpf_probe_read_kernel(&upper, sizeof(upper),
                          (const char*)inode + bpf_core_type_size(struct inode));
    return upper ? FILE_UPPER_LAYER : FILE_LOWER_LAYER;
}

static __always_inline void read_inode(struct slot* slot, struct object* object) {
    struct inode* inode = object->inode;
    struct view* bytes = &slot->view;
    struct super_block* super;
    __u64 magic;

    if (!inode)
        return;
    view(bytes, inode, INODE_VIEW);
    object->ino = seen(bytes, INODE_VIEW, inode, i_ino);
    object->mode = seen(bytes, INODE_VIEW, inode, i_mode);
    if (seen(bytes, INODE_VIEW, inode, i_nlink) == 0)
        object->flags |= FILE_DELETED;
    super = seen(bytes, INODE_VIEW, inode, i_sb);
    view(bytes, super, VIEW_BYTES);
    object->dev = seen(bytes, VIEW_BYTES, super, s_dev);
    object->top = seen(bytes, VIEW_BYTES, super, s_root);
    magic = seen(bytes, VIEW_BYTES, super, s_magic);
    if (object->flags & FILE_DELETED && is_memfd(object->dentry, magic))
        object->flags ^= FILE_DELETED | FILE_MEMFD;
    if (magic == OVERLAY_MAGIC)
        object->flags |= overlay_layer(inode);
}

/* The slot of the record being made lends room to read in. */
static __always_inline void read_file(struct event_header* header, struct object* object,
                                      const struct file* from) {
    struct view* bytes = &slot_of(header)->view;
    struct file* file = (struct file*)from;

    __builtin_memset(object, 0, sizeof(*object));
    view(bytes, file, FILE_VIEW);
    object->mnt = seen(bytes, FILE_VIEW, file, f_path.mnt);
    object->dentry = seen(bytes, FILE_VIEW, file, f_path.dentry);
    object->inode = seen(bytes, FILE_VIEW, file, f_inode);
    if (seen(bytes, FILE_VIEW, file, f_mode) & FMODE_CREATED_BIT)
        object->flags |= FILE_CREATED;
    read_inode(slot_of(header), object);
}

static __always_inline void read_dentry(struct event_header* header, struct object* object,
                                        struct vfsmount* mnt, struct dentry* dentry) {
    __builtin_memset(object, 0, sizeof(*object));
    object->mnt = mnt;
    object->dentry = dentry;
    object->inode = peek(dentry, d_inode);
    read_inode(slot_of(header), object);
}

static __always_inline void put_file_members(struct event_header* header, struct file_members* file,
                                             const struct object* object) {
    file->ino = object->ino;
    file->dev = object->dev;
    file->file_type = object->mode;
    file->file_flags = object->flags;
    put_paths(header, &file->resolved, &file->filesystem_path, object->mnt, object->dentry,
              object->top);
}

/* FILE_MEMBERS of events.def, for any event that has them. */
#define put_object(event, object) \
    put_file_members(&(event)->header, (struct file_members*)&(event)->ino, object)

/* The file behind a descriptor of the current task; null when there is none. */
static __always_inline struct file* file_of(struct task_struct* task, long descriptor) {
    struct files_struct* files = reach(task, files);
    struct fdtable* table = files ? reach(files, fdt) : 0;
    struct file* file = 0;

    if (!table || descriptor < 0 || descriptor >= reach(table, max_fds))
        return 0;
    bpf_probe_read_kernel(&file, sizeof(file), reach(table, fd) + descriptor);
    return file;
}

static __always_inline enum fd_type socket_fd_type(const struct socket* socket) {
    switch (peek(socket, sk, __sk_common.skc_family)) {
        case 1:
            return FD_TYPE_unix;
        case 2:
            return FD_TYPE_ipv4;
        case 10:
            return FD_TYPE_ipv6;
        case 16:
            return FD_TYPE_netlink;
        default:
            return FD_TYPE_unknown;
    }
}

static __noinline enum fd_type fd_type_of(const struct file* file) {
    struct inode* inode;
    __u64 magic;

    if (!file)
        return FD_TYPE_none;
    inode = peek(file, f_inode);
    magic = peek(inode, i_sb, s_magic);
    if (magic == ANONYMOUS_INODE_MAGIC)
        return FD_TYPE_anonymous;
    switch (peek(inode, i_mode) & S_IFMT_BITS) {
        case S_IFSOCK_BITS:
            return socket_fd_type(peek(file, private_data));
        case S_IFREG_BITS:
            return is_memfd(peek(file, f_path.dentry), magic) ? FD_TYPE_memfd : FD_TYPE_file;
        case S_IFBLK_BITS:
        case S_IFLNK_BITS:
            return FD_TYPE_file;
        case S_IFDIR_BITS:
            return FD_TYPE_directory;
        case S_IFCHR_BITS:
            return FD_TYPE_character;
        case S_IFIFO_BITS:
            return FD_TYPE_pipe;
        default:
            return FD_TYPE_unknown;
    }
}
