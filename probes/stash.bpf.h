/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a kernel hook leaves with the task, so that the system call's exit reports the very object
 * that was used.
 */
#pragma once

#include "probes/syscall.bpf.h"

#define SOCKADDR_MAX 128

struct stash {
    /* the file opened, valid while `file` is not 0 */
    __u64 file;
    __u64 mnt;
    __u64 dentry;
    __u64 ino;
    __u64 open_arguments[4]; /* of the call it was opened in, and its number */
    __u32 open_number;
    /* the address connected to, valid while its length is not 0 */
    __u32 peer_length;
    __u64 peer_socket; /* struct sock */
    char peer[SOCKADDR_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct stash);
} stashes __weak SEC(".maps");

static __always_inline int is_same_call(const struct stash* stash, const struct call* call) {
    return stash->open_number == call->number && stash->open_arguments[0] == call->arguments[0] &&
           stash->open_arguments[1] == call->arguments[1] &&
           stash->open_arguments[2] == call->arguments[2] &&
           stash->open_arguments[3] == call->arguments[3];
}

static __always_inline const struct stash* stashed_open(struct task_struct* task,
                                                        const struct call* call) {
    struct stash* stash;

    if (!knobs.stash_opens)
        return 0;
    stash = bpf_task_storage_get(&stashes, task, 0, 0);
    return stash && stash->file && is_same_call(stash, call) ? stash : 0;
}

static __always_inline void drop_stashed_open(struct task_struct* task) {
    struct stash* stash = knobs.stash_opens ? bpf_task_storage_get(&stashes, task, 0, 0) : 0;

    if (stash)
        stash->file = 0;
}

/* The address bytes a hook saw `sock` being connected to, in this call; null when none did. */
static __always_inline struct stash* stashed_peer(struct task_struct* task,
                                                  const struct sock* sock) {
    struct stash* stash = bpf_task_storage_get(&stashes, task, 0, 0);

    return stash && stash->peer_length && stash->peer_socket == (__u64)sock ? stash : 0;
}
