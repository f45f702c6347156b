/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* execve and execveat that started nothing: the process goes on with the program it had. */
#include "probes/syscall_exit.bpf.h"

#define ARGUMENTS_READ 32 /* of a program that did not start; the verifier walks each */

/* The caller's nth pointer to an argument; 0 behind the last. */
static __always_inline __u64 argument_pointer(const struct call* call, __u64 vector, __u32 index) {
    __u32 half = 0;
    __u64 whole = 0;

    if (call->compat) {
        bpf_probe_read_user(&half, sizeof(half), (void*)(vector + index * sizeof(half)));
        return half;
    }
    bpf_probe_read_user(&whole, sizeof(whole), (void*)(vector + index * sizeof(whole)));
    return whole;
}

/* The arguments after the first, as far as they fit: they are still where the caller has them. */
static __always_inline void put_argument_vector(struct execve_event* event, const struct call* call,
                                                __u64 vector) {
    struct event_header* header = &event->header;
    __u32 start = header->size;
    __u64 pointer = 1;
    __u32 index;

    for (index = 1; index < ARGUMENTS_READ; ++index) {
        void* place = text_place(header);
        long length;

        pointer = argument_pointer(call, vector, index);
        if (!place || !pointer)
            break;
        length = bpf_probe_read_user_str(place, TEXT_MAX, (void*)pointer);
        if (length <= 0 || header->size - start + length > TEXT_MAX)
            break;
        header->size += length;
    }
    if (pointer && argument_pointer(call, vector, index))
        header->flags |= RECORD_TRUNCATED;
    event->args.offset = start;
    event->args.length = header->size - start;
}

static __always_inline int submit_failed(enum event_id id, const struct call* call,
                                         const void* name, __u64 vector) {
    struct task_struct* task = current_task();
    struct execve_event* event;

    if (call->result >= 0)
        return no_event(call);
    event = begin_exit(id, sizeof(*event), task, call);
    if (!event)
        return 0;
    event->res = call->result;
    put_user_string(&event->header, &event->filename, name);
    put_process(event, task);
    put_user_string(&event->header, &event->exe, (void*)argument_pointer(call, vector, 0));
    put_argument_vector(event, call, vector);
    event_submit(&event->header);
    return 0;
}

SYSCALL_EXIT(execve) {
    return submit_failed(EVENT_execve, call, (void*)call->arguments[0], call->arguments[1]);
}

SYSCALL_EXIT(execveat) {
    return submit_failed(EVENT_execveat, call, (void*)call->arguments[1], call->arguments[2]);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
