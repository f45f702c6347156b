/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records as they lie in the ring: one struct an event, made from events.def for both sides. */
#pragma once

#ifndef __bpf__
#include <linux/types.h>
#endif

/* What a record's bytes refer to outside the fixed part: offset from the record's start. */
struct text_ref {
    __u32 offset;
    __u32 length;
};

/* One end of a connection; port in host order, unix paths are texts of their own. */
struct endpoint {
    __u16 family; /* AF_INET, AF_INET6, AF_UNIX; 0: none */
    __u16 port;
    __u8 address[16]; /* network order; IPv4 in the first four */
};

/* Member types: how a member is stored, and (see engine/event) how it is printed. */
typedef __s64 ev_number;
typedef __u64 ev_size;   /* bytes, counts, addresses */
typedef __s64 ev_result; /* syscall result; printed as SUCCESS or the errno's name */
typedef __s64 ev_fd;     /* descriptor or negative errno */
typedef __s64 ev_pid;
typedef __u32 ev_uid;
typedef __u32 ev_gid;
typedef __u32 ev_device; /* as in stat's st_dev, kernel encoding */
typedef __u64 ev_inode;
typedef __u64 ev_time;     /* ns since the epoch */
typedef __u64 ev_duration; /* ns; of a start: since boot */
typedef __u64 ev_capabilities;
typedef __u32 ev_boolean;
typedef __u32 ev_open_flags;
typedef __u32 ev_file_mode;   /* an inode's mode: S_IFMT and permission bits */
typedef __u32 ev_permissions; /* permission bits asked, printed by name */
typedef __u32 ev_octal;       /* the same, printed as a number */
typedef __u64 ev_clone_flags;
typedef __u32 ev_at_flags;
typedef __u32 ev_rename_flags;
typedef __u32 ev_setid_flags;
typedef __u32 ev_access_bits;
typedef __u32 ev_attribute_flags;
typedef __u32 ev_access_mode;
typedef __u32 ev_capability;
typedef __u32 ev_bpf_command;
typedef __u32 ev_bpf_program_type;
typedef __u32 ev_bpf_attach_type;
typedef __u32 ev_bpf_map_type;
typedef __u32 ev_protection;
typedef __u32 ev_map_flags;
typedef __u32 ev_kernel_file;
typedef __u64 ev_module_taints;
typedef __u32 ev_uring_flags;
typedef __u32 ev_resource;
typedef __u32 ev_ptrace_request;
typedef __u32 ev_prctl_option;
typedef __u32 ev_keyctl_operation;
typedef __u32 ev_uring_register;
typedef __u32 ev_uring_enter_flags;
typedef __u32 ev_seccomp_operation;
typedef __u32 ev_memfd_flags;
typedef __u32 ev_module_flags;
typedef __u32 ev_reboot_command;
typedef __u32 ev_fanotify_flags;
typedef __u32 ev_mlockall_flags;
typedef __u32 ev_userfault_flags;
typedef __u32 ev_clock;
typedef __u32 ev_persona;
typedef __u64 ev_mount_flags;
typedef __u32 ev_umount_flags;
typedef __u32 ev_descriptor_flags; /* O_CLOEXEC and its like */
typedef __u32 ev_resolve_flags;
typedef __u32 ev_file_flags; /* enum file_flag */
typedef __u32 ev_fd_type;    /* enum fd_type */
typedef __u32 ev_signal;
typedef __u32 ev_family; /* AF_* */
typedef __u32 ev_socket_type;
typedef __u32 ev_protocol; /* IPPROTO_* */
typedef struct endpoint ev_endpoint;
typedef struct text_ref ev_text;
typedef struct text_ref ev_path;    /* text that names a file */
typedef struct text_ref ev_strings; /* several texts, each ended by a NUL */
typedef struct text_ref ev_bytes;
typedef struct text_ref ev_sockaddr; /* a struct sockaddr as the caller laid it out */

enum lane { LANE_critical, LANE_bulk, LANE_COUNT };

enum event_via { VIA_syscall, VIA_io_uring, VIA_kernel };

enum record_flag {
    RECORD_TRUNCATED = 1 << 0,  /* some text lost its less telling end */
    RECORD_UNRESOLVED = 1 << 1, /* the object was not found in the kernel: names are as asked */
    RECORD_TOCTOU = 1 << 2,     /* the argument and the kernel's object disagree */
    RECORD_FD_LOOKUP = 1 << 3,  /* the object was looked up by descriptor after the act */
    RECORD_COMPAT = 1 << 4,     /* a 32-bit system call */
    RECORD_CANARY = 1 << 5,     /* the daemon's own proof that a hook fires; never reaches rules */
    RECORD_SNAPSHOT = 1 << 6,   /* a process that was there before us */
};

enum file_flag {
    FILE_UPPER_LAYER = 1 << 0, /* of an overlay: written since the image was made */
    FILE_LOWER_LAYER = 1 << 1,
    FILE_MEMFD = 1 << 2,
    FILE_WRITABLE = 1 << 3, /* by the user who runs it */
    FILE_DELETED = 1 << 4,
    FILE_CREATED = 1 << 5, /* by this very act */
};

/* What a descriptor is, as the character rules know it by (fd.typechar); 0: not open. */
enum fd_type {
    FD_TYPE_none = 0,
    FD_TYPE_file = 'f',      /* regular files, links, block devices */
    FD_TYPE_character = 'c', /* a terminal, /dev/null …; rules see it as a file */
    FD_TYPE_directory = 'd',
    FD_TYPE_ipv4 = '4',
    FD_TYPE_ipv6 = '6',
    FD_TYPE_unix = 'u',
    FD_TYPE_netlink = 'n',
    FD_TYPE_pipe = 'p',
    FD_TYPE_memfd = 'm',
    FD_TYPE_anonymous = 'a', /* eventfd, epoll, pidfd and their like */
    FD_TYPE_unknown = 'o',
};

/* Every record begins with this; 8-byte aligned, read in place. */
struct event_header {
    __u32 size;       /* of the whole record */
    __u16 event;      /* enum event_id */
    __u16 flags;      /* enum record_flag */
    __u64 sequence;   /* per CPU and lane, without gaps: a gap is a loss */
    __u64 time;       /* boottime ns */
    __u64 start_time; /* of the process (its leader), boottime ns; with pid its identity */
    __u32 pid;        /* thread group, host pid namespace */
    __u32 tid;
    __u32 vpid; /* the same in the task's own pid namespace */
    __u32 vtid;
    __u32 exec_id; /* how often this process, and its ancestors before it, called exec */
    __u16 cpu;
    __u8 lane;
    __u8 via; /* enum event_via */
    __u32 uid;
    __u32 gid;
    __u32 euid;
    __u32 egid;
    __u64 cap_effective;
    __u64 cgroup; /* id in the hierarchy the loader chose */
    __u32 mount_namespace;
    __u32 pid_namespace;
    char comm[16];
};

enum event_id {
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) EVENT_##name,
#include "probes/events.def"
#undef EVENT
    EVENT_COUNT
};

#define EVENT(name, lane, category, doc, ...) \
    struct name##_event {                     \
        struct event_header header;           \
        __VA_ARGS__                           \
    };
#undef FIELD
#define FIELD(type, name, doc) ev_##type name;
#include "probes/events.def"
#undef FIELD
#undef EVENT

/* The members of FILE_OBJECT, RENAME_RESULTS and SOCKET_OBJECT, wherever in a record they begin:
 * their first is the one aligned most. */
struct file_members {
    ev_inode ino;
    ev_path resolved;
    ev_path filesystem_path;
    ev_device dev;
    ev_file_mode file_type;
    ev_file_flags file_flags;
};

struct rename_members {
    ev_inode ino;
    ev_path resolved_old;
    ev_path resolved_new;
    ev_device dev;
};

struct socket_members {
    ev_inode socket_ino;
    ev_family domain;
    ev_socket_type type;
    ev_protocol proto;
    ev_endpoint local;
    ev_endpoint remote;
    ev_path local_path;
    ev_path remote_path;
};
