/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Processes that were there before the hooks, each as the record its exec would have given. They go
 * to the reader of the iterator, not to a ring, so that no number of them can overflow anything.
 */
#include "probes/task.bpf.h"

/* As put_user_bytes, from another process's memory; false when the kernel or the process has none.
 */
static __always_inline void put_task_bytes(struct event_header* header, struct text_ref* text,
                                           struct task_struct* task, unsigned long bytes,
                                           unsigned long length) {
    void* place = text_place(header);

    if (!place || length == 0)
        return;
    if (length >= TEXT_MAX) {
        length = TEXT_MAX - 1;
        header->flags |= RECORD_TRUNCATED;
    }
    if (bpf_copy_from_user_task(place, masked(length, TEXT_MAX - 1), (void*)bytes, task, 0) == 0)
        text_placed(header, text, length);
}

/* Where the first text ends is found by the reader: here exe holds all arguments, args none. */
static __always_inline int emit(struct bpf_iter__task* context, int sleepable) {
    struct task_struct* task = context->task;
    struct execve_event* event;
    struct mm_struct* mm;
    __u32 size;

    if (!task || get(task, pid) != get(task, tgid) || (__u32)get(task, tgid) == control.self_tgid)
        return 0;
    if (peek(task, signal, live.counter) == 0)
        return 0;
    event = event_begin_for(EVENT_execve, sizeof(*event), task, SCOPE_is_out);
    if (!event)
        return 1; /* asked for this task again */
    event->header.flags |= RECORD_SNAPSHOT;
    event->kernel_thread = (get(task, flags) & PF_KERNEL_THREAD) != 0;
    put_process(event, task);
    mm = get(task, mm);
    if (sleepable && mm) {
        put_task_bytes(&event->header, &event->exe, task, peek(mm, arg_start),
                       peek(mm, arg_end) - peek(mm, arg_start));
        if (control.environment_limit)
            put_task_bytes(&event->header, &event->env, task, peek(mm, env_start),
                           peek(mm, env_end) - peek(mm, env_start));
    }
    size = (event->header.size + 7) & ~7U;
    if (size <= RECORD_ROOM) { /* what the iterator's own buffer can take */
        event->header.size = size;
        bpf_seq_write(context->meta->seq, event, size);
    }
    release_slot(slot_of(&event->header));
    return 0;
}

SEC("iter.s/task")
int on_snapshot(struct bpf_iter__task* context) {
    return emit(context, 1);
}

SEC("iter/task")
int on_snapshot_plain(struct bpf_iter__task* context) {
    return emit(context, 0);
}

/* Every process and its parent, and what it is called in the daemon's pid namespace. */
SEC("iter/task")
int on_tree(struct bpf_iter__task* context) {
    struct task_struct* task = context->task;
    struct pid* pid = task ? get(task, thread_pid) : 0;
    struct tree_node node = {};

    if (!pid || get(task, pid) != get(task, tgid))
        return 0;
    node.pid = get(task, tgid);
    node.parent = peek(task, real_parent, tgid);
    for (__u32 level = 0; level < NAMESPACES_DEEP; ++level) {
        struct upid upid = {};

        if (level > get(pid, level))
            break;
        bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
        if (peek(upid.ns, ns.inum) == control.own_pid_namespace)
            node.known_as = upid.nr;
    }
    bpf_seq_write(context->meta->seq, &node, sizeof(node));
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
