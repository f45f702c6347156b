/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a kernel hook leaves with the task, so that the system call's exit reports the very object
 * that was used. It belongs to one call, known by its number and arguments.
 */
#pragma once

#include "probes/file.bpf.h"
#include "probes/syscall.bpf.h"

#define SOCKADDR_MAX 128

/* A name in a directory, as it was before the act. */
struct stashed_name {
    __u64 mnt;
    __u64 directory;
    __u64 directory_ino;
    __u32 length;
    char name[NAME_MAX_BYTES];
};

struct stash {
    __u32 number;
    __u32 compat;
    __u32 valid; /* enum stash_kind */
    __u64 arguments[4];
    /* STASH_opened, STASH_changed: the file */
    __u64 file;
    __u64 mnt;
    __u64 dentry;
    __u64 ino;
    /* STASH_names: what was removed, or changed from and to */
    struct stashed_name names[2];
    __u32 dev;
    __u32 mode;
    __u32 flags;
    /* STASH_peer: the address connected to */
    __u32 peer_length;
    char peer[SOCKADDR_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct stash);
} stashes __weak SEC(".maps");

static __always_inline int belongs_to(const struct stash* stash, const struct call* call) {
    return stash->number == call->number && stash->compat == call->compat &&
           stash->arguments[0] == call->arguments[0] && stash->arguments[1] == call->arguments[1] &&
           stash->arguments[2] == call->arguments[2] && stash->arguments[3] == call->arguments[3];
}

/* For a hook: where to leave what it saw. Null when this call has one of the kind already: what
 * comes second is a filesystem opening its own file below. */
static __always_inline struct stash* begin_stash(struct task_struct* task, __u32 kind) {
    struct stash* stash;
    struct call call;

    if (!(knobs.stashes & kind))
        return 0;
    stash = bpf_task_storage_get(&stashes, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!stash)
        return 0;
    read_current_call(&call, task);
    if (!belongs_to(stash, &call)) {
        stash->number = call.number;
        stash->compat = call.compat;
        for (int index = 0; index < 4; ++index)
            stash->arguments[index] = call.arguments[index];
        stash->valid = 0;
    }
    if (stash->valid & kind)
        return 0;
    stash->valid |= kind;
    return stash;
}

/* For the call's exit: what a hook left; null when none did. */
static __always_inline const struct stash* stashed(struct task_struct* task,
                                                   const struct call* call, __u32 kind) {
    struct stash* stash;

    if (!(knobs.stashes & kind))
        return 0;
    stash = bpf_task_storage_get(&stashes, task, 0, 0);
    return stash && stash->valid & kind && belongs_to(stash, call) ? stash : 0;
}

static __always_inline void drop_stash(struct task_struct* task) {
    struct stash* stash = knobs.stashes ? bpf_task_storage_get(&stashes, task, 0, 0) : 0;

    if (stash)
        stash->valid = 0;
}
