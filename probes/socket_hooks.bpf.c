/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel is about to do with sockets, besides connecting them. */
#include "probes/kernel_hook.bpf.h"
#include "probes/network.bpf.h"

HOOK4(socket_create, security_socket_create, int, family, int, type, int, protocol, int, kernel) {
    struct socket_create_event* event = begin_hook(EVENT_socket_create, sizeof(*event));

    if (!event)
        return 0;
    event->domain = family;
    event->type = type;
    event->proto = protocol;
    event->kernel = kernel != 0;
    event_submit(&event->header);
    return 0;
}

static __noinline int put_hooked_socket(struct event_header* header, struct socket_members* members,
                                        const struct socket* socket) {
    struct file* file = peek(socket, file);

    if (file)
        members->socket_ino = peek(file, f_inode, i_ino);
    put_socket_members(header, members, peek(socket, sk));
    return 0;
}

/* An address the kernel has copied: there is room for any. */
static __always_inline void put_address(struct event_header* header, struct text_ref* text,
                                        const void* address, int length) {
    if (length > 0 && length <= SOCKADDR_MAX)
        put_kernel_bytes(header, text, address, length);
}

HOOK3(socket_bind, security_socket_bind, struct socket*, socket, struct sockaddr*, address, int,
      length) {
    struct socket_bind_event* event = begin_hook(EVENT_socket_bind, sizeof(*event));
    struct sockaddr_inet asked = {};

    if (!event)
        return 0;
    put_hooked_socket(&event->header, socket_of(event), socket);
    put_address(&event->header, &event->addr, address, length);
    bpf_probe_read_kernel(&asked, sizeof(asked), address);
    read_end(&event->local, &asked);
    if (asked.family == FAMILY_unix)
        put_unix_name(&event->header, &event->local_path, (char*)address + sizeof(__u16),
                      length - (int)sizeof(__u16), 0);
    event_submit(&event->header);
    return 0;
}

HOOK2(socket_listen, security_socket_listen, struct socket*, socket, int, backlog) {
    struct socket_listen_event* event = begin_hook(EVENT_socket_listen, sizeof(*event));

    if (!event)
        return 0;
    event->backlog = backlog;
    put_hooked_socket(&event->header, socket_of(event), socket);
    event_submit(&event->header);
    return 0;
}

HOOK1(socket_accept, security_socket_accept, struct socket*, socket) {
    struct socket_accept_event* event = begin_hook(EVENT_socket_accept, sizeof(*event));

    if (!event)
        return 0;
    put_hooked_socket(&event->header, socket_of(event), socket);
    event_submit(&event->header);
    return 0;
}

/* A message without an address goes to the socket's other end. */
HOOK3(socket_sendmsg, security_socket_sendmsg, struct socket*, socket, struct msghdr*, message, int,
      size) {
    struct socket_sendmsg_event* event = begin_hook(EVENT_socket_sendmsg, sizeof(*event));
    struct sockaddr_inet asked = {};
    void* address;

    if (!event)
        return 0;
    event->size = size;
    put_hooked_socket(&event->header, socket_of(event), socket);
    address = peek(message, msg_name);
    if (address) {
        int length = peek(message, msg_namelen);

        put_address(&event->header, &event->addr, address, length);
        bpf_probe_read_kernel(&asked, sizeof(asked), address);
        read_end(&event->remote, &asked);
        if (asked.family == FAMILY_unix)
            put_unix_name(&event->header, &event->remote_path, (char*)address + sizeof(__u16),
                          length - (int)sizeof(__u16), 0);
    }
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
