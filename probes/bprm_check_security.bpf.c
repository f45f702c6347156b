/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bprm_check_security: the kernel is about to run a program, or the interpreter of one. It also
 * keeps which call it was, for once the program runs the kernel pretends that it was execve.
 */
#include "probes/kernel_hook.bpf.h"

HOOK1(bprm_check_security, security_bprm_check, struct linux_binprm*, binary) {
    struct task_struct* task = current_task();
    enum scope_answer answer = scope_of(task);
    struct bprm_check_security_event* event;
    struct object object;
    struct file* file;

    if (answer == SCOPE_is_out)
        return 0;
    begin_stash(task, STASH_exec);
    if (!control.wanted[EVENT_bprm_check_security])
        return 0;
    event = event_begin_for(EVENT_bprm_check_security, sizeof(*event), task, answer);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    file = peek(binary, file);
    read_file(&event->header, &object, file);
    put_object(event, &object);
    put_kernel_string(&event->header, &event->filename, peek(binary, filename));
    event_submit(&event->header);
    return 0;
}

/* c82389947d90 (6.10): a tracepoint just before the old program is given up, when all checks are
 * past. */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(on_prepare_exec, struct task_struct* task, struct linux_binprm* binary) {
    return at_bprm_check_security(binary);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
