/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The path of a control group in its hierarchy. */
#pragma once

#include "probes/path.bpf.h"
#include "probes/scope.bpf.h"

/* One control group's name, leaf first, put before what is in the slot's path buffer. */
static long cgroup_step(__u32 index, struct walker* walker) {
    struct slot* slot = walker->slot;
    struct cgroup* cgroup = (struct cgroup*)slot->walk.cgroup;
    struct cgroup_subsys_state* parent = peek(cgroup, self.parent);
    __u32 at = slot->walk.at;
    long length;

    if (!parent)
        return 1;
    length = bpf_probe_read_kernel_str(slot->name, NAME_MAX_BYTES, peek(cgroup, kn, name));
    if (length <= 1)
        return 1;
    if (at < length) {
        slot->walk.truncated = 1;
        return 1;
    }
    at -= length;
    slot->path[at & (TEXT_MAX - 1)] = '/';
    bpf_probe_read_kernel(&slot->path[(at + 1) & (TEXT_MAX - 1)],
                          (length - 1) & (NAME_MAX_BYTES - 1), slot->name);
    slot->walk.at = at;
    slot->walk.cgroup = (__u64)peek(parent, cgroup);
    return 0;
}

/* The control group's path in its hierarchy; the root's is `/`. */
static __always_inline void put_cgroup(struct event_header* header, struct text_ref* text,
                                       struct cgroup* cgroup) {
    struct slot* slot = slot_of(header);
    struct walker walker = {slot};

    slot->walk.cgroup = (__u64)cgroup;
    slot->walk.at = TEXT_MAX;
    slot->walk.truncated = 0;
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
        bpf_loop(CGROUP_DEPTH, cgroup_step, &walker, 0);
    } else {
        for (int depth = 0; depth < CGROUP_DEPTH; ++depth) {
            if (cgroup_step(depth, &walker))
                break;
        }
    }
    put_walked(header, text);
}
