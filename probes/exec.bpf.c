/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A program started. Failed calls come from the exit of the system call: exec_failed.bpf.c. */
#include "probes/stash.bpf.h"
#include "probes/task.bpf.h"

#define ARGUMENTS_MAX (TEXT_MAX - 1)

static __always_inline void put_arguments(struct execve_event* event, struct mm_struct* mm) {
    unsigned long start = peek(mm, arg_start);
    unsigned long length = peek(mm, arg_end) - start;
    __u32 first;

    if (length == 0)
        return;
    if (length > knobs.arguments_limit) {
        length = knobs.arguments_limit;
        event->header.flags |= RECORD_TRUNCATED;
    }
    put_user_string(&event->header, &event->exe, (void*)start);
    first = event->exe.length + 1;
    if (first < length)
        put_user_bytes(&event->header, &event->args, (void*)(start + first), length - first);
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
    struct execve_event* event = event_begin(EVENT_execve, sizeof(*event), task);

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
