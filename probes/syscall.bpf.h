/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System calls as the kernel keeps them: the interface they came by, their number and arguments. */
#pragma once

#include "probes/probe.bpf.h"

#define NONE (-1)

struct call {
    __u32 number;
    __u32 compat; /* the 32-bit interface */
    __u64 arguments[6];
    long result;
    struct event_header* begun; /* the record the dispatcher began; null at other hooks */
};

/* Numbers by name, for either interface. */
enum native_number {
#if defined(__TARGET_ARCH_x86)
#define SYSCALL(event, x86, arm64, compat, short_compat) NATIVE_##event = x86,
#else
#define SYSCALL(event, x86, arm64, compat, short_compat) NATIVE_##event = arm64,
#endif
#include "probes/syscalls.def"
};

enum compat_number {
#define SYSCALL(event, x86, arm64, compat, short_compat) \
    COMPAT_##event = compat, SHORT_COMPAT_##event = short_compat,
#include "probes/syscalls.def"
};

#define COMPAT_SOCKETCALL 102

#define is_call(call, event) \
    ((int)(call)->number == ((call)->compat ? (int)COMPAT_##event : (int)NATIVE_##event))

/* The oldest 32-bit calls carry ids of 16 bits; asked of calls that carry ids. */
static __always_inline int is_short_id_call(__u32 number) {
#define CALL(event, x86, arm64, compat, short_compat)            \
    if ((short_compat) != NONE && (int)number == (short_compat)) \
        return 1;
#include "probes/syscalls.def"
    return 0;
}

/* Calls on sockets by their number in socketcall, by which 32-bit programs may make them. */
enum socketcall_number {
#define SOCKETCALL(event, number) SOCKETCALL_##event = number,
#include "probes/syscalls.def"
};

/* The event of that number; EVENT_COUNT: none. */
static __always_inline __u32 socketcall_event(__u32 number) {
    switch (number) {
#define SOCKETCALL(event, number) \
    case number:                  \
        return EVENT_##event;
#include "probes/syscalls.def"
        default:
            return EVENT_COUNT;
    }
}

#if defined(__TARGET_ARCH_x86)

#define TS_COMPAT_BIT 0x0002
#define X32_BIT 0x40000000U

/* `read` is get or peek, as the registers' address allows. */
#define READ_CALL(read, call, task, regs)                                      \
    do {                                                                       \
        (call)->compat = (get(task, thread_info.status) & TS_COMPAT_BIT) != 0; \
        (call)->number = read(regs, orig_ax);                                  \
        if ((call)->compat) {                                                  \
            (call)->arguments[0] = (__u32)read(regs, bx);                      \
            (call)->arguments[1] = (__u32)read(regs, cx);                      \
            (call)->arguments[2] = (__u32)read(regs, dx);                      \
            (call)->arguments[3] = (__u32)read(regs, si);                      \
            (call)->arguments[4] = (__u32)read(regs, di);                      \
            (call)->arguments[5] = (__u32)read(regs, bp);                      \
        } else {                                                               \
            (call)->number &= ~X32_BIT;                                        \
            (call)->arguments[0] = read(regs, di);                             \
            (call)->arguments[1] = read(regs, si);                             \
            (call)->arguments[2] = read(regs, dx);                             \
            (call)->arguments[3] = read(regs, r10);                            \
            (call)->arguments[4] = read(regs, r8);                             \
            (call)->arguments[5] = read(regs, r9);                             \
        }                                                                      \
    } while (0)

#define KERNEL_STACK_SIZE (16 * 1024)

#elif defined(__TARGET_ARCH_arm64)

#define TIF_32BIT_BIT (1UL << 22)

/* x0 is the result by now; orig_x0 keeps the first argument. */
#define READ_CALL(read, call, task, regs)                                     \
    do {                                                                      \
        (call)->compat = (get(task, thread_info.flags) & TIF_32BIT_BIT) != 0; \
        (call)->number = read(regs, syscallno);                               \
        (call)->arguments[0] = read(regs, orig_x0);                           \
        (call)->arguments[1] = read(regs, regs[1]);                           \
        (call)->arguments[2] = read(regs, regs[2]);                           \
        (call)->arguments[3] = read(regs, regs[3]);                           \
        (call)->arguments[4] = read(regs, regs[4]);                           \
        (call)->arguments[5] = read(regs, regs[5]);                           \
    } while (0)

#define KERNEL_STACK_SIZE (16 * 1024)

#endif

static __always_inline void read_call(struct call* call, struct task_struct* task,
                                      const struct pt_regs* regs, long result) {
    call->begun = 0;
    READ_CALL(get, call, task, regs);
    call->result = call->compat ? (int)result : result;
}

/* The call the task is in, for hooks that are not given the registers. dd6e10fbd9fb (5.15) brought
 * the helper; before, they lie at the end of the kernel stack. */
static __always_inline void read_current_call(struct call* call, struct task_struct* task) {
    const struct pt_regs* regs;

    call->begun = 0;
    call->result = 0;
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
        regs = (const struct pt_regs*)bpf_task_pt_regs(task);
    else
        regs = (const struct pt_regs*)((char*)peek(task, stack) + KERNEL_STACK_SIZE -
                                       bpf_core_type_size(struct pt_regs));
    READ_CALL(peek, call, task, regs);
}
