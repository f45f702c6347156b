/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect, accept, bind and listen: the socket, its two ends, and the address asked for. */
#include "probes/network.bpf.h"

#define SOCKADDR_BYTES 128

static __always_inline struct sock* sock_by_descriptor(struct event_header* header, long fd,
                                                       __u64* ino) {
    struct file* file = file_of(current_task(), fd);
    struct sock* sock = sock_of(file);

    header->flags |= sock ? RECORD_FD_LOOKUP : RECORD_UNRESOLVED;
    if (sock)
        *ino = peek(file, f_inode, i_ino);
    return sock;
}

static __always_inline void put_asked(struct event_header* header, struct text_ref* text,
                                      const void* address, __u32 length) {
    if (length && length <= SOCKADDR_BYTES)
        put_user_bytes(header, text, address, length);
}

/* A connection that failed leaves no peer in its socket: the one a hook saw, else the one asked. */
static __always_inline void put_refused_peer(struct connect_event* event, const struct call* call) {
    const void* asked = (const void*)call->arguments[1];
    const struct stash* stash = stashed(current_task(), call, STASH_peer);
    __u32 length = call->arguments[2];

    if (event->remote.port != 0 || event->remote_path.length != 0)
        return;
    if (stash) {
        read_end(&event->remote, (const struct sockaddr_inet*)stash->peer);
        if (event->remote.family == FAMILY_unix)
            put_unix_name(&event->header, &event->remote_path, stash->peer + sizeof(__u16),
                          (int)stash->peer_length - (int)sizeof(__u16), 0);
        return;
    }
    read_asked(&event->remote, asked, length);
    if (event->remote.family == FAMILY_unix)
        put_unix_name(&event->header, &event->remote_path, asked + sizeof(__u16),
                      length - sizeof(__u16), 1);
    event->header.flags |= RECORD_UNRESOLVED;
}

SOCKET_EXIT(connect) {
    struct connect_event* event = begin_exit(EVENT_connect, sizeof(*event), current_task(), call);
    struct sock* sock;

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    put_asked(&event->header, &event->addr, (void*)call->arguments[1], call->arguments[2]);
    sock = sock_by_descriptor(&event->header, event->fd, &event->socket_ino);
    if (sock)
        put_socket(event, sock);
    put_refused_peer(event, call);
    drop_stash(current_task());
    event_submit(&event->header);
    return 0;
}

/* How full the queue of the listening socket is. */
static __always_inline void put_queue(struct accept_event* event, const struct call* call) {
    struct sock* sock = sock_of(file_of(current_task(), (int)call->arguments[0]));

    event->listen_fd = (int)call->arguments[0];
    if (!sock)
        return;
    event->queuelen = peek(sock, sk_ack_backlog);
    event->queuemax = peek(sock, sk_max_ack_backlog);
    if (event->queuemax)
        event->queuepct = event->queuelen * 100 / event->queuemax;
}

#define ACCEPT(name, fill)                                                            \
    SOCKET_EXIT(name) {                                                               \
        struct name##_event* event =                                                  \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call);           \
        struct sock* sock;                                                            \
                                                                                      \
        if (!event)                                                                   \
            return 0;                                                                 \
        event->fd = call->result;                                                     \
        put_queue((struct accept_event*)event, call);                                 \
        fill;                                                                         \
        if (call->result >= 0) {                                                      \
            sock = sock_by_descriptor(&event->header, event->fd, &event->socket_ino); \
            if (sock)                                                                 \
                put_socket(event, sock);                                              \
        }                                                                             \
        event_submit(&event->header);                                                 \
        return 0;                                                                     \
    }

ACCEPT(accept, (void)0)
ACCEPT(accept4, event->flags = call->arguments[3])

SOCKET_EXIT(bind) {
    struct bind_event* event = begin_exit(EVENT_bind, sizeof(*event), current_task(), call);
    struct sock* sock;

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    put_asked(&event->header, &event->addr, (void*)call->arguments[1], call->arguments[2]);
    sock = sock_by_descriptor(&event->header, event->fd, &event->socket_ino);
    if (sock)
        put_socket(event, sock);
    event_submit(&event->header);
    return 0;
}

SOCKET_EXIT(listen) {
    struct listen_event* event = begin_exit(EVENT_listen, sizeof(*event), current_task(), call);
    struct sock* sock;

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    event->backlog = (int)call->arguments[1];
    sock = sock_by_descriptor(&event->header, event->fd, &event->socket_ino);
    if (sock)
        put_socket(event, sock);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
