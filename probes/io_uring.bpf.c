/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files opened through io_uring: no system call of theirs ends. What is asked is seen when a
 * request is submitted, what came of it when it completes, by whichever thread does that.
 */
#include "probes/open.bpf.h"

enum { URING_OPENAT = 18, URING_OPENAT2 = 28 };

#define SKIPS_COMPLETION (1U << 6) /* IOSQE_CQE_SKIP_SUCCESS: nothing will be heard of it again */
#define OPENS_IN_FLIGHT 4096

struct uring_open {
    __u32 event;
    __s32 directory;
    __u64 flags;
    __u64 mode;
    __u64 resolve;
    __u32 fixed; /* no descriptor: a slot of the ring's own */
    char name[TEXT_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, OPENS_IN_FLIGHT);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u64); /* the request */
    __type(value, struct uring_open);
} uring_opens __weak SEC(".maps");

static __noinline int submit_uring_open(struct uring_open* asked, long result, __u32 is_known) {
    struct task_struct* task = current_task();
    struct openat2_event* event = event_begin(EVENT_openat2, sizeof(*event), task);
    struct object object;
    struct file* file = 0;

    if (!event)
        return 0;
    event->header.event = asked->event;
    event->header.via = VIA_io_uring;
    event->fd = result;
    event->dirfd = asked->directory;
    event->flags = asked->flags;
    event->mode = asked->flags & (O_CREAT_BIT | O_TMPFILE_BIT) ? asked->mode : 0;
    event->resolve = asked->resolve;
    put_kernel_string(&event->header, &event->name, asked->name);
    if (is_known && result >= 0 && !asked->fixed)
        file = file_of(task, result);
    if (file) {
        read_file(&event->header, &object, file);
        put_object(event, &object);
        event->header.flags |= RECORD_FD_LOOKUP;
    } else {
        event->header.flags |= RECORD_UNRESOLVED;
        put_directory_if_relative(&event->header, &event->directory, &event->name, event->dirfd);
    }
    event_submit(&event->header);
    return 0;
}

static __always_inline int submitted(struct io_kiocb* request) {
    struct task_struct* task = current_task();
    struct io_open* open = (struct io_open*)request; /* the request begins with its command */
    __u8 opcode = peek(request, opcode);
    struct uring_open* asked;
    struct slot* slot;
    __u64 key = (__u64)request;
    __u32 flags = 0;

    if ((opcode != URING_OPENAT && opcode != URING_OPENAT2) || scope_of(task) == SCOPE_is_out)
        return 0;
    slot = take_slot(EVENT_openat);
    if (!slot)
        return 0;
    asked = (struct uring_open*)slot->record;
    asked->event = opcode == URING_OPENAT ? EVENT_openat : EVENT_openat2;
    asked->directory = peek(open, dfd);
    asked->flags = peek(open, how.flags);
    asked->mode = peek(open, how.mode);
    asked->resolve = opcode == URING_OPENAT ? 0 : peek(open, how.resolve);
    asked->fixed = peek(open, file_slot);
    bpf_probe_read_kernel_str(asked->name, TEXT_MAX, peek(open, filename, name));
    bpf_core_read(&flags, sizeof(flags), &request->flags);
    if (flags & SKIPS_COMPLETION)
        submit_uring_open(asked, 0, 0);
    else if (bpf_map_update_elem(&uring_opens, &key, asked, BPF_ANY))
        submit_uring_open(asked, 0, 0);
    release_slot(slot);
    return 0;
}

/* 2ad57931db64 (6.4): renamed from io_uring_submit_sqe. */
SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_uring_submit, struct io_kiocb* request) {
    return submitted(request);
}

SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(on_uring_submit_sqe, struct io_kiocb* request) {
    return submitted(request);
}

/* cef216fc32d7 (5.19): the result moved into a completion kept in the request. */
static __always_inline int result_of(const struct io_kiocb* request) {
    const struct io_kiocb___result* older = (const void*)request;

    if (bpf_core_field_exists(request->cqe))
        return peek(request, cqe.res);
    return peek(older, result);
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete, void* ring, void* address) {
    struct io_kiocb* request = address;
    __u64 key = (__u64)address;
    struct uring_open* asked = bpf_map_lookup_elem(&uring_opens, &key);

    if (!asked)
        return 0;
    submit_uring_open(asked, result_of(request), 1);
    bpf_map_delete_elem(&uring_opens, &key);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
