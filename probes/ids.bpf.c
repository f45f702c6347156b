/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel is about to put new user ids in the place of the old: only here both are known. */
#include "probes/kernel_hook.bpf.h"

HOOK3(task_fix_setuid, security_task_fix_setuid, struct cred*, new, const struct cred*, old, int,
      flags) {
    struct task_struct* task = current_task();
    struct task_fix_setuid_event* event;

    if (!control.wanted[EVENT_task_fix_setuid])
        return 0;
    event = event_begin(EVENT_task_fix_setuid, sizeof(*event), task);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    event->old_uid = peek(old, uid.val);
    event->old_euid = peek(old, euid.val);
    event->old_suid = peek(old, suid.val);
    event->uid = peek(new, uid.val);
    event->euid = peek(new, euid.val);
    event->suid = peek(new, suid.val);
    event->fsuid = peek(new, fsuid.val);
    event->flags = flags;
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
