/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of every system call of the host, where the kernel has no cheaper hook: its first
 * instructions are all that a call nobody wants pays.
 */
#define EVERY_CALL_PASSES

#include "probes/probe.bpf.h"
#include "probes/syscall.bpf.h"

/* Index: enum event_id + SYSCALL_FIRST_EVENT. All run at the same tracepoint. */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, EVENT_COUNT + SYSCALL_FIRST_EVENT);
    __type(key, __u32);
    __type(value, __u32);
} syscall_programs __weak SEC(".maps");

#if defined(__TARGET_ARCH_x86)

static __always_inline __u32 program_of(struct task_struct* task, const struct pt_regs* regs) {
    __u64 number = get(regs, orig_ax);
    __u32 program;

    if (get(task, thread_info.status) & TS_COMPAT_BIT) {
        if (number >= SYSCALL_NUMBERS)
            return SYSCALL_NONE;
        program = control.compat[number];
        if (program != SYSCALL_SOCKETCALL)
            return program;
        return socketcall_event(get(regs, bx)) + SYSCALL_FIRST_EVENT;
    }
    number &= ~(__u64)X32_BIT;
    return number < SYSCALL_NUMBERS ? control.native[number] : SYSCALL_NONE;
}

#else

static __always_inline __u32 program_of(struct task_struct* task, const struct pt_regs* regs) {
    __u32 number = get(regs, syscallno);

    if (get(task, thread_info.flags) & TIF_32BIT_BIT)
        return SYSCALL_NONE;
    return number < SYSCALL_NUMBERS ? control.native[number] : SYSCALL_NONE;
}

#endif

/* Programs that started and children that were made have tracepoints of their own. */
static __always_inline int is_told_elsewhere(__u32 program, long result) {
    switch (program - SYSCALL_FIRST_EVENT) {
        case EVENT_execve:
        case EVENT_execveat:
        case EVENT_fork:
        case EVENT_vfork:
        case EVENT_clone:
        case EVENT_clone3:
            return (int)result >= 0;
        default:
            return 0;
    }
}

/* A wanted call in scope: its record is begun here, for all events alike. */
static __always_inline struct event_header* begin_record(struct begun* decided,
                                                         struct task_struct* task) {
    __u32 event = decided->program - SYSCALL_FIRST_EVENT;
    struct slot* slot;

    if (event >= EVENT_COUNT || (decided->answer != SCOPE_is_canary && is_shed(event)))
        return 0;
    slot = take_slot(event);
    if (!slot)
        return 0;
    decided->slot = slot->index;
    return begin_in(slot, event, task, decided->answer);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs* regs, long result) {
    struct task_struct* task = current_task();
    __u32 program = program_of(task, regs);
    enum scope_answer answer;
    struct event_header* header;
    struct begun* decided;
    __u32 only = 0;

    if (program == SYSCALL_NONE || is_told_elsewhere(program, result))
        return 0;
    answer = scope_of(task);
    if (answer == SCOPE_is_out)
        return 0;
    decided = bpf_map_lookup_elem(&begun, &only);
    if (!decided)
        return 0;
    decided->program = program;
    decided->answer = answer;
    asm volatile("" ::: "memory");
    header = begin_record(decided, task);
    if (header) {
        bpf_tail_call(ctx, &syscall_programs, decided->program);
        event_abandon(header); /* nobody wants this one */
    }
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
