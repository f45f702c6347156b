/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls whose arguments lie in structs of the caller's memory: what of them tells. */
#include "probes/bpf_request.bpf.h"
#include "probes/syscall_exit.bpf.h"

SYSCALL_EXIT(bpf) {
    struct bpf_event* event = begin_exit(EVENT_bpf, sizeof(*event), current_task(), call);
    struct bpf_request request = {};
    __u32 size = call->arguments[2];

    if (!event)
        return 0;
    for (__u32 word = 0; word < BPF_REQUEST_BYTES / sizeof(__u64); ++word) {
        const __u64 at = word * sizeof(__u64);

        if (at < size)
            bpf_probe_read_user(&request.words[word], sizeof(__u64),
                                (void*)(call->arguments[1] + at));
    }
    event->fd = call->result;
    put_bpf_request(event, (__u32)call->arguments[0], &request);
    event_submit(&event->header);
    return 0;
}

/* As programs see it; the kernel filled in what it decided. */
struct uring_parameters {
    __u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features;
};

SYSCALL_EXIT(io_uring_setup) {
    struct io_uring_setup_event* event =
        begin_exit(EVENT_io_uring_setup, sizeof(*event), current_task(), call);
    struct uring_parameters parameters = {};

    if (!event)
        return 0;
    bpf_probe_read_user(&parameters, sizeof(parameters), (void*)call->arguments[1]);
    event->res = call->result;
    event->entries = call->arguments[0];
    event->sq_entries = parameters.sq_entries;
    event->cq_entries = parameters.cq_entries;
    event->flags = parameters.flags;
    event->sq_thread_cpu = parameters.sq_thread_cpu;
    event->sq_thread_idle = parameters.sq_thread_idle;
    event->features = parameters.features;
    event_submit(&event->header);
    return 0;
}

/* Not ended by a NUL. */
SYSCALL_EXIT(sethostname) {
    struct sethostname_event* event =
        begin_exit(EVENT_sethostname, sizeof(*event), current_task(), call);
    const __u64 longest = 64;

    if (!event)
        return 0;
    event->res = call->result;
    event->length = (int)call->arguments[1];
    if (call->arguments[1] <= longest)
        put_user_bytes(&event->header, &event->name, (void*)call->arguments[0], call->arguments[1]);
    event_submit(&event->header);
    return 0;
}

/* What the kernel and 64-bit programs mean by no limit. */
#define NO_LIMIT (-1LL)

static __always_inline void read_limits(const struct call* call, __u64 place, __s64* soft,
                                        __s64* hard) {
    __s64 wide[2] = {NO_LIMIT, NO_LIMIT};
    __u32 narrow[2] = {};

    if (!call->compat) {
        bpf_probe_read_user(wide, sizeof(wide), (void*)place);
    } else if (bpf_probe_read_user(narrow, sizeof(narrow), (void*)place) == 0) {
        wide[0] = narrow[0] == ~0U ? NO_LIMIT : narrow[0];
        wide[1] = narrow[1] == ~0U ? NO_LIMIT : narrow[1];
    }
    *soft = wide[0];
    *hard = wide[1];
}

/* Its limits are of 64 bits for 32-bit programs too. */
SYSCALL_EXIT(prlimit) {
    struct prlimit_event* event = begin_exit(EVENT_prlimit, sizeof(*event), current_task(), call);
    __s64 asked[2] = {NO_LIMIT, NO_LIMIT};
    __s64 before[2] = {NO_LIMIT, NO_LIMIT};

    if (!event)
        return 0;
    event->res = call->result;
    event->pid = (int)call->arguments[0];
    event->resource = call->arguments[1];
    if (call->arguments[2])
        bpf_probe_read_user(asked, sizeof(asked), (void*)call->arguments[2]);
    if (call->arguments[3] && call->result == 0)
        bpf_probe_read_user(before, sizeof(before), (void*)call->arguments[3]);
    event->newcur = asked[0];
    event->newmax = asked[1];
    event->oldcur = before[0];
    event->oldmax = before[1];
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(setrlimit) {
    struct setrlimit_event* event =
        begin_exit(EVENT_setrlimit, sizeof(*event), current_task(), call);
    __s64 soft, hard;

    if (!event)
        return 0;
    event->res = call->result;
    event->resource = call->arguments[0];
    read_limits(call, call->arguments[1], &soft, &hard);
    event->cur = soft;
    event->max = hard;
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
