/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program at the end of a system call. SYSCALL_EXIT(name) { … } is its body; it is given `call`
 * and `task`, whichever of its hooks fired: the function's end (one program for each way in), the
 * dispatcher of all calls, or the call's own tracepoint.
 */
#pragma once

#include "probes/syscall.bpf.h"
#include "probes/task.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define NATIVE_FUNCTION(name) "fexit/__x64_sys_" #name
#else
#define NATIVE_FUNCTION(name) "fexit/__arm64_sys_" #name
#endif

/* 32-bit programs may make calls on sockets by one number, their arguments lying in memory. */
static __always_inline int unpack_socketcall(struct call* call, __u32 wanted) {
    __u32 arguments[6] = {};

    if (!call->compat || call->number != COMPAT_SOCKETCALL)
        return 1;
    if (call->arguments[0] != wanted)
        return 0;
    bpf_probe_read_user(arguments, sizeof(arguments), (void*)call->arguments[1]);
    for (int index = 0; index < 6; ++index)
        call->arguments[index] = arguments[index];
    return 1;
}

/* event_begin for a record about a call. */
static __always_inline void* begin_exit(__u32 event, __u32 size, struct task_struct* task,
                                        const struct call* call) {
    struct event_header* header = call->begun;

    if (header)
        begin_members(header, size);
    else
        header = event_begin(event, size, task);
    if (header && call->compat)
        header->flags |= RECORD_COMPAT;
    return header;
}

/* For a call that turns out to be no event. */
static __always_inline int no_event(const struct call* call) {
    if (call->begun)
        event_abandon(call->begun);
    return 0;
}

/* What the dispatcher began for us. */
static __always_inline struct event_header* begun_record(void) {
    __u32 only = 0;
    struct begun* decided = bpf_map_lookup_elem(&begun, &only);
    struct slot* slot = decided ? slot_at(decided->slot) : 0;

    return slot ? (struct event_header*)slot->record : 0;
}

/* What the tracepoint of one call gives: common fields, the number, the result. */
struct syscall_exit_context {
    __u64 common;
    long number;
    long result;
};

#define PROGRAM(name, ...) BPF_PROG(name, __VA_ARGS__)

/* A program at the end of a function; `finish` is given the call. */
#define AT_FUNCTION(section, program, finish)                               \
    SEC(section)                                                            \
    int PROGRAM(VARIANT(on_##program), struct pt_regs* regs, long result) { \
        struct call call;                                                   \
        read_call(&call, current_task(), regs, result);                     \
        return finish(&call);                                               \
    }

/* All programs of a call but the dispatcher's. */
#define AT_OWN_HOOKS(name, finish)                                               \
    AT_FUNCTION(NATIVE_FUNCTION(name), name##_fexit, finish)                     \
    AT_FUNCTION("fexit/__ia32_sys_" #name, name##_fexit32, finish)               \
    AT_FUNCTION("fexit/__ia32_compat_sys_" #name, name##_fexit32_compat, finish) \
    SEC("tracepoint/syscalls/sys_exit_" #name)                                   \
    int VARIANT(on_##name##_tracepoint)(struct syscall_exit_context * context) { \
        struct call call;                                                        \
        read_current_call(&call, current_task());                                \
        call.result = context->result;                                           \
        return finish(&call);                                                    \
    }

#define SYSCALL_EXIT(name)                                               \
    static __noinline int exit_##name(struct call* call);                \
    SEC("tp_btf/sys_exit")                                               \
    int PROGRAM(VARIANT(on_##name), struct pt_regs* regs, long result) { \
        struct call call;                                                \
        read_call(&call, current_task(), regs, result);                  \
        call.begun = begun_record();                                     \
        return call.begun ? exit_##name(&call) : 0;                      \
    }                                                                    \
    AT_OWN_HOOKS(name, exit_##name)                                      \
    static __noinline int exit_##name(struct call* call)

#define SOCKETCALL_FUNCTION "fexit/__ia32_compat_sys_socketcall"

/* As SYSCALL_EXIT, for a call 32-bit programs may also make by socketcall. */
#define SOCKET_EXIT(name)                                                            \
    static __noinline int socket_exit_##name(struct call* call);                     \
    SYSCALL_EXIT(name) {                                                             \
        return unpack_socketcall(call, SOCKETCALL_##name) ? socket_exit_##name(call) \
                                                          : no_event(call);          \
    }                                                                                \
    AT_FUNCTION(SOCKETCALL_FUNCTION, name##_fexit_socketcall, exit_##name)           \
    static __noinline int socket_exit_##name(struct call* call)
