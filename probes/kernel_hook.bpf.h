/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program at a security hook of the kernel. The body does the work; the kernel calls it as an LSM
 * program, at the start of the function that asks the LSMs, or by a breakpoint there.
 */
#pragma once

#include "probes/stash.bpf.h"
#include "probes/task.bpf.h"

#define IO_URING_ENTER 426 /* on every architecture */

/* How it came to be asked for: io_uring works within io_uring_enter or in threads of its own. */
static __always_inline __u8 via_of(struct task_struct* task) {
    __u32 flags = get(task, flags);
    struct call call;

    if (flags & PF_IO_URING_WORKER)
        return VIA_io_uring;
    if (flags & PF_KERNEL_THREAD)
        return VIA_kernel;
    read_current_call(&call, task);
    return call.number == IO_URING_ENTER ? VIA_io_uring : VIA_syscall;
}

/* A record about the current task, or null when nobody wants it. */
static __always_inline void* begin_hook(enum event_id event, __u32 size) {
    struct task_struct* task = current_task();
    struct event_header* header;

    if (!control.wanted[event])
        return 0;
    header = event_begin(event, size, task);
    if (header)
        header->via = via_of(task);
    return header;
}

#define HOOK1(name, function, type1, arg1)                                    \
    static __noinline int at_##name(type1 arg1);                              \
    SEC("lsm/" #name) int BPF_PROG(on_##name##_lsm, type1 arg1) {             \
        at_##name(arg1);                                                      \
        return 0;                                                             \
    }                                                                         \
    SEC("fentry/" #function) int BPF_PROG(on_##name##_fentry, type1 arg1) {   \
        return at_##name(arg1);                                               \
    }                                                                         \
    SEC("kprobe/" #function) int BPF_KPROBE(on_##name##_kprobe, type1 arg1) { \
        return at_##name(arg1);                                               \
    }                                                                         \
    static __noinline int at_##name(type1 arg1)

#define HOOK2(name, function, type1, arg1, type2, arg2)                       \
    static __noinline int at_##name(type1 arg1, type2 arg2);                  \
    SEC("lsm/" #name) int BPF_PROG(on_##name##_lsm, type1 arg1, type2 arg2) { \
        at_##name(arg1, arg2);                                                \
        return 0;                                                             \
    }                                                                         \
    SEC("fentry/" #function)                                                  \
    int BPF_PROG(on_##name##_fentry, type1 arg1, type2 arg2) {                \
        return at_##name(arg1, arg2);                                         \
    }                                                                         \
    SEC("kprobe/" #function)                                                  \
    int BPF_KPROBE(on_##name##_kprobe, type1 arg1, type2 arg2) {              \
        return at_##name(arg1, arg2);                                         \
    }                                                                         \
    static __noinline int at_##name(type1 arg1, type2 arg2)

#define HOOK3(name, function, type1, arg1, type2, arg2, type3, arg3)         \
    static __noinline int at_##name(type1 arg1, type2 arg2, type3 arg3);     \
    SEC("lsm/" #name)                                                        \
    int BPF_PROG(on_##name##_lsm, type1 arg1, type2 arg2, type3 arg3) {      \
        at_##name(arg1, arg2, arg3);                                         \
        return 0;                                                            \
    }                                                                        \
    SEC("fentry/" #function)                                                 \
    int BPF_PROG(on_##name##_fentry, type1 arg1, type2 arg2, type3 arg3) {   \
        return at_##name(arg1, arg2, arg3);                                  \
    }                                                                        \
    SEC("kprobe/" #function)                                                 \
    int BPF_KPROBE(on_##name##_kprobe, type1 arg1, type2 arg2, type3 arg3) { \
        return at_##name(arg1, arg2, arg3);                                  \
    }                                                                        \
    static __noinline int at_##name(type1 arg1, type2 arg2, type3 arg3)

#define HOOK4(name, function, type1, arg1, type2, arg2, type3, arg3, type4, arg4)        \
    static __noinline int at_##name(type1 arg1, type2 arg2, type3 arg3, type4 arg4);     \
    SEC("lsm/" #name)                                                                    \
    int BPF_PROG(on_##name##_lsm, type1 arg1, type2 arg2, type3 arg3, type4 arg4) {      \
        at_##name(arg1, arg2, arg3, arg4);                                               \
        return 0;                                                                        \
    }                                                                                    \
    SEC("fentry/" #function)                                                             \
    int BPF_PROG(on_##name##_fentry, type1 arg1, type2 arg2, type3 arg3, type4 arg4) {   \
        return at_##name(arg1, arg2, arg3, arg4);                                        \
    }                                                                                    \
    SEC("kprobe/" #function)                                                             \
    int BPF_KPROBE(on_##name##_kprobe, type1 arg1, type2 arg2, type3 arg3, type4 arg4) { \
        return at_##name(arg1, arg2, arg3, arg4);                                        \
    }                                                                                    \
    static __noinline int at_##name(type1 arg1, type2 arg2, type3 arg3, type4 arg4)
