/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program started. Failed calls come from the exit of the system call: exec_failed.bpf.c. */
#include "probes/stash.bpf.h"
#include "probes/task.bpf.h"

/* Of a list of arguments a program's own record has the first bytes; parts with the others go
 * before it. */
#define ARGUMENTS_PART (TEXT_MAX - 1)
#define PARTS_MAX (ARGUMENTS_LONGEST / ARGUMENTS_PART + 2)

struct argument_parts {
    __u64 list;      /* address of the list */
    __u64 at;        /* offset of the next part */
    __u64 cut, tail; /* from offset `cut` to `tail` nothing is told */
    __u64 end;
};

static long send_part(__u32 index, struct argument_parts* parts) {
    struct arguments_event* event;
    __u64 at = parts->at;
    __u64 length;

    if (at == parts->cut)
        at = parts->tail;
    if (at >= parts->end)
        return 1;
    length = (at < parts->cut ? parts->cut : parts->end) - at;
    if (length > ARGUMENTS_PART)
        length = ARGUMENTS_PART;
    parts->at = at + length;
    event = event_begin(EVENT_arguments, sizeof(*event), current_task());
    if (!event)
        return 1;
    event->offset = at;
    put_user_bytes(&event->header, &event->bytes, (void*)(parts->list + at), length);
    event_submit(&event->header);
    return 0;
}

/* What has no room in the program's own record; of a list longer than anybody wants its two ends.
 */
static __always_inline void send_parts(struct mm_struct* mm) {
    const __u64 limit = *(volatile __u32*)&control.arguments_limit;
    struct argument_parts parts = {.list = peek(mm, arg_start), .at = ARGUMENTS_PART};

    parts.end = peek(mm, arg_end) - parts.list;
    if (parts.end <= ARGUMENTS_PART || limit <= ARGUMENTS_PART)
        return;
    parts.cut = parts.tail = parts.end;
    if (parts.end > limit) {
        parts.cut = limit / 2;
        parts.tail = parts.end - limit / 2;
    }
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
        bpf_loop(PARTS_MAX, send_part, &parts, 0);
    } else {
        for (__u32 part = 0; part < PARTS_MAX; ++part) {
            if (send_part(part, &parts))
                break;
        }
    }
}

/* Nothing is cut that parts before this record hold. */
static __always_inline void put_arguments(struct execve_event* event, struct mm_struct* mm) {
    const __u32 limit = *(volatile __u32*)&control.arguments_limit;
    const __u16 flags = event->header.flags;
    unsigned long start = peek(mm, arg_start);
    unsigned long whole = peek(mm, arg_end) - start;
    unsigned long length = whole > ARGUMENTS_PART ? ARGUMENTS_PART : whole;
    __u32 first;

    if (length == 0)
        return;
    put_user_string(&event->header, &event->exe, (void*)start);
    first = event->exe.length + 1;
    if (first < length)
        put_user_bytes(&event->header, &event->args, (void*)(start + first), length - first);
    if (whole > length && whole > limit)
        event->header.flags |= RECORD_TRUNCATED;
    else
        event->header.flags = flags;
}

static __always_inline void put_environment(struct execve_event* event, struct mm_struct* mm) {
    unsigned long start = peek(mm, env_start);
    unsigned long length = peek(mm, env_end) - start;
    __u32 limit = *(volatile __u32*)&control.environment_limit;

    if (limit == 0)
        return;
    if (length > limit) {
        length = limit;
        event->header.flags |= RECORD_TRUNCATED;
    }
    put_user_bytes(&event->header, &event->env, (void*)start, length);
}

/* By now the kernel pretends that execve was called: a hook kept the number, else only a
 * descriptor's path tells. */
static __always_inline int is_execveat(struct task_struct* task, struct linux_binprm* binary) {
    const struct stash* stash =
        knobs.stashes & STASH_exec ? bpf_task_storage_get(&stashes, task, 0, 0) : 0;

    if (stash && stash->valid & STASH_exec)
        return stash->number == (stash->compat ? COMPAT_execveat : NATIVE_execveat);
    return bpf_core_field_exists(binary->fdpath) && peek(binary, fdpath);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct* task, int old_pid, struct linux_binprm* binary) {
    struct mm_struct* mm = peek(task, mm);
    struct execve_event* event;

    if (mm)
        send_parts(mm);
    event = event_begin(EVENT_execve, sizeof(*event), task);
    if (!event)
        return 0;
    if (is_execveat(task, binary))
        event->header.event = EVENT_execveat;
    put_process(event, task);
    if (mm) {
        put_arguments(event, mm);
        put_environment(event, mm);
    }
    put_kernel_string(&event->header, &event->filename, peek(binary, filename));
    if (peek(binary, interp) != peek(binary, filename))
        put_kernel_string(&event->header, &event->interpreter, peek(binary, interp));
    drop_stash(task);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
