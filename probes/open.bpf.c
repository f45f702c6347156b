/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* open, openat, openat2 and creat: what was asked, and which file the kernel opened. */
#define EVERY_CALL_PASSES

#include "probes/open.bpf.h"

#define CREAT_FLAGS 01101 /* O_CREAT | O_WRONLY | O_TRUNC */

SYSCALL_EXIT(open) {
    const struct open_request request = {
        .event = EVENT_open,
        .directory = AT_FDCWD_VALUE,
        .name = (void*)call->arguments[0],
        .flags = call->arguments[1],
        .mode = call->arguments[2],
        .call = call,
    };

    return submit_open(&request);
}

SYSCALL_EXIT(openat) {
    const struct open_request request = {
        .event = EVENT_openat,
        .directory = call->arguments[0],
        .name = (void*)call->arguments[1],
        .flags = call->arguments[2],
        .mode = call->arguments[3],
        .call = call,
    };

    return submit_open(&request);
}

SYSCALL_EXIT(openat2) {
    struct open_how_asked how = {};
    struct open_request request = {
        .event = EVENT_openat2,
        .directory = call->arguments[0],
        .name = (void*)call->arguments[1],
        .call = call,
    };

    bpf_probe_read_user(&how, sizeof(how), (void*)call->arguments[2]);
    request.flags = how.flags;
    request.mode = how.mode;
    request.resolve = how.resolve;
    return submit_open(&request);
}

SYSCALL_EXIT(creat) {
    const struct open_request request = {
        .event = EVENT_creat,
        .directory = AT_FDCWD_VALUE,
        .name = (void*)call->arguments[0],
        .flags = CREAT_FLAGS,
        .mode = call->arguments[1],
        .call = call,
    };

    return submit_open(&request);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
