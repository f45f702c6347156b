/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked of the bpf system call: the parts of its argument that tell what for. */
#pragma once

#include "probes/task.bpf.h"

#define BPF_REQUEST_BYTES 72

struct bpf_request {
    __u64 words[BPF_REQUEST_BYTES / 8];
};

/* The name a command gives to what it makes; null for others. */
static __always_inline const char* name_in_request(__u32 command, const union bpf_attr* request) {
    switch (command) {
        case BPF_MAP_CREATE:
            return request->map_name;
        case BPF_PROG_LOAD:
            return request->prog_name;
        default:
            return 0;
    }
}

static __always_inline __u32 attach_type_in(__u32 command, const union bpf_attr* request) {
    switch (command) {
        case BPF_PROG_LOAD:
            return request->expected_attach_type;
        case BPF_PROG_ATTACH:
        case BPF_PROG_DETACH:
        case BPF_LINK_CREATE:
            return request->attach_type; /* all lay it out alike */
        default:
            return 0;
    }
}

/* BPF_MEMBERS of events.def, for any event that has them. */
#define put_bpf_request(event, command, bytes)                                                \
    do {                                                                                      \
        const union bpf_attr* asked = (const union bpf_attr*)(bytes);                         \
                                                                                              \
        (event)->cmd = (command);                                                             \
        (event)->map_type = (command) == BPF_MAP_CREATE ? asked->map_type : 0;                \
        (event)->program_type = (command) == BPF_PROG_LOAD ? asked->prog_type : 0;            \
        (event)->attach_type = attach_type_in(command, asked);                                \
        put_kernel_string(&(event)->header, &(event)->name, name_in_request(command, asked)); \
    } while (0)
