/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a probe makes its record: event_begin, fill, put_*, event_submit, in that order.
 */
#pragma once

#include "probes/cgroup.bpf.h"
#include "probes/header.bpf.h"

/* Tells the name of a control group before the first record that bears its number. */
static __noinline void announce_cgroup(struct slot* slot, struct task_struct* task, __u64 id) {
    struct cgroup_event* event = (struct cgroup_event*)slot->record;
    __u8 known = 1;

    __builtin_memset(event, 0, sizeof(*event));
    event->header.size = sizeof(*event);
    event->header.event = EVENT_cgroup;
    event->header.lane = LANE_critical;
    fill_header(&event->header, task, id);
    event->id = id;
    put_cgroup(&event->header, &event->cgroups, task_cgroup(task));
    if (event_send(&event->header) == 0)
        bpf_map_update_elem(&known_cgroups, &id, &known, BPF_ANY);
}

/* A record of `size` fixed bytes about what a task does, its scope being answered. */
static __always_inline void* event_begin_for(enum event_id event, __u32 size,
                                             struct task_struct* task, enum scope_answer answer) {
    struct slot* slot = take_slot(event);
    struct event_header* header;
    __u64 cgroup;

    if (!slot)
        return 0;
    cgroup = task_cgroup_id(task);
    if (answer == SCOPE_is_in && !bpf_map_lookup_elem(&known_cgroups, &cgroup))
        announce_cgroup(slot, task, cgroup);
    __builtin_memset(slot->record, 0, size);
    header = (struct event_header*)slot->record;
    header->size = size;
    header->event = event;
    header->lane = event_lanes[event];
    header->flags = answer == SCOPE_is_canary ? RECORD_CANARY : 0;
    fill_header(header, task, cgroup);
    return header;
}

/* The same, or null when the task is out of scope. */
static __always_inline void* event_begin(enum event_id event, __u32 size,
                                         struct task_struct* task) {
    enum scope_answer answer = scope_of(task);

    return answer == SCOPE_is_out ? 0 : event_begin_for(event, size, task, answer);
}
