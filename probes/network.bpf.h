/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a socket is: its family and type, its two ends, the paths of unix sockets. */
#pragma once

#include "probes/stash.bpf.h"
#include "probes/syscall_exit.bpf.h"

enum { FAMILY_unix = 1, FAMILY_ipv4 = 2, FAMILY_ipv6 = 10 };

#define ADDRESS_V4_BYTES 4
#define ADDRESS_V6_BYTES 16

/* Room of sun_path in a struct sockaddr_un. */
#define UNIX_PATH_BYTES 108

/* struct sockaddr_in and sockaddr_in6, one upon the other. */
struct sockaddr_inet {
    __u16 family;
    __u16 port;
    __u32 v4; /* of IPv6 the flow */
    __u8 v6[ADDRESS_V6_BYTES];
};

static __always_inline struct sock* sock_of(const struct file* file) {
    struct socket* socket;

    if (!file || (peek(file, f_inode, i_mode) & S_IFMT_BITS) != S_IFSOCK_BITS)
        return 0;
    socket = peek(file, private_data);
    return peek(socket, sk);
}

static __always_inline void read_local(struct endpoint* end, const struct sock* sock) {
    end->family = peek(sock, __sk_common.skc_family);
    end->port = peek(sock, __sk_common.skc_num);
    if (end->family == FAMILY_ipv6)
        bpf_core_read(end->address, ADDRESS_V6_BYTES, &sock->__sk_common.skc_v6_rcv_saddr);
    else
        bpf_core_read(end->address, ADDRESS_V4_BYTES, &sock->__sk_common.skc_rcv_saddr);
}

static __always_inline void read_remote(struct endpoint* end, const struct sock* sock) {
    end->port = __builtin_bswap16(peek(sock, __sk_common.skc_dport));
    if (end->port == 0)
        return; /* not connected */
    end->family = peek(sock, __sk_common.skc_family);
    if (end->family == FAMILY_ipv6)
        bpf_core_read(end->address, ADDRESS_V6_BYTES, &sock->__sk_common.skc_v6_daddr);
    else
        bpf_core_read(end->address, ADDRESS_V4_BYTES, &sock->__sk_common.skc_daddr);
}

/* `length` bytes of a unix socket's name; an abstract one begins with a NUL, in records with '@'.
 */
static __always_inline void put_unix_name(struct event_header* header, struct text_ref* text,
                                          const void* name, int length, int in_user_memory) {
    char* place = text_place(header);
    long read;

    if (!place || length <= 0 || length > UNIX_PATH_BYTES)
        return;
    read = in_user_memory ? bpf_probe_read_user(place, masked(length, 127), name)
                          : bpf_probe_read_kernel(place, masked(length, 127), name);
    if (read)
        return;
    if (*place == 0) {
        *place = '@';
        text_placed(header, text, length);
        return;
    }
    read = in_user_memory ? bpf_probe_read_user_str(place, masked(length, 127) + 1, name)
                          : bpf_probe_read_kernel_str(place, masked(length, 127) + 1, name);
    if (read > 1)
        text_placed(header, text, read - 1);
}

static __always_inline void put_unix_path(struct event_header* header, struct text_ref* text,
                                          const struct unix_sock* sock) {
    struct unix_address* address = peek(sock, addr);

    if (address)
        put_unix_name(header, text, address->name[0].sun_path,
                      peek(address, len) - (int)sizeof(__u16), 0);
}

static __always_inline void read_end(struct endpoint* end, const struct sockaddr_inet* address) {
    end->family = address->family;
    if (address->family != FAMILY_ipv4 && address->family != FAMILY_ipv6)
        return;
    end->port = __builtin_bswap16(address->port);
    if (address->family == FAMILY_ipv4)
        __builtin_memcpy(end->address, &address->v4, ADDRESS_V4_BYTES);
    else
        __builtin_memcpy(end->address, address->v6, ADDRESS_V6_BYTES);
}

/* An address in the caller's memory, as the end it names. */
static __always_inline void read_asked(struct endpoint* end, const void* address, __u32 length) {
    struct sockaddr_inet asked = {};

    if (length >= sizeof(asked))
        bpf_probe_read_user(&asked, sizeof(asked), address);
    else if (length >= offsetof(struct sockaddr_inet, v6))
        bpf_probe_read_user(&asked, offsetof(struct sockaddr_inet, v6), address);
    else if (length >= sizeof(asked.family))
        bpf_probe_read_user(&asked.family, sizeof(asked.family), address);
    read_end(end, &asked);
}

/* Leaves the address `sock` is being connected to with the task. */
static __always_inline void stash_remote(struct task_struct* task, const struct sock* sock) {
    struct stash* stash = begin_stash(task, STASH_peer);
    struct sockaddr_inet* address;

    if (!stash)
        return;
    address = (struct sockaddr_inet*)stash->peer;
    address->family = peek(sock, __sk_common.skc_family);
    address->port = peek(sock, __sk_common.skc_dport);
    address->v4 = peek(sock, __sk_common.skc_daddr);
    bpf_core_read(address->v6, ADDRESS_V6_BYTES, &sock->__sk_common.skc_v6_daddr);
    stash->peer_length = sizeof(*address);
}

static __always_inline void put_unix_ends(struct event_header* header,
                                          struct socket_members* members, const struct sock* sock) {
    const struct unix_sock* here = (const void*)sock;
    const struct unix_sock* there = (const void*)peek(here, peer);

    members->local.family = FAMILY_unix;
    put_unix_path(header, &members->local_path, here);
    if (!there)
        return;
    members->remote.family = FAMILY_unix;
    put_unix_path(header, &members->remote_path, there);
}

/* All but the inode. */
static __always_inline void put_socket_members(struct event_header* header,
                                               struct socket_members* members,
                                               const struct sock* sock) {
    __u32 domain = peek(sock, __sk_common.skc_family);

    members->domain = domain;
    members->type = peek(sock, sk_type);
    members->proto = peek(sock, sk_protocol);
    if (domain == FAMILY_ipv4 || domain == FAMILY_ipv6) {
        read_local(&members->local, sock);
        read_remote(&members->remote, sock);
    } else if (domain == FAMILY_unix) {
        put_unix_ends(header, members, sock);
    }
}

/* SOCKET_MEMBERS of events.def, for any event that has them. */
#define socket_of(event) ((struct socket_members*)&(event)->socket_ino)
