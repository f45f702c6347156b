/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* socket_connect: the kernel connects a socket, whoever asked; a system call's exit is told the
 * address. */
#include "probes/kernel_hook.bpf.h"
#include "probes/network.bpf.h"

enum { STATE_SYN_SENT = 2, STATE_CLOSE = 7 };

static __always_inline void leave_peer(struct task_struct* task, const struct sockaddr* address,
                                       __u32 length) {
    struct stash* stash = begin_stash(task, STASH_peer);

    if (!stash || length > SOCKADDR_MAX)
        return;
    __builtin_memset(stash->peer, 0, sizeof(stash->peer));
    bpf_probe_read_kernel(stash->peer, masked(length - 1, SOCKADDR_MAX - 1) + 1, address);
    stash->peer_length = length;
}

static __always_inline struct socket_connect_event* begin_connect(struct task_struct* task,
                                                                  enum scope_answer answer,
                                                                  const struct sock* sock) {
    struct socket_connect_event* event;
    struct file* file;

    if (!control.wanted[EVENT_socket_connect])
        return 0;
    event = event_begin_for(EVENT_socket_connect, sizeof(*event), task, answer);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    put_socket_members(&event->header, socket_of(event), sock);
    file = peek(sock, sk_socket, file);
    event->socket_ino = peek(file, f_inode, i_ino);
    return event;
}

HOOK3(socket_connect, security_socket_connect, struct socket*, socket, struct sockaddr*, address,
      int, length) {
    struct task_struct* task = current_task();
    enum scope_answer answer = scope_of(task);
    struct socket_connect_event* event;
    struct sockaddr_inet asked = {};

    if (answer == SCOPE_is_out || length <= 0)
        return 0;
    leave_peer(task, address, length);
    event = begin_connect(task, answer, peek(socket, sk));
    if (!event)
        return 0;
    bpf_probe_read_kernel(&asked, sizeof(asked), address); /* the kernel's copy has room for any */
    read_end(&event->remote, &asked);
    if (asked.family == FAMILY_unix)
        put_unix_name(&event->header, &event->remote_path, (char*)address + sizeof(__u16),
                      length - (int)sizeof(__u16), 0);
    if (length <= SOCKADDR_MAX)
        put_kernel_bytes(&event->header, &event->addr, address, length);
    event_submit(&event->header);
    return 0;
}

/* TCP only: the state a connection takes when it begins, in the context of who asked. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_set_state, const struct sock* sock, int old_state, int new_state) {
    struct task_struct* task = current_task();
    struct socket_connect_event* event;
    enum scope_answer answer;

    if (old_state != STATE_CLOSE || new_state != STATE_SYN_SENT)
        return 0;
    answer = scope_of(task);
    if (answer == SCOPE_is_out)
        return 0;
    stash_remote(task, sock);
    event = begin_connect(task, answer, sock);
    if (event)
        event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
