/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names handed to a call, and what a relative one starts from. */
#pragma once

#include "probes/task.bpf.h"

#define AT_FDCWD_VALUE (-100)

/* What a relative name starts from: the directory's descriptor, else the working directory. */
static __always_inline void put_directory(struct event_header* header, struct text_ref* text,
                                          struct task_struct* task, int descriptor) {
    struct path path = {};

    if (descriptor == AT_FDCWD_VALUE) {
        struct fs_struct* fs = peek(task, fs);

        bpf_core_read(&path, sizeof(path), &fs->pwd);
    } else {
        struct file* file = file_of(task, descriptor);

        if (!file)
            return;
        bpf_core_read(&path, sizeof(path), &file->f_path);
    }
    put_path(header, text, path.mnt, path.dentry);
}

/* The first byte of the text just put; 0 when there is none. */
static __always_inline char first_byte(struct event_header* header, const struct text_ref* text) {
    __u64 offset = text->offset;

    if (text->length == 0)
        return 0;
    return *((char*)header + masked(offset, RECORD_ROOM - 1));
}

static __always_inline void put_directory_if_relative(struct event_header* header,
                                                      struct text_ref* directory,
                                                      const struct text_ref* name, int descriptor) {
    if (first_byte(header, name) != '/')
        put_directory(header, directory, current_task(), descriptor);
}
