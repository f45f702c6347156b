/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Modules and other files the kernel takes into itself. */
#include "probes/kernel_hook.bpf.h"

HOOK2(kernel_read_file, security_kernel_read_file, struct file*, file, int, purpose) {
    struct task_struct* task = current_task();
    struct kernel_read_file_event* event;
    struct object object;

    if (!control.wanted[EVENT_kernel_read_file])
        return 0;
    event = event_begin(EVENT_kernel_read_file, sizeof(*event), task);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    event->purpose = purpose;
    read_file(&event->header, &object, file);
    put_object(event, &object);
    event_submit(&event->header);
    return 0;
}

HOOK1(kernel_module_request, security_kernel_module_request, char*, name) {
    struct task_struct* task = current_task();
    struct kernel_module_request_event* event;

    if (!control.wanted[EVENT_kernel_module_request])
        return 0;
    event = event_begin(EVENT_kernel_module_request, sizeof(*event), task);
    if (!event)
        return 0;
    event->header.via = via_of(task);
    put_kernel_string(&event->header, &event->name, name);
    event_submit(&event->header);
    return 0;
}

SEC("tp_btf/module_load")
int BPF_PROG(on_module_load, struct module* module) {
    struct module_load_event* event =
        event_begin(EVENT_module_load, sizeof(*event), current_task());

    if (!event)
        return 0;
    event->taints = peek(module, taints);
    put_kernel_string(&event->header, &event->name, &module->name);
    event_submit(&event->header);
    return 0;
}

SEC("tp_btf/module_free")
int BPF_PROG(on_module_free, struct module* module) {
    struct module_free_event* event =
        event_begin(EVENT_module_free, sizeof(*event), current_task());

    if (!event)
        return 0;
    put_kernel_string(&event->header, &event->name, &module->name);
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
