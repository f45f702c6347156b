/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The begin of every system call of the host; see asked.bpf.h. */
#define EVERY_CALL_PASSES

#include "probes/asked.bpf.h"
#include "probes/probe.bpf.h"
#include "probes/syscall.bpf.h"

/* Which argument names the file that is opened; negative: none. */
static __always_inline int name_index(const struct call* call) {
    if (is_call(call, openat) || is_call(call, openat2))
        return 1;
    if (is_call(call, open) || is_call(call, creat))
        return 0;
    return -1;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs* regs, long number) {
    struct task_struct* task = current_task();
    struct asked* asked;
    struct call call;
    long length;
    int index;

    read_call(&call, task, regs, 0);
    index = name_index(&call);
    if (index < 0 || scope_of(task) == SCOPE_is_out)
        return 0;
    asked = bpf_task_storage_get(&asked_names, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!asked)
        return 0;
    length = bpf_probe_read_user_str(asked->name, TEXT_MAX,
                                     (void*)(index ? call.arguments[1] : call.arguments[0]));
    asked->length = length > 0 ? length : 0;
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
