/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The name a call was handed when it began. Another thread may change it before the kernel reads
 * it, or after; the call's exit sees whether it is still the same. Only for rules that ask: it
 * costs every system call of the host a tracepoint more.
 */
#pragma once

#include "probes/record.bpf.h"

struct asked {
    __u32 length; /* with the NUL; 0: nothing was seen */
    char name[TEXT_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct asked);
} asked_names __weak SEC(".maps");

/* Eight bytes at a time; both are `length` long. */
static __noinline int differs(struct event_header* header, struct asked* asked, __u32 offset,
                              __u32 length) {
    for (__u32 at = 0; at < TEXT_MAX; at += sizeof(__u64)) {
        __u64 now, before;

        if (at >= length)
            return 0;
        now = *(__u64*)((char*)header + masked(offset + at, RECORD_ROOM - 1));
        before = *(__u64*)(asked->name + at);
        if (length - at < sizeof(__u64)) /* and so the last: two ways on would double each time */
            return ((now ^ before) & ((1ULL << 8 * (length - at)) - 1)) != 0;
        if (now != before)
            return 1;
    }
    return 0;
}

/* Whether the name just put in a record is not the one asked. Of our own acts it says whether the
 * begin of the call was seen. */
static __always_inline void compare_with_asked(struct event_header* header,
                                               const struct text_ref* name,
                                               struct task_struct* task) {
    struct asked* asked;
    __u32 length;

    if (!knobs.asked_twice)
        return;
    asked = bpf_task_storage_get(&asked_names, task, 0, 0);
    if (!asked || asked->length == 0)
        return;
    length = asked->length;
    asked->length = 0;
    if (header->flags & RECORD_CANARY || length != name->length + 1 ||
        differs(header, asked, name->offset, name->length))
        header->flags |= RECORD_TOCTOU;
}
