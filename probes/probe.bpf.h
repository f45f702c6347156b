/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a probe makes its record: event_begin, fill, put_*, event_submit, in that order.
 */
#pragma once

#include "probes/cgroup.bpf.h"
#include "probes/header.bpf.h"

/* Tells the name of a control group before the first record that bears its number, under that
 * record's header; 0 when it was lost. */
static __noinline int announce_cgroup(struct event_header* header, struct cgroup* cgroup) {
    struct cgroup_event* event = (struct cgroup_event*)header;
    __u64 id = header->cgroup;
    __u8 known = 1;

    header->size = sizeof(*event);
    header->event = EVENT_cgroup;
    header->lane = LANE_critical;
    event->id = id;
    event->cgroups.length = 0;
    put_cgroup(header, &event->cgroups, cgroup);
    if (event_send(header))
        return 0;
    bpf_map_update_elem(&known_cgroups, &id, &known, BPF_ANY);
    return 1;
}

/* Writes the header of a record in a slot just taken. What was decided before goes to memory first,
 * so that the verifier walks the rest once and not once for each decision. */
static __always_inline struct event_header* begin_in(struct slot* slot, __u32 event,
                                                     struct task_struct* task,
                                                     enum scope_answer answer) {
    volatile struct event_header* decided = (struct event_header*)slot->record;
    struct event_header* header = (struct event_header*)slot->record;
    struct cgroup* cgroup;
    __u64 id;

    decided->event = event;
    decided->flags = answer == SCOPE_is_canary ? RECORD_CANARY : 0;
    decided->via = VIA_syscall;
    cgroup = task_cgroup(task);
    id = cgroup ? reach(cgroup, kn, id) : 0;
    fill_header(header, task, id);
    /* Most come from the group this slot was used for last: no need to look further. */
    if (slot->cgroup != id && !(decided->flags & RECORD_CANARY)) {
        event = decided->event;
        if (bpf_map_lookup_elem(&known_cgroups, &id) || announce_cgroup(header, cgroup))
            slot->cgroup = id;
        decided->event = event;
    }
    event = decided->event;
    header->lane = event < EVENT_COUNT ? event_lanes[event] : LANE_bulk;
    return header;
}

/* Empties the fixed members behind the header. */
static __always_inline void* begin_members(struct event_header* header, __u32 size) {
    header->size = size;
    __builtin_memset(header + 1, 0, size - sizeof(*header));
    return header;
}

/* A record of `size` fixed bytes about what a task does, its scope being answered. */
static __always_inline void* event_begin_for(enum event_id event, __u32 size,
                                             struct task_struct* task, enum scope_answer answer) {
    struct slot* slot;

    if (answer != SCOPE_is_canary && is_shed(event))
        return 0;
    slot = take_slot(event);
    return slot ? begin_members(begin_in(slot, event, task, answer), size) : 0;
}

/* The same, or null when the task is out of scope. */
static __always_inline void* event_begin(enum event_id event, __u32 size,
                                         struct task_struct* task) {
    enum scope_answer answer = scope_of(task);

    return answer == SCOPE_is_out ? 0 : event_begin_for(event, size, task, answer);
}

/* Gives up a record that was begun. */
static __always_inline void event_abandon(struct event_header* header) {
    release_slot(slot_of(header));
}
