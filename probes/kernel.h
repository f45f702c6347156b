/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel structures the probes read. Layouts come from the running kernel's BTF when the
 * programs are loaded; only names and types matter here, not order or completeness.
 * What has another shape on some kernels is in compat.bpf.h.
 */
#pragma once

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    __u32 val;
} kuid_t;
typedef kuid_t kgid_t;

typedef struct {
    int counter;
} atomic_t;

struct list_head {
    struct list_head *next, *prev;
};

struct ns_common {
    unsigned int inum;
};

struct task_struct;

struct pid_namespace {
    struct task_struct* child_reaper;
    unsigned int level;
    struct ns_common ns;
};

struct upid {
    int nr;
    struct pid_namespace* ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

struct super_block {
    unsigned int s_dev;
    unsigned long s_magic;
    struct dentry* s_root;
};

struct inode {
    unsigned short i_mode;
    kuid_t i_uid;
    kgid_t i_gid;
    struct super_block* i_sb;
    unsigned long i_ino;
    unsigned int i_nlink;
    unsigned int i_rdev;
};

struct qstr {
    union {
        struct {
            __u32 hash;
            __u32 len;
        };
        __u64 hash_len;
    };
    const unsigned char* name;
};

struct dentry {
    struct dentry* d_parent;
    struct qstr d_name;
    struct inode* d_inode;
};

struct iattr {
    unsigned int ia_valid;
    unsigned short ia_mode;
    kuid_t ia_uid;
    kgid_t ia_gid;
    long long ia_size;
};

struct vfsmount {
    struct dentry* mnt_root;
    struct super_block* mnt_sb;
};

struct mount {
    struct mount* mnt_parent;
    struct dentry* mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount* mnt;
    struct dentry* dentry;
};

struct file {
    struct path f_path;
    struct inode* f_inode;
    void* private_data;
    unsigned int f_mode;
    unsigned int f_flags;
};

struct fdtable {
    unsigned int max_fds;
    struct file** fd;
};

struct files_struct {
    struct fdtable* fdt;
};

struct fs_struct {
    struct path root;
    struct path pwd;
};

struct mm_struct {
    unsigned long arg_start, arg_end, env_start, env_end;
    struct file* exe_file;
};

struct vm_area_struct {
    unsigned long vm_start, vm_end;
    struct file* vm_file;
};

union __sifields {
    struct {
        int _pid;
    } _kill;
    struct {
        void* _addr;
    } _sigfault;
};

struct kernel_siginfo {
    int si_code;
    union __sifields _sifields;
};

struct user_namespace {
    struct ns_common ns;
};

struct module {
    char name[56];
    unsigned long taints;
};

struct linux_binprm {
    struct file* file;
    const char* filename;
    const char* interp;
    const char* fdpath;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct nsproxy {
    struct mnt_namespace* mnt_ns;
    struct pid_namespace* pid_ns_for_children;
};

typedef struct {
    __u64 bits;
} kernel_cap_t;

struct cred {
    kuid_t uid, suid, euid, fsuid;
    kgid_t gid, sgid, egid, fsgid;
    kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
};

struct tty_driver {
    int major;
    int minor_start;
};

struct tty_struct {
    struct tty_driver* driver;
    int index;
};

struct signal_struct {
    atomic_t live;
    int nr_threads;
    int group_exit_code;
    unsigned int flags;
    struct pid* pids[4];
    struct tty_struct* tty;
};

struct kernfs_node {
    const char* name;
    __u64 id;
};

struct cgroup;

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup_subsys_state {
    struct cgroup* cgroup;
    struct cgroup_subsys_state* parent;
};

struct cgroup {
    struct cgroup_subsys_state self;
    int level;
    struct kernfs_node* kn;
    struct cgroup_root* root;
};

struct css_set {
    struct cgroup_subsys_state* subsys[16];
    struct cgroup* dfl_cgrp;
};

/* Numbering differs with the kernel's configuration. */
enum cgroup_subsys_id {
    cpu_cgrp_id,
    memory_cgrp_id,
    devices_cgrp_id,
    freezer_cgrp_id,
    pids_cgrp_id,
};

struct thread_info {
    __u32 status; /* x86 */
    unsigned long flags;
};

struct task_struct {
    struct thread_info thread_info;
    void* stack;
    unsigned int flags;
    int exit_code;
    int pid;
    int tgid;
    struct task_struct* real_parent;
    struct task_struct* group_leader;
    struct pid* thread_pid;
    __u64 start_boottime;
    const struct cred* real_cred;
    char comm[16];
    struct fs_struct* fs;
    struct files_struct* files;
    struct nsproxy* nsproxy;
    struct signal_struct* signal;
    kuid_t loginuid;
    __u64 parent_exec_id;
    __u64 self_exec_id;
    struct css_set* cgroups;
    struct mm_struct* mm;
};

struct in6_addr {
    __u8 bytes[16];
};

struct sock_common {
    __u32 skc_daddr;
    __u32 skc_rcv_saddr;
    __u16 skc_dport;
    __u16 skc_num;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
    struct sock_common __sk_common;
    __u16 sk_type;
    __u16 sk_protocol;
    struct socket* sk_socket;
    __u32 sk_ack_backlog;
    __u32 sk_max_ack_backlog;
};

struct inet_sock {
    struct sock sk;
    __u32 inet_saddr;
    __u16 inet_sport;
};

struct sockaddr_un {
    unsigned short sun_family;
    char sun_path[108];
};

struct unix_address {
    int len;
    struct sockaddr_un name[1];
};

struct unix_sock {
    struct sock sk;
    struct unix_address* addr;
    struct sock* peer;
};

struct socket {
    short type;
    struct file* file;
    struct sock* sk;
};

struct msghdr {
    void* msg_name;
    int msg_namelen;
};

struct filename {
    const char* name;
};

struct open_how {
    __u64 flags;
    __u64 mode;
    __u64 resolve;
};

struct io_open {
    int dfd;
    __u32 file_slot;
    struct filename* filename;
    struct open_how how;
};

struct io_connect {
    void* addr;
    int addr_len;
};

struct io_accept {
    int flags;
    __u32 file_slot;
};

struct io_socket {
    int domain;
    int type;
    int protocol;
    int flags;
    __u32 file_slot;
};

struct io_listen {
    int backlog;
};

struct io_sr_msg {
    void* umsg;
    int len;
};

struct io_unlink {
    int dfd, flags;
    struct filename* filename;
};

struct io_rename {
    int old_dfd, new_dfd;
    struct filename *oldpath, *newpath;
    int flags;
};

struct io_mkdir {
    int dfd;
    unsigned short mode;
    struct filename* filename;
};

struct io_link {
    int old_dfd, new_dfd;
    struct filename *oldpath, *newpath;
    int flags;
};

struct io_cqe {
    int res;
    int fd;
};

struct io_kiocb {
    struct file* file;
    __u8 opcode;
    unsigned int flags;
    struct io_cqe cqe;
};

struct seq_file;

struct bpf_iter_meta {
    struct seq_file* seq;
};

struct bpf_iter__task {
    struct bpf_iter_meta* meta;
    struct task_struct* task;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long bp, bx, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
    __u64 regs[31];
    __u64 sp, pc, pstate;
    __u64 orig_x0;
    int syscallno;
};
#endif

#pragma clang attribute pop

#if defined(__TARGET_ARCH_arm64)
/* What a kprobe's program is given there; a fixed interface. */
struct user_pt_regs {
    __u64 regs[31];
    __u64 sp, pc, pstate;
};
#endif
