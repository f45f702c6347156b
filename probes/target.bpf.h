/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process something is done to. */
#pragma once

#include "probes/task.bpf.h"

/* TARGET_MEMBERS of events.def, for any event that has them. */
#define put_target(event, task)                                                    \
    do {                                                                           \
        (event)->target_pid = peek(task, tgid);                                    \
        (event)->target_tid = peek(task, pid);                                     \
        (event)->target_start_time = peek(task, group_leader, start_boottime);     \
        (event)->target_uid = peek(task, real_cred, uid.val);                      \
        put_kernel_string(&(event)->header, &(event)->target_name, &(task)->comm); \
    } while (0)
