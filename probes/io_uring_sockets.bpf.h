/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests through io_uring that make sockets or act on them. */
#pragma once

#include "probes/object.bpf.h"

#define FIXED_FILE (1U << 0) /* IOSQE_FIXED_FILE: the descriptor is a slot of the ring's own */

/* What a request asked for, until it completes; what a member is about says the request. */
struct uring_request {
    __u32 event;
    __s32 fd;             /* of a socket; -1: none of the process's own */
    __s32 directories[2]; /* what relative names start from, the old one's first */
    __u64 flags;
    __u64 mode;
    __u64 resolve;
    __u64 size;    /* of a message, or the queue of a listening socket */
    __u64 message; /* where the process has the struct of one to be received */
    __u32 fixed;   /* what is opened gets no descriptor, but a slot of the ring's own */
    __u32 domain, type, protocol;
    __u32 address_length;
    char address[SOCKADDR_MAX];
    char name[TEXT_MAX];
    char new_name[TEXT_MAX];
};

static __always_inline void* begin_request(enum event_id event, __u32 size) {
    struct event_header* header = event_begin(event, size, current_task());

    if (header)
        header->via = VIA_io_uring;
    return header;
}

static __always_inline void read_address(struct uring_request* asked, const void* address,
                                         int length) {
    if (length > 0 && length < SOCKADDR_MAX &&
        !bpf_probe_read_user(asked->address, masked(length, SOCKADDR_MAX - 1), address))
        asked->address_length = length;
}

/* A kernel without such a request has no struct for it. */
static __always_inline void read_socket(struct uring_request* asked,
                                        const struct io_socket* socket) {
    if (!bpf_core_type_exists(struct io_socket)) /* 1374e08e2d44 (5.19) */
        return;
    asked->domain = peek(socket, domain);
    asked->type = peek(socket, type) | peek(socket, flags);
    asked->protocol = peek(socket, protocol);
    asked->fixed = peek(socket, file_slot);
}

/* The address a message goes to, or the one it came from. */
static __always_inline void read_name_of(struct uring_request* asked, const void* message) {
    struct {
        __u64 name;
        __u32 length, room;
    } user = {};

    if (!bpf_probe_read_user(&user, sizeof(user), message) && user.name)
        read_address(asked, (const void*)user.name, user.length);
}

static __always_inline void read_message(struct uring_request* asked,
                                         const struct io_sr_msg* message) {
    switch (asked->event) {
        case EVENT_sendmsg:
            read_name_of(asked, peek(message, umsg));
            break;
        case EVENT_recvmsg:
            asked->message = (__u64)peek(message, umsg);
            break;
        default:
            asked->size = (__u32)peek(message, len);
            break;
    }
}

static __always_inline void read_of_socket(struct uring_request* asked,
                                           const struct io_kiocb* request) {
    const struct io_connect* connect = (const void*)request;
    const struct io_accept* accept = (const void*)request;
    const struct io_listen* listen = (const void*)request;
    __u32 flags = 0;

    bpf_core_read(&flags, sizeof(flags), &request->flags);
    asked->fd = -1;
    asked->fixed = 0;
    asked->size = 0;
    asked->message = 0;
    asked->address_length = 0;
    __builtin_memset(asked->address, 0, sizeof(asked->address));
    /* cef216fc32d7 (5.19): until the file is looked up its descriptor is kept. */
    if (!(flags & FIXED_FILE) && bpf_core_field_exists(request->cqe.fd))
        asked->fd = peek(request, cqe.fd);
    switch (asked->event) {
        case EVENT_connect:
            read_address(asked, peek(connect, addr), peek(connect, addr_len));
            break;
        case EVENT_socket:
            read_socket(asked, (const void*)request);
            break;
        case EVENT_accept4:
            asked->flags = peek(accept, flags);
            asked->fixed = peek(accept, file_slot);
            break;
        case EVENT_listen:
            if (bpf_core_type_exists(struct io_listen)) /* ff140cc8628a (6.11) */
                asked->size = peek(listen, backlog);
            break;
        case EVENT_sendto:
        case EVENT_sendmsg:
        case EVENT_recvfrom:
        case EVENT_recvmsg:
            read_message(asked, (const void*)request);
            break;
        default:
            break;
    }
}

static __always_inline struct sock* put_socket_of_file(struct event_header* header,
                                                       struct socket_members* members,
                                                       const struct file* file) {
    struct sock* sock = sock_of(file);

    if (sock) {
        members->socket_ino = peek(file, f_inode, i_ino);
        put_socket_members(header, members, sock);
    } else {
        header->flags |= RECORD_UNRESOLVED;
    }
    return sock;
}

static __always_inline void put_asked_end(struct event_header* header,
                                          struct socket_members* members,
                                          struct uring_request* asked) {
    read_end(&members->remote, (const struct sockaddr_inet*)asked->address);
    if (members->remote.family == FAMILY_unix)
        put_unix_name(header, &members->remote_path, asked->address + sizeof(__u16),
                      (int)asked->address_length - (int)sizeof(__u16), 0);
}

/* A connection that failed leaves no peer in its socket; then it is the one asked. */
static __noinline int tell_connect(struct uring_request* asked, const struct file* file,
                                   long result) {
    struct connect_event* event = begin_request(EVENT_connect, sizeof(*event));

    if (!event)
        return 0;
    event->res = result;
    event->fd = asked->fd;
    put_kernel_bytes(&event->header, &event->addr, asked->address, asked->address_length);
    put_socket_of_file(&event->header, socket_of(event), file);
    if (event->remote.port == 0 && event->remote_path.length == 0) {
        event->header.flags |= RECORD_UNRESOLVED;
        put_asked_end(&event->header, socket_of(event), asked);
    }
    event_submit(&event->header);
    return 0;
}

static __noinline int tell_socket(struct uring_request* asked, long result) {
    struct socket_event* event = begin_request(EVENT_socket, sizeof(*event));

    if (!event)
        return 0;
    event->fd = result;
    event->domain = asked->domain;
    event->type = asked->type;
    event->proto = asked->protocol;
    event_submit(&event->header);
    return 0;
}

/* The address asked is copied where no probe looks; that of a socket that got it is its own. */
static __noinline int tell_bind_or_listen(struct uring_request* asked, const struct file* file,
                                          long result) {
    if (asked->event == EVENT_bind) {
        struct bind_event* event = begin_request(EVENT_bind, sizeof(*event));

        if (!event)
            return 0;
        event->res = result;
        event->fd = asked->fd;
        put_socket_of_file(&event->header, socket_of(event), file);
        event_submit(&event->header);
    } else {
        struct listen_event* event = begin_request(EVENT_listen, sizeof(*event));

        if (!event)
            return 0;
        event->res = result;
        event->fd = asked->fd;
        event->backlog = (int)asked->size;
        put_socket_of_file(&event->header, socket_of(event), file);
        event_submit(&event->header);
    }
    return 0;
}

/* `file` is the listening socket's. */
static __noinline int tell_accept(struct uring_request* asked, const struct file* file, long result,
                                  __u32 is_known) {
    struct accept4_event* event = begin_request(EVENT_accept4, sizeof(*event));
    struct sock* sock = sock_of(file);

    if (!event)
        return 0;
    event->fd = result;
    event->listen_fd = asked->fd;
    event->flags = asked->flags;
    if (sock) {
        event->queuelen = peek(sock, sk_ack_backlog);
        event->queuemax = peek(sock, sk_max_ack_backlog);
        if (event->queuemax)
            event->queuepct = event->queuelen * 100 / event->queuemax;
    }
    if (is_known && result >= 0 && !asked->fixed)
        put_socket_of(&event->header, socket_of(event), result);
    else if (result >= 0)
        event->header.flags |= RECORD_UNRESOLVED;
    event_submit(&event->header);
    return 0;
}

static __noinline int tell_message(struct uring_request* asked, const struct file* file,
                                   long result) {
    struct sendmsg_event* event = begin_request(EVENT_sendmsg, sizeof(*event));

    if (!event)
        return 0;
    event->res = result;
    event->fd = asked->fd;
    event->size = asked->size ? asked->size : result > 0 ? result : 0;
    if (asked->message && result >= 0)
        read_name_of(asked, (const void*)asked->message);
    put_kernel_bytes(&event->header, &event->addr, asked->address, asked->address_length);
    put_socket_of_file(&event->header, socket_of(event), file);
    if (event->remote.family == 0 && asked->address_length)
        put_asked_end(&event->header, socket_of(event), asked);
    event->header.event = asked->event; /* without control data they are the same */
    event_submit(&event->header);
    return 0;
}
