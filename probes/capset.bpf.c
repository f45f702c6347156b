/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* capset: the capabilities of a thread were changed, or could not be. */
#include "probes/syscall_exit.bpf.h"

SYSCALL_EXIT(capset) {
    struct task_struct* task = current_task();
    struct capset_event* event = begin_exit(EVENT_capset, sizeof(*event), current_task(), call);
    const struct cred* cred = peek(task, real_cred);

    if (!event)
        return 0;
    event->res = call->result;
    event->cap_inheritable = capabilities(cred, cap_inheritable);
    event->cap_permitted = capabilities(cred, cap_permitted);
    event->cap_effective = event->header.cap_effective;
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
