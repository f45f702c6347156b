/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a probe makes its record: event_begin, fill, put_*, event_submit, in that order.
 */
#pragma once

#include "probes/cgroup.bpf.h"
#include "probes/header.bpf.h"

/* Tells the name of a control group before the first record that bears its number; 0 when that was
 * lost. */
static __noinline int announce_cgroup(struct slot* slot, struct task_struct* task, __u64 id) {
    struct cgroup_event* event = (struct cgroup_event*)slot->record;
    __u8 known = 1;

    __builtin_memset(event, 0, sizeof(*event));
    event->header.size = sizeof(*event);
    event->header.event = EVENT_cgroup;
    event->header.lane = LANE_critical;
    fill_header(&event->header, task, id);
    event->id = id;
    put_cgroup(&event->header, &event->cgroups, task_cgroup(task));
    if (event_send(&event->header))
        return 0;
    bpf_map_update_elem(&known_cgroups, &id, &known, BPF_ANY);
    return 1;
}

/* Writes the header of a record in a slot just taken. The lane is that of the event. */
static __always_inline struct event_header* begin_in(struct slot* slot, __u32 event,
                                                     struct task_struct* task,
                                                     enum scope_answer answer) {
    struct event_header* header = (struct event_header*)slot->record;
    __u64 cgroup = task_cgroup_id(task);

    /* Most come from the group this slot was used for last: no need to look further. */
    if (answer == SCOPE_is_in && slot->cgroup != cgroup) {
        if (bpf_map_lookup_elem(&known_cgroups, &cgroup) || announce_cgroup(slot, task, cgroup))
            slot->cgroup = cgroup;
    }
    header->event = event;
    header->flags = answer == SCOPE_is_canary ? RECORD_CANARY : 0;
    header->via = VIA_syscall;
    header->lane = event < EVENT_COUNT ? event_lanes[event] : LANE_bulk;
    fill_header(header, task, cgroup);
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
    struct slot* slot = take_slot(event);

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
