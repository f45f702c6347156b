/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether what a process does is reported: asked before anything else is done. */
#pragma once

#include "probes/maps.bpf.h"

enum scope_answer { SCOPE_is_out, SCOPE_is_in, SCOPE_is_canary };

static __always_inline struct cgroup* cgroup_in(struct task_struct* task, __u32 hierarchy) {
    struct css_set* set = reach(task, cgroups);

    if (!set)
        return 0;
    switch (hierarchy) {
        case HIERARCHY_memory:
            return reach(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)],
                         cgroup);
        case HIERARCHY_pids:
            return reach(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)],
                         cgroup);
        case HIERARCHY_devices:
            return reach(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, devices_cgrp_id)],
                         cgroup);
        case HIERARCHY_cpu:
            return reach(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id)],
                         cgroup);
        case HIERARCHY_freezer:
            return reach(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, freezer_cgrp_id)],
                         cgroup);
        default:
            return reach(set, dfl_cgrp);
    }
}

static __always_inline struct cgroup* task_cgroup(struct task_struct* task) {
    return cgroup_in(task, knobs.hierarchy);
}

static __always_inline __u64 task_cgroup_id(struct task_struct* task) {
    struct cgroup* cgroup = task_cgroup(task);

    return cgroup ? reach(cgroup, kn, id) : 0;
}

/* Deep enough for the slices of systemd and the pods of Kubernetes together. */
#define CGROUP_DEPTH 32

static __noinline int in_scope_cgroup(void) {
    struct cgroup* cgroup = cgroup_in(current_task(), knobs.scope_hierarchy);

    for (int depth = 0; depth < CGROUP_DEPTH && cgroup; ++depth) {
        struct cgroup_subsys_state* parent;

        if (reach(cgroup, kn, id) == knobs.scope_cgroup)
            return SCOPE_is_in;
        parent = reach(cgroup, self.parent);
        if (!parent)
            break;
        cgroup = reach(parent, cgroup);
    }
    return SCOPE_is_out;
}

/* Whether what this process does is reported. The daemon is left out but for its canary acts. */
static __always_inline enum scope_answer scope_of(struct task_struct* task) {
    __u32 tgid = get(task, tgid);
    __u32 canary = *(volatile __u32*)&control.canary;
    __u32* mark;

    if (tgid == *(volatile __u32*)&control.self_tgid)
        return canary ? SCOPE_is_canary : SCOPE_is_out;
    if (knobs.scope == SCOPE_processes || canary) {
        mark = bpf_map_lookup_elem(&scope_processes, &tgid);
        if (mark && *mark == PROCESS_canary)
            return SCOPE_is_canary;
        if (knobs.scope == SCOPE_processes)
            return mark ? SCOPE_is_in : SCOPE_is_out;
    }
    if (knobs.scope == SCOPE_cgroup)
        return in_scope_cgroup();
    return SCOPE_is_in;
}
