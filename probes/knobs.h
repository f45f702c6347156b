/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the loader tells the probes, once before loading (knobs) and while they run (control). */
#pragma once

#include "probes/events.h"

enum scope_kind { SCOPE_host, SCOPE_processes, SCOPE_cgroup };

/* The hierarchy container runtimes use: v2, or the v1 hierarchy of one controller. */
enum cgroup_hierarchy {
    HIERARCHY_unified,
    HIERARCHY_memory,
    HIERARCHY_pids,
    HIERARCHY_devices,
    HIERARCHY_cpu,
    HIERARCHY_freezer,
    HIERARCHY_COUNT
};

/* Values of the map scope_processes. */
enum process_mark {
    PROCESS_in_scope = 1,
    PROCESS_canary = 2, /* a child made to prove a hook */
};

enum loss_reason {
    LOSS_ring_full,
    LOSS_nested,    /* both scratch slots of the CPU were in use */
    LOSS_oversized, /* cannot happen unless a bound here is wrong */
    LOSS_shed,      /* on purpose: control.shed; no sequence number is missing */
    LOSS_COUNT
};

/* System call numbers looked up per interface; larger ones are nobody's. */
#define SYSCALL_NUMBERS 512

/* Nobody's number: what the daemon calls to prove that calls without a row are seen. */
#define SYSCALL_CANARY 511

/* Which program a system call's exit goes to: an index into the map syscall_programs; 0: none. */
enum { SYSCALL_NONE = 0, SYSCALL_SOCKETCALL = 1, SYSCALL_FIRST_EVENT = 2 };

/* What a hook in the kernel can leave for the exit of the system call it is in. */
enum stash_kind {
    STASH_opened = 1 << 0,  /* the file opened */
    STASH_changed = 1 << 1, /* the file whose permissions change */
    STASH_names = 1 << 2,   /* the names removed or changed */
    STASH_peer = 1 << 3,    /* the address connected to */
    STASH_exec = 1 << 4,    /* which call starts a program */
};

/* How the record of a call is made, where its row in events.def says it all. */
enum step_kind {
    STEP_end,
    STEP_result, /* 64 bits */
    STEP_result32,
    STEP_word32,
    STEP_word64,
    STEP_int,  /* 32 bits with their sign, in 64 */
    STEP_long, /* as wide as the caller's registers, with its sign */
    STEP_id,   /* of a user or group */
    STEP_text, /* ended by a NUL, in the caller's memory */
    STEP_pointed64,
    STEP_pointed_int,
    STEP_pointed_int_second,
    STEP_sockaddr, /* in the caller's memory; its length is the next argument */
};

/* Where the members that say what was acted on come from. */
enum call_object {
    OBJECT_none,
    OBJECT_named,             /* a name in a directory, as a hook saw it: file_members */
    OBJECT_renamed,           /* two names, as a hook saw them: rename_members */
    OBJECT_changed,           /* the file a hook saw: file_members */
    OBJECT_descriptor,        /* the file of a descriptor handed to the call: file_members */
    OBJECT_opened,            /* the file the call gave a descriptor of: file_members */
    OBJECT_working_directory, /* of the task, when the call succeeded: file_members */
    OBJECT_root,              /* likewise */
    OBJECT_duplicated,        /* file_members, and behind them socket_members: what it is, those */
    OBJECT_pipe,              /* the inode of the first descriptor an argument points at */
    OBJECT_socket,            /* the socket of a descriptor handed to the call: socket_members */
};

/* In place of an argument's index. */
enum { CALL_NUMBER = 6, WORKING_DIRECTORY = 7 };

#define CALL_STEPS 10
#define CALL_NAMES 2
#define CALL_MEMBERS_MAX 256

struct call_step {
    __u16 offset; /* of the member */
    __u8 kind;    /* enum step_kind */
    __u8 argument;
};

/* A name and what it starts from when it is relative. */
struct call_name {
    __u16 name; /* offset of the member */
    __u16 directory;
    __u8 argument; /* the directory's descriptor */
};

struct call_plan {
    __u16 size; /* of the fixed part, header included; 0: this event has a program of its own */
    __u16 object_offset;
    __u8 object; /* enum call_object */
    __u8 object_argument;
    __u8 names_used;
    struct call_step steps[CALL_STEPS];
    struct call_name names[CALL_NAMES];
};

/* Read-only once loaded, so that the verifier drops what is not wanted. */
struct knobs {
    __u32 scope;           /* enum scope_kind */
    __u32 scope_hierarchy; /* enum cgroup_hierarchy: where scope_cgroup is an id */
    __u64 scope_cgroup;
    __u32 hierarchy;  /* enum cgroup_hierarchy: the one records tell of */
    __u8 threads;     /* fork events for threads too */
    __u8 asked_twice; /* names are read when a call begins too */
    __u8 stashes;     /* enum stash_kind: what some hook leaves with the task */
    struct call_plan plans[EVENT_COUNT];
};

/* Shared with the loader by mapping; what a reload changes is here. */
struct control {
    __u32 self_tgid; /* the daemon, in the first pid namespace */
    __u32 canary;    /* how many threads of the daemon are proving hooks: what it does now counts */
    __u32 sleeping;  /* enum consumer_state */
    __u32 own_pid_namespace; /* the daemon's */
    __u64 wake[LANE_COUNT];  /* bytes waiting in a ring that wake a batching consumer */
    __u32 environment_limit; /* 0: no environment */
    __u32 arguments_limit;   /* of longer lists of arguments both ends are told; at most
                                ARGUMENTS_LONGEST */
    __u32 data_limit;        /* of messages: at most so many of their first bytes */
    __u8 wanted[EVENT_COUNT];
    __u8 shed[EVENT_COUNT];       /* wanted, but not for now: only counted */
    __u8 native[SYSCALL_NUMBERS]; /* syscall number -> program index */
    __u8 compat[SYSCALL_NUMBERS];
};

#define ARGUMENTS_LONGEST (64 * 1024)

/* What the iterator on_tree writes of each process. */
struct tree_node {
    __u32 pid;
    __u32 parent;
    __u32 known_as; /* its id in control.own_pid_namespace; 0: not seen from there */
};

enum consumer_state {
    CONSUMER_awake,
    CONSUMER_idle,     /* any record wakes it */
    CONSUMER_batching, /* it wakes by itself within a millisecond, unless the ring fills */
};

/* Bounds of a record. A text begins below RECORD_ROOM, a power of two, and is at most TEXT_MAX
 * long. */
#define TEXT_MAX 4096
#define RECORD_ROOM (32 * 1024)
#define RECORD_MAX (RECORD_ROOM + TEXT_MAX)
