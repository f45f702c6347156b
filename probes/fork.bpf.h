/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a call that makes a child asks for. */
#pragma once

#include "probes/syscall.bpf.h"

#define CLONE_THREAD_BIT 0x00010000

static __always_inline __u64 clone_flags(enum event_id event, const struct call* call) {
    const __u64 signal_child = 17, share_memory = 0x100, parent_waits = 0x4000;
    __u64 flags = signal_child;

    if (event == EVENT_clone)
        return call->arguments[0];
    if (event == EVENT_vfork)
        return signal_child | share_memory | parent_waits;
    if (event == EVENT_clone3)
        bpf_probe_read_user(&flags, sizeof(flags), (void*)call->arguments[0]);
    return flags;
}
