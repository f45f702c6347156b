/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory that becomes executable, as the kernel asks its security modules. */
#include "probes/kernel_hook.bpf.h"

#define PROT_EXEC_BIT 4

static __always_inline int submit_mapping(struct file* file, unsigned long protection,
                                          unsigned long flags) {
    struct mmap_file_event* event;
    struct object object;

    if (!(protection & PROT_EXEC_BIT))
        return 0;
    event = begin_hook(EVENT_mmap_file, sizeof(*event));
    if (!event)
        return 0;
    event->prot = protection;
    event->flags = flags;
    if (file) {
        read_file(&event->header, &object, file);
        put_object(event, &object);
    }
    event_submit(&event->header);
    return 0;
}

/* The security modules are told what was asked besides what it became. */
SEC("lsm/mmap_file")
int BPF_PROG(on_mmap_file_lsm, struct file* file, unsigned long asked, unsigned long protection,
             unsigned long flags) {
    submit_mapping(file, protection, flags);
    return 0;
}

SEC("fentry/security_mmap_file")
int BPF_PROG(on_mmap_file_fentry, struct file* file, unsigned long protection,
             unsigned long flags) {
    return submit_mapping(file, protection, flags);
}

SEC("kprobe/security_mmap_file")
int BPF_KPROBE(on_mmap_file_kprobe, struct file* file, unsigned long protection,
               unsigned long flags) {
    return submit_mapping(file, protection, flags);
}

HOOK3(file_mprotect, security_file_mprotect, struct vm_area_struct*, area, unsigned long, asked,
      unsigned long, protection) {
    struct file_mprotect_event* event;
    struct object object;
    struct file* file;

    if (!(protection & PROT_EXEC_BIT))
        return 0;
    event = begin_hook(EVENT_file_mprotect, sizeof(*event));
    if (!event)
        return 0;
    event->prot = protection;
    event->addr = peek(area, vm_start);
    event->length = peek(area, vm_end) - event->addr;
    file = peek(area, vm_file);
    if (file) {
        read_file(&event->header, &object, file);
        put_object(event, &object);
    }
    event_submit(&event->header);
    return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
