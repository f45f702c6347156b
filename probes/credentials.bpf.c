/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User ids, group ids and capabilities of a process were changed, or could not be. */
#include "probes/syscall_exit.bpf.h"

/* 16-bit ids say "leave it" with their own all ones. */
static __always_inline __u32 id_asked(const struct call* call, int index) {
    __u32 id = call->arguments[index];

    if (call->compat && is_short_id_call(call->number) && (__u16)id == 0xffff)
        return 0xffffffff;
    return call->compat && is_short_id_call(call->number) ? (__u16)id : id;
}

/* A call and, for 32-bit programs, its elder with ids of 16 bits. */
#define ID_CHANGE(name, fill)                                               \
    SYSCALL_EXIT(name) {                                                    \
        struct name##_event* event =                                        \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call); \
                                                                            \
        if (!event)                                                         \
            return 0;                                                       \
        event->res = call->result;                                          \
        fill;                                                               \
        event_submit(&event->header);                                       \
        return 0;                                                           \
    }                                                                       \
    SEC("fexit/__ia32_sys_" #name "16")                                     \
    int BPF_PROG(on_##name##_fexit16, struct pt_regs* regs, long result) {  \
        struct call call;                                                   \
                                                                            \
        read_call(&call, current_task(), regs, result);                     \
        return exit_##name(&call);                                          \
    }

ID_CHANGE(setuid, event->uid = id_asked(call, 0))
ID_CHANGE(setfsuid, event->uid = id_asked(call, 0))
ID_CHANGE(setgid, event->gid = id_asked(call, 0))
ID_CHANGE(setfsgid, event->gid = id_asked(call, 0))
ID_CHANGE(setreuid, (event->ruid = id_asked(call, 0), event->euid = id_asked(call, 1)))
ID_CHANGE(setregid, (event->rgid = id_asked(call, 0), event->egid = id_asked(call, 1)))
ID_CHANGE(setresuid, (event->ruid = id_asked(call, 0), event->euid = id_asked(call, 1),
                      event->suid = id_asked(call, 2)))
ID_CHANGE(setresgid, (event->rgid = id_asked(call, 0), event->egid = id_asked(call, 1),
                      event->sgid = id_asked(call, 2)))

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
