// The hooks of what is asked of the kernel, and of what happens to processes and to the kernel
// itself.
#include <algorithm>

#include "engine/event/event_table.h"
#include "engine/source/hook_rows.h"

namespace saker {

namespace {

Hook reporting(const std::string& name, event_id event, std::vector<Rung> rungs,
               std::string blind_spot) {
    return {name, events({event}), {}, std::move(rungs), false, std::move(blind_spot)};
}

/// Nothing we may do makes it fire. A security module's program may be loaded and never asked, so
/// the function that would ask it comes first.
Hook unprovable(Hook hook) {
    hook.has_harmless_act = false;
    if (hook.rungs.front().kind == HookKind::lsm) {
        std::rotate(hook.rungs.begin(), hook.rungs.begin() + 1, hook.rungs.end());
    }
    return hook;
}

/// What processes ask to do to each other and to the kernel.
std::vector<Hook> requests() {
    std::vector<Hook> hooks;
    hooks.push_back(reporting("ptrace_access_check", EVENT_ptrace_access_check,
                              security_rungs("ptrace_access_check", "security_ptrace_access_check"),
                              "what processes do to others is seen by their calls alone"));
    hooks.push_back(reporting("task_kill", EVENT_task_kill,
                              security_rungs("task_kill", "security_task_kill"),
                              "signals are seen by the calls that send them alone"));
    hooks.back().rungs.push_back(tracepoint("signal_generate", "on_signal_generate",
                                            "signals that were refused, and the signal 0"));
    hooks.push_back(reporting("task_fix_setuid", EVENT_task_fix_setuid,
                              security_rungs("task_fix_setuid", "security_task_fix_setuid"),
                              "who a process was before its user ids changed is what its earlier "
                              "events told"));
    hooks.push_back(reporting("security_bpf", EVENT_security_bpf,
                              security_rungs("bpf", "security_bpf"),
                              "what is asked of BPF is read from the caller's memory, which may "
                              "have changed"));
    hooks.push_back(reporting("capable", EVENT_capable,
                              {tracepoint("cap_capable", "on_cap_capable"),
                               {HookKind::fexit, "security_capable", "on_capable_fexit"},
                               {HookKind::kprobe,
                                "security_capable",
                                "on_capable_kprobe",
                                {},
                                "whether the capability was refused"}},
                              "which capabilities are asked for"));
    return hooks;
}

/// Code that comes into memory, or into the kernel.
std::vector<Hook> code() {
    std::vector<Hook> hooks;
    hooks.push_back(reporting("mmap_file", EVENT_mmap_file,
                              security_rungs("mmap_file", "security_mmap_file"),
                              "which files are mapped executable"));
    hooks.push_back(reporting("file_mprotect", EVENT_file_mprotect,
                              security_rungs("file_mprotect", "security_file_mprotect"),
                              "which files' memory becomes executable"));
    hooks.push_back(
        unprovable(reporting("kernel_read_file", EVENT_kernel_read_file,
                             security_rungs("kernel_read_file", "security_kernel_read_file"),
                             "which files the kernel reads for itself")));
    hooks.push_back(unprovable(
        reporting("kernel_module_request", EVENT_kernel_module_request,
                  security_rungs("kernel_module_request", "security_kernel_module_request"),
                  "which modules the kernel asks for")));
    hooks.push_back(unprovable(reporting("module_load", EVENT_module_load,
                                         {tracepoint("module_load", "on_module_load")},
                                         "modules that came into the kernel")));
    hooks.push_back(unprovable(reporting("module_free", EVENT_module_free,
                                         {tracepoint("module_free", "on_module_free")},
                                         "modules that left the kernel")));
    return hooks;
}

/// What is asked about attributes, mounts and sockets, besides connecting them.
std::vector<Hook> objects() {
    std::vector<Hook> hooks;
    constexpr const char* kPlain = "without ids";
    const std::string attributes = "attributes are seen by the calls that set them alone";
    hooks.push_back(
        reporting("inode_setattr", EVENT_inode_setattr,
                  {{HookKind::lsm, "inode_setattr", "on_inode_setattr_lsm"},
                   {HookKind::lsm, "inode_setattr", "on_inode_setattr_lsm_plain", {}, "", kPlain},
                   {HookKind::fentry, "security_inode_setattr", "on_inode_setattr_fentry"},
                   {HookKind::fentry,
                    "security_inode_setattr",
                    "on_inode_setattr_fentry_plain",
                    {},
                    "",
                    kPlain}},
                  attributes));
    hooks.push_back(
        reporting("inode_setxattr", EVENT_inode_setxattr,
                  {{HookKind::lsm, "inode_setxattr", "on_inode_setxattr_lsm"},
                   {HookKind::fentry, "security_inode_setxattr", "on_inode_setxattr_fentry"}},
                  attributes));
    const auto add = [&](event_id event, const std::string& blind_spot) {
        const std::string name(kEventTable[event].name);
        hooks.push_back(
            reporting(name, event, security_rungs(name, "security_" + name), blind_spot));
    };
    const std::string mounts = "mounts are seen by the calls that change them alone";
    add(EVENT_sb_mount, mounts);
    add(EVENT_sb_umount, mounts);
    const std::string sockets = "what is done with sockets is seen by the calls for it alone";
    add(EVENT_socket_create, sockets);
    add(EVENT_socket_bind, sockets);
    add(EVENT_socket_listen, sockets);
    add(EVENT_socket_accept, sockets);
    add(EVENT_socket_sendmsg, sockets);
    return hooks;
}

/// What happens to processes without their asking.
std::vector<Hook> happenings() {
    std::vector<Hook> hooks;
    hooks.push_back(reporting("signal_deliver", EVENT_signaldeliver,
                              {tracepoint("signal_deliver", "on_signal_deliver")},
                              "signals that reach processes"));
    hooks.push_back(
        unprovable(reporting("mark_victim", EVENT_mark_victim,
                             {tracepoint("mark_victim", "on_mark_victim"),
                              tracepoint("mark_victim", "on_mark_victim_number",
                                         "who the victim is, but for its process id")},
                             "processes that die because memory ran out are seen ending only")));
    hooks.push_back(unprovable(
        reporting("cgroup_attach_task", EVENT_cgroup_attach_task,
                  {tracepoint("cgroup_attach_task", "on_cgroup_attach_task")},
                  "processes put in another control group are seen there at their next event")));
    hooks.push_back(unprovable(reporting("cgroup_mkdir", EVENT_cgroup_mkdir,
                                         {tracepoint("cgroup_mkdir", "on_cgroup_mkdir")},
                                         "control groups that are made")));
    return hooks;
}

/// What was asked when a call began.
Hook beginning() {
    Hook hook{"sys_enter",
              {},
              events({EVENT_open, EVENT_openat, EVENT_openat2, EVENT_creat}),
              {tracepoint("sys_enter", "on_sys_enter")},
              false,
              "whether the name of a file was changed while it was opened"};
    hook.for_doubts = true;
    return hook;
}

}  // namespace

std::vector<Hook> process_hooks() {
    std::vector<Hook> hooks;
    hooks.push_back(beginning());
    for (auto* part : {&requests, &code, &objects, &happenings}) {
        for (Hook& hook : part()) {
            hooks.push_back(std::move(hook));
        }
    }
    return hooks;
}

}  // namespace saker
