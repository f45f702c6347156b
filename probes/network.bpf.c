/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect, accept and messages: the socket, its two ends, and the address asked for. */
#include "probes/object.bpf.h"

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

    if (!event)
        return 0;
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    put_sockaddr(&event->header, &event->addr, (void*)call->arguments[1], call->arguments[2]);
    put_socket_of(&event->header, socket_of(event), event->fd);
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

#define ACCEPT(name, fill)                                                  \
    SOCKET_EXIT(name) {                                                     \
        struct name##_event* event =                                        \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call); \
                                                                            \
        if (!event)                                                         \
            return 0;                                                       \
        event->fd = call->result;                                           \
        put_queue((struct accept_event*)event, call);                       \
        fill;                                                               \
        if (call->result >= 0)                                              \
            put_socket_of(&event->header, socket_of(event), event->fd);     \
        event_submit(&event->header);                                       \
        return 0;                                                           \
    }

ACCEPT(accept, (void)0)
ACCEPT(accept4, event->flags = call->arguments[3])

#define MESSAGE_PARTS 16

/* A message as 64-bit programs lay it out, and as 32-bit ones do. */
struct message {
    __u64 name;
    __u32 name_length, room;
    __u64 parts;
    __u64 count;
    __u64 control;
    __u64 control_length;
};
struct compat_message {
    __u32 name, name_length, parts, count, control, control_length;
};

static __always_inline void read_message(struct message* message, const struct call* call) {
    const void* from = (const void*)call->arguments[1];
    struct compat_message narrow = {};

    if (!call->compat) {
        bpf_probe_read_user(message, sizeof(*message), from);
        return;
    }
    bpf_probe_read_user(&narrow, sizeof(narrow), from);
    message->name = narrow.name;
    message->name_length = narrow.name_length;
    message->parts = narrow.parts;
    message->count = narrow.count;
    message->control = narrow.control;
    message->control_length = narrow.control_length;
}

/* The bytes of all parts, but at most MESSAGE_PARTS of them. */
static __always_inline __u64 message_size(const struct message* message, int compat) {
    __u64 size = 0;

    for (int part = 0; part < MESSAGE_PARTS && part < message->count; ++part) {
        __u64 wide[2] = {};
        __u32 narrow[2] = {};

        if (compat) {
            bpf_probe_read_user(narrow, sizeof(narrow), (const void*)(message->parts + part * 8));
            size += narrow[1];
        } else {
            bpf_probe_read_user(wide, sizeof(wide), (const void*)(message->parts + part * 16));
            size += wide[1];
        }
    }
    return size;
}

/* Where the first part of a message lies, and how long it is. */
struct bytes {
    const void* at;
    __u64 length;
};

static __always_inline struct bytes first_part(const struct message* message, int compat) {
    __u64 wide[2] = {};
    __u32 narrow[2] = {};

    if (!message->count)
        return (struct bytes){};
    if (compat) {
        bpf_probe_read_user(narrow, sizeof(narrow), (const void*)message->parts);
        return (struct bytes){(const void*)(__u64)narrow[0], narrow[1]};
    }
    bpf_probe_read_user(wide, sizeof(wide), (const void*)message->parts);
    return (struct bytes){(const void*)wide[0], wide[1]};
}

/* Of what went, not of what was asked. */
static __always_inline void put_data(struct event_header* header, struct text_ref* text,
                                     const struct bytes* data, long result) {
    __u64 length = *(volatile __u32*)&control.data_limit;

    if (result <= 0)
        return;
    if (length > data->length)
        length = data->length;
    if (length > result)
        length = result;
    put_user_bytes(header, text, data->at, length);
}

/* What sendto, sendmsg, recvfrom and recvmsg have alike; `address` is the message's own. */
static __always_inline void put_message(struct sendto_event* event, const struct call* call,
                                        __u64 size, const void* address, __u32 length,
                                        const struct bytes* data) {
    event->res = call->result;
    event->fd = (int)call->arguments[0];
    event->size = size;
    if (address)
        put_sockaddr(&event->header, &event->addr, address, length);
    put_data(&event->header, &event->data, data, call->result);
    put_socket_of(&event->header, socket_of(event), event->fd);
    if (event->remote.family == 0 && event->addr.length) {
        read_asked(&event->remote, address, length);
        if (event->remote.family == FAMILY_unix)
            put_unix_name(&event->header, &event->remote_path, address + sizeof(__u16),
                          length - sizeof(__u16), 1);
    }
}

SOCKET_EXIT(sendto) {
    struct bytes data = {(const void*)call->arguments[1], call->arguments[2]};
    struct sendto_event* event = begin_exit(EVENT_sendto, sizeof(*event), current_task(), call);

    if (!event)
        return 0;
    put_message(event, call, call->arguments[2], (void*)call->arguments[4], call->arguments[5],
                &data);
    event_submit(&event->header);
    return 0;
}

SOCKET_EXIT(recvfrom) {
    struct bytes data = {(const void*)call->arguments[1], call->arguments[2]};
    struct sendto_event* event = begin_exit(EVENT_recvfrom, sizeof(*event), current_task(), call);
    __u32 length = 0;

    if (!event)
        return 0;
    if (call->arguments[5])
        bpf_probe_read_user(&length, sizeof(length), (void*)call->arguments[5]);
    put_message(event, call, call->arguments[2], call->result >= 0 ? (void*)call->arguments[4] : 0,
                length, &data);
    event_submit(&event->header);
    return 0;
}

/* The members of a message without control data lie as those of one with it do. */
static __always_inline int submit_message(enum event_id id, const struct call* call,
                                          int has_address) {
    struct sendmsg_event* event = begin_exit(id, sizeof(*event), current_task(), call);
    struct message message = {};
    struct bytes data;
    struct bytes control;

    if (!event)
        return 0;
    read_message(&message, call);
    data = first_part(&message, call->compat);
    control = (struct bytes){(const void*)message.control, message.control_length};
    put_message((struct sendto_event*)event, call, message_size(&message, call->compat),
                has_address ? (void*)message.name : 0, message.name_length, &data);
    put_data(&event->header, &event->msgcontrol, &control, call->result < 0 ? 0 : TEXT_MAX);
    event_submit(&event->header);
    return 0;
}

SOCKET_EXIT(sendmsg) {
    return submit_message(EVENT_sendmsg, call, 1);
}

SOCKET_EXIT(recvmsg) {
    return submit_message(EVENT_recvmsg, call, call->result >= 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
