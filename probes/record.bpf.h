/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a record is built and how it leaves: a scratch slot of this CPU, texts one behind the
 * other, then a copy in the ring of its lane.
 */
#pragma once

#include "probes/maps.bpf.h"

static __always_inline struct slot* slot_of(struct event_header* header) {
    return (struct slot*)((char*)header - offsetof(struct slot, record));
}

static __always_inline __u64 next_sequence(__u32 lane) {
    __u64* sequence = bpf_map_lookup_elem(&sequences, &lane);

    return sequence ? __sync_fetch_and_add(sequence, 1) : 0;
}

static __always_inline void count_loss(__u32 event, enum loss_reason reason) {
    __u32 row = event * LOSS_COUNT + reason;
    __u64* count = bpf_map_lookup_elem(&losses, &row);

    if (count)
        __sync_fetch_and_add(count, 1);
}

/* Given up for now to keep the daemon within its budget, and counted. */
static __always_inline int is_shed(__u32 event) {
    if (event >= EVENT_COUNT || !control.shed[event])
        return 0;
    count_loss(event, LOSS_shed);
    return 1;
}

static __always_inline struct slot* slot_at(__u32 index) {
    return bpf_map_lookup_elem(&slots, &index);
}

static __always_inline int is_taken(struct slot* slot) {
    return slot && __sync_lock_test_and_set(&slot->busy, 1) == 0;
}

/* A slot of this CPU; its index is kept in the slot, where the verifier does not follow it. */
static __always_inline struct slot* take_slot(__u32 event) {
    __u32 index = bpf_get_smp_processor_id() * SLOTS_PER_CPU;
    struct slot* slot = slot_at(index);

    if (!is_taken(slot)) {
        ++index;
        slot = slot_at(index);
        if (!is_taken(slot)) {
            next_sequence(event < EVENT_COUNT ? event_lanes[event] : LANE_bulk);
            count_loss(event, LOSS_nested);
            return 0;
        }
    }
    slot->index = index;
    return slot;
}

static __always_inline void release_slot(struct slot* slot) {
    *(volatile __u64*)&slot->busy = 0;
}

/* The mask is for the verifier, and the compiler must keep it. */
static __always_inline __u64 masked(__u64 number, __u64 mask) {
    asm volatile("" : "+r"(number));
    return number & mask;
}

static __always_inline void* text_place(struct event_header* header) {
    __u64 offset = header->size;

    if (offset >= RECORD_ROOM) {
        header->flags |= RECORD_TRUNCATED;
        return 0;
    }
    asm volatile(""
                 : "+r"(offset)); /* the mask is for the verifier, and the compiler must keep it */
    return (char*)header + (offset & (RECORD_ROOM - 1));
}

static __always_inline void text_placed(struct event_header* header, struct text_ref* text,
                                        __u32 length) {
    text->offset = header->size;
    text->length = length;
    header->size += length;
}

/* The text without its NUL; longer than TEXT_MAX - 1 keeps its head and says so. */
static __always_inline void put_user_string(struct event_header* header, struct text_ref* text,
                                            const void* string) {
    void* place = text_place(header);
    long length;

    if (!place || !string)
        return;
    length = bpf_probe_read_user_str(place, TEXT_MAX, string);
    if (length <= 0)
        return;
    if (length == TEXT_MAX)
        header->flags |= RECORD_TRUNCATED;
    text_placed(header, text, length - 1);
}

static __always_inline void put_kernel_string(struct event_header* header, struct text_ref* text,
                                              const void* string) {
    void* place = text_place(header);
    long length;

    if (!place || !string)
        return;
    length = bpf_probe_read_kernel_str(place, TEXT_MAX, string);
    if (length <= 0)
        return;
    if (length == TEXT_MAX)
        header->flags |= RECORD_TRUNCATED;
    text_placed(header, text, length - 1);
}

static __always_inline void put_kernel_bytes(struct event_header* header, struct text_ref* text,
                                             const void* bytes, __u32 length) {
    void* place = text_place(header);

    if (!place || length == 0)
        return;
    if (length >= TEXT_MAX)
        length = TEXT_MAX - 1;
    if (bpf_probe_read_kernel(place, masked(length, TEXT_MAX - 1), bytes) == 0)
        text_placed(header, text, length);
}

static __always_inline void put_user_bytes(struct event_header* header, struct text_ref* text,
                                           const void* bytes, __u32 length) {
    void* place = text_place(header);

    if (!place || length == 0)
        return;
    if (length >= TEXT_MAX) {
        length = TEXT_MAX - 1;
        header->flags |= RECORD_TRUNCATED;
    }
    if (bpf_probe_read_user(place, masked(length, TEXT_MAX - 1), bytes) == 0)
        text_placed(header, text, length);
}

/* Whether the consumer has to be woken for this record; it says itself when it sleeps. */
static __always_inline __u64 wake_flags(__u32 lane, void* ring) {
    __u32 state = *(volatile __u32*)&control.sleeping;

    if (state == CONSUMER_awake)
        return BPF_RB_NO_WAKEUP;
    if (state == CONSUMER_batching &&
        bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) < control.wake[lane & 1])
        return BPF_RB_NO_WAKEUP;
    *(volatile __u32*)&control.sleeping = CONSUMER_awake;
    return BPF_RB_FORCE_WAKEUP;
}

/* Copies the record to its ring; 0 when it got there. The sequence number is taken before, so that
 * what does not get there leaves a gap. */
static __always_inline long event_send(struct event_header* header) {
    __u32 size = (header->size + 7) & ~7U;
    __u32 lane = header->lane;
    long error;

    header->sequence = next_sequence(lane);
    if (size > RECORD_MAX) {
        count_loss(header->event, LOSS_oversized);
        return -1;
    }
    header->size = size;
    if (lane == LANE_critical)
        error = bpf_ringbuf_output(&critical_ring, header, size, wake_flags(lane, &critical_ring));
    else
        error = bpf_ringbuf_output(&bulk_ring, header, size, wake_flags(lane, &bulk_ring));
    if (error)
        count_loss(header->event, LOSS_ring_full);
    return error;
}

static __always_inline void event_submit(struct event_header* header) {
    event_send(header);
    release_slot(slot_of(header));
}
