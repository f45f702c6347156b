/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is asked through io_uring: no system call of its own ends. The request is seen when it is
 * submitted, its names and addresses being the kernel's copies by then or about to be; what came of
 * it when it completes, by whichever thread does that.
 */
#include "probes/io_uring_sockets.bpf.h"
#include "probes/open.bpf.h"

enum uring_opcode {
    URING_SENDMSG = 9,
    URING_RECVMSG = 10,
    URING_ACCEPT = 13,
    URING_CONNECT = 16,
    URING_OPENAT = 18,
    URING_SEND = 26,
    URING_RECV = 27,
    URING_OPENAT2 = 28,
    URING_RENAMEAT = 35,
    URING_UNLINKAT = 36,
    URING_MKDIRAT = 37,
    URING_SYMLINKAT = 38,
    URING_LINKAT = 39,
    URING_SOCKET = 45,
    URING_BIND = 56,
    URING_LISTEN = 57,
};

#define SKIPS_COMPLETION (1U << 6) /* IOSQE_CQE_SKIP_SUCCESS: nothing will be heard of it again */
#define REQUESTS_IN_FLIGHT 4096

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, REQUESTS_IN_FLIGHT);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u64); /* the request */
    __type(value, struct uring_request);
} uring_requests __weak SEC(".maps");

static __always_inline __u32 event_of_opcode(__u8 opcode) {
    switch (opcode) {
        case URING_CONNECT:
            return EVENT_connect;
        case URING_OPENAT:
            return EVENT_openat;
        case URING_OPENAT2:
            return EVENT_openat2;
        case URING_RENAMEAT:
            return EVENT_renameat2;
        case URING_UNLINKAT:
            return EVENT_unlinkat;
        case URING_MKDIRAT:
            return EVENT_mkdirat;
        case URING_SYMLINKAT:
            return EVENT_symlinkat;
        case URING_LINKAT:
            return EVENT_linkat;
        case URING_SOCKET:
            return EVENT_socket;
        case URING_BIND:
            return EVENT_bind;
        case URING_LISTEN:
            return EVENT_listen;
        case URING_ACCEPT:
            return EVENT_accept4;
        case URING_SEND:
            return EVENT_sendto;
        case URING_SENDMSG:
            return EVENT_sendmsg;
        case URING_RECV:
            return EVENT_recvfrom;
        case URING_RECVMSG:
            return EVENT_recvmsg;
        default:
            return EVENT_COUNT;
    }
}

#define read_name(text, command, member) \
    bpf_probe_read_kernel_str((text), TEXT_MAX, peek(command, member, name))

/* A request begins with its command. */
static __always_inline void read_open(struct uring_request* asked, const struct io_open* open) {
    asked->directories[0] = peek(open, dfd);
    asked->flags = peek(open, how.flags);
    asked->mode = peek(open, how.mode);
    asked->resolve = asked->event == EVENT_openat ? 0 : peek(open, how.resolve);
    asked->fixed = peek(open, file_slot);
    read_name(asked->name, open, filename);
}

static __always_inline void read_two_names(struct uring_request* asked,
                                           const struct io_rename* rename) {
    asked->directories[0] = peek(rename, old_dfd);
    asked->directories[1] = peek(rename, new_dfd);
    asked->flags = peek(rename, flags);
    read_name(asked->name, rename, oldpath);
    read_name(asked->new_name, rename, newpath);
}

static __always_inline void read_link(struct uring_request* asked, const struct io_link* link) {
    if (!bpf_core_type_exists(struct io_link)) /* cf30da90bc3a (5.15) */
        return;
    asked->directories[0] = peek(link, old_dfd);
    asked->directories[1] = peek(link, new_dfd);
    asked->flags = peek(link, flags);
    read_name(asked->name, link, oldpath);
    read_name(asked->new_name, link, newpath);
}

static __always_inline void read_one_name(struct uring_request* asked,
                                          const struct io_kiocb* request) {
    const struct io_unlink* unlink = (const void*)request;
    const struct io_mkdir* mkdir = (const void*)request;

    if (asked->event == EVENT_unlinkat) {
        asked->directories[0] = peek(unlink, dfd);
        asked->flags = peek(unlink, flags);
        read_name(asked->name, unlink, filename);
    } else if (bpf_core_type_exists(struct io_mkdir)) { /* e34a02dc40c9 (5.15) */
        asked->directories[0] = peek(mkdir, dfd);
        asked->mode = peek(mkdir, mode);
        read_name(asked->name, mkdir, filename);
    }
}

static __always_inline void read_request(struct uring_request* asked,
                                         const struct io_kiocb* request) {
    switch (asked->event) {
        case EVENT_connect:
        case EVENT_socket:
        case EVENT_bind:
        case EVENT_listen:
        case EVENT_accept4:
        case EVENT_sendto:
        case EVENT_sendmsg:
        case EVENT_recvfrom:
        case EVENT_recvmsg:
            read_of_socket(asked, request);
            break;
        case EVENT_renameat2:
            read_two_names(asked, (const void*)request);
            break;
        case EVENT_linkat:
        case EVENT_symlinkat:
            read_link(asked, (const void*)request);
            break;
        case EVENT_unlinkat:
        case EVENT_mkdirat:
            read_one_name(asked, request);
            break;
        default:
            read_open(asked, (const void*)request);
            break;
    }
}

static __noinline int tell_open(struct uring_request* asked, long result, __u32 is_known) {
    struct openat2_event* event = begin_request(EVENT_openat2, sizeof(*event));
    struct object object;
    struct file* file = 0;

    if (!event)
        return 0;
    event->header.event = asked->event;
    event->fd = result;
    event->dirfd = asked->directories[0];
    event->flags = asked->flags;
    event->mode = asked->flags & (O_CREAT_BIT | O_TMPFILE_BIT) ? asked->mode : 0;
    event->resolve = asked->resolve;
    put_kernel_string(&event->header, &event->name, asked->name);
    if (is_known && result >= 0 && !asked->fixed)
        file = file_of(current_task(), result);
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

/* A new name, or one more: the members of both lie alike. What became of the names nobody kept for
 * us: they are told as asked. */
static __noinline int tell_two_names(struct uring_request* asked, long result) {
    struct renameat2_event* event = begin_request(EVENT_renameat2, sizeof(*event));

    if (!event)
        return 0;
    event->header.event = asked->event;
    event->res = result;
    event->olddirfd = asked->directories[0];
    event->newdirfd = asked->directories[1];
    event->flags = asked->flags;
    put_kernel_string(&event->header, &event->oldpath, asked->name);
    put_kernel_string(&event->header, &event->newpath, asked->new_name);
    put_directory_if_relative(&event->header, &event->old_directory, &event->oldpath,
                              event->olddirfd);
    put_directory_if_relative(&event->header, &event->new_directory, &event->newpath,
                              event->newdirfd);
    event->header.flags |= RECORD_UNRESOLVED;
    event_submit(&event->header);
    return 0;
}

static __noinline int tell_symlink(struct uring_request* asked, long result) {
    struct symlinkat_event* event = begin_request(EVENT_symlinkat, sizeof(*event));

    if (!event)
        return 0;
    event->res = result;
    event->linkdirfd = asked->directories[1];
    put_kernel_string(&event->header, &event->target, asked->name);
    put_kernel_string(&event->header, &event->linkpath, asked->new_name);
    put_directory_if_relative(&event->header, &event->directory, &event->linkpath,
                              event->linkdirfd);
    event->header.flags |= RECORD_UNRESOLVED;
    event_submit(&event->header);
    return 0;
}

static __noinline int tell_unlink(struct uring_request* asked, long result) {
    struct unlinkat_event* event = begin_request(EVENT_unlinkat, sizeof(*event));

    if (!event)
        return 0;
    event->res = result;
    event->dirfd = asked->directories[0];
    event->flags = asked->flags;
    put_kernel_string(&event->header, &event->name, asked->name);
    put_directory_if_relative(&event->header, &event->directory, &event->name, event->dirfd);
    event->header.flags |= RECORD_UNRESOLVED;
    event_submit(&event->header);
    return 0;
}

static __noinline int tell_mkdir(struct uring_request* asked, long result) {
    struct mkdirat_event* event = begin_request(EVENT_mkdirat, sizeof(*event));

    if (!event)
        return 0;
    event->res = result;
    event->dirfd = asked->directories[0];
    event->mode = asked->mode;
    put_kernel_string(&event->header, &event->path, asked->name);
    put_directory_if_relative(&event->header, &event->directory, &event->path, event->dirfd);
    event->header.flags |= RECORD_UNRESOLVED;
    event_submit(&event->header);
    return 0;
}

static __noinline int tell(struct uring_request* asked, const struct file* file, long result,
                           __u32 is_known) {
    switch (asked->event) {
        case EVENT_connect:
            return tell_connect(asked, file, result);
        case EVENT_socket:
            return tell_socket(asked, result);
        case EVENT_bind:
        case EVENT_listen:
            return tell_bind_or_listen(asked, file, result);
        case EVENT_accept4:
            return tell_accept(asked, file, result, is_known);
        case EVENT_sendto:
        case EVENT_sendmsg:
        case EVENT_recvfrom:
        case EVENT_recvmsg:
            return tell_message(asked, file, result);
        case EVENT_renameat2:
        case EVENT_linkat:
            return tell_two_names(asked, result);
        case EVENT_symlinkat:
            return tell_symlink(asked, result);
        case EVENT_unlinkat:
            return tell_unlink(asked, result);
        case EVENT_mkdirat:
            return tell_mkdir(asked, result);
        default:
            return tell_open(asked, result, is_known);
    }
}

static __always_inline int submitted(struct io_kiocb* request) {
    __u32 event = event_of_opcode(peek(request, opcode));
    enum scope_answer answer;
    struct uring_request* asked;
    struct slot* slot;
    __u64 key = (__u64)request;
    __u32 flags = 0;

    if (event >= EVENT_COUNT || !control.wanted[event])
        return 0;
    answer = scope_of(current_task());
    if (answer == SCOPE_is_out || (answer != SCOPE_is_canary && is_shed(event)))
        return 0;
    slot = take_slot(event);
    if (!slot)
        return 0;
    asked = (struct uring_request*)slot->record;
    asked->event = event;
    read_request(asked, request);
    bpf_core_read(&flags, sizeof(flags), &request->flags);
    if ((flags & SKIPS_COMPLETION) || bpf_map_update_elem(&uring_requests, &key, asked, BPF_ANY))
        tell(asked, peek(request, file), 0, 0);
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
    struct uring_request* asked = bpf_map_lookup_elem(&uring_requests, &key);

    if (!asked)
        return 0;
    tell(asked, peek(request, file), result_of(request), 1);
    bpf_map_delete_elem(&uring_requests, &key);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
