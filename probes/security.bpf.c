/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one process may do to another, to programs of the kernel's and to memory, as the kernel asks
 * its security modules. */
#include "probes/bpf_request.bpf.h"
#include "probes/kernel_hook.bpf.h"
#include "probes/target.bpf.h"

HOOK2(ptrace_access_check, security_ptrace_access_check, struct task_struct*, child, unsigned int,
      mode) {
    struct ptrace_access_check_event* event = begin_hook(EVENT_ptrace_access_check, sizeof(*event));

    if (!event)
        return 0;
    event->mode = mode;
    put_target(event, child);
    event_submit(&event->header);
    return 0;
}

static __always_inline int submit_kill(struct task_struct* target, int signal) {
    struct task_kill_event* event = begin_hook(EVENT_task_kill, sizeof(*event));

    if (!event)
        return 0;
    event->sig = signal;
    put_target(event, target);
    event_submit(&event->header);
    return 0;
}

HOOK3(task_kill, security_task_kill, struct task_struct*, target, struct kernel_siginfo*, info, int,
      signal) {
    return submit_kill(target, signal);
}

enum { CODE_USER = 0, CODE_QUEUE = -1, CODE_THREAD = -6 };

/* What somebody sent, not the kernel: its timers and faults generate signals too. */
SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal_generate, int signal, struct kernel_siginfo* info,
             struct task_struct* target) {
    int code;

    if ((__u64)info <= 1) /* not told, or the kernel itself */
        return 0;
    code = peek(info, si_code);
    if (code != CODE_USER && code != CODE_QUEUE && code != CODE_THREAD)
        return 0;
    return submit_kill(target, signal);
}

HOOK3(bpf, security_bpf, int, command, union bpf_attr*, attributes, unsigned int, size) {
    struct security_bpf_event* event = begin_hook(EVENT_security_bpf, sizeof(*event));
    struct bpf_request request = {};

    if (!event)
        return 0;
    bpf_probe_read_kernel(&request, sizeof(request), attributes);
    put_bpf_request(event, command, &request);
    event_submit(&event->header);
    return 0;
}

static __always_inline int submit_capable(struct user_namespace* namespace, int capability,
                                          int answer) {
    struct capable_event* event = begin_hook(EVENT_capable, sizeof(*event));

    if (!event)
        return 0;
    event->cap = capability;
    event->user_namespace = peek(namespace, ns.inum);
    event->refused = answer != 0;
    event_submit(&event->header);
    return 0;
}

/* Where the answer is known: d48da4d5ed7b (6.14), or at the end of the function that asks. An LSM
 * program would not hear of what a module before it refused. */
SEC("tp_btf/cap_capable")
int BPF_PROG(on_cap_capable, const struct cred* cred, struct user_namespace* namespace,
             const struct user_namespace* capable_namespace, int capability, int answer) {
    return submit_capable(namespace, capability, answer);
}

SEC("fexit/security_capable")
int BPF_PROG(on_capable_fexit, const struct cred* cred, struct user_namespace* namespace,
             int capability, unsigned int options, int answer) {
    return submit_capable(namespace, capability, answer);
}

SEC("kprobe/security_capable")
int BPF_KPROBE(on_capable_kprobe, const struct cred* cred, struct user_namespace* namespace,
               int capability) {
    return submit_capable(namespace, capability, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
