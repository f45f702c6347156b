/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* execve and execveat that started nothing: the process goes on with the program it had. */
#include "probes/syscall_exit.bpf.h"

static __always_inline int submit_failed(enum event_id id, const struct call* call,
                                         const void* name) {
    struct task_struct* task = current_task();
    struct execve_event* event;

    if (call->result >= 0)
        return no_event(call);
    event = begin_exit(id, sizeof(*event), task, call);
    if (!event)
        return 0;
    event->res = call->result;
    put_user_string(&event->header, &event->filename, name);
    put_process(event, task);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(execve) {
    return submit_failed(EVENT_execve, call, (void*)call->arguments[0]);
}

SYSCALL_EXIT(execveat) {
    return submit_failed(EVENT_execveat, call, (void*)call->arguments[1]);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
