#include "cli/sandbox.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace saker::cli {
namespace {

struct Kept {
    cap_value_t number;
    const char* name;
};

// Without CAP_DAC_OVERRIDE root writes only what is root's own, or what its mode lets it write.
constexpr std::array<Kept, 4> kKept{{{CAP_BPF, "CAP_BPF"},
                                     {CAP_PERFMON, "CAP_PERFMON"},
                                     {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
                                     {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"}}};

/// Nothing here is done by the daemon, nor by what it does to prove its hooks.
constexpr std::array<const char*, 38> kRefused{
    "acct",          "add_key",         "adjtimex",         "chroot",      "clock_adjtime",
    "clock_settime", "delete_module",   "finit_module",     "fsconfig",    "fsmount",
    "fsopen",        "fspick",          "init_module",      "ioperm",      "iopl",
    "kexec_load",    "kexec_file_load", "keyctl",           "mount",       "mount_setattr",
    "move_mount",    "nfsservctl",      "open_tree",        "personality", "pivot_root",
    "ptrace",        "quotactl",        "reboot",           "request_key", "setns",
    "settimeofday",  "swapoff",         "swapon",           "umount2",     "unshare",
    "userfaultfd",   "vhangup",         "process_vm_writev"};

struct FreeCapabilities {
    void operator()(cap_t held) const { ::cap_free(held); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCapabilities>;

struct FreeFilter {
    void operator()(void* filter) const { ::seccomp_release(filter); }
};

constexpr std::array<unsigned, 7> kNamespaces{CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                              CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                              CLONE_NEWNET};

/// No process in namespaces of its own. What clone3 is asked lies where no filter looks: it is not
/// there, and who calls it does so by clone; but for the daemon's own call with nothing.
void refuse_namespaces(scmp_filter_ctx filter) {
    for (const unsigned flag : kNamespaces) {
        ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                           SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    }
    const int clone3 = ::seccomp_syscall_resolve_name("clone3");
    if (clone3 != __NR_SCMP_ERROR) {
        ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), clone3, 1, SCMP_A0(SCMP_CMP_NE, 0));
    }
}

bool is_kept(cap_value_t number) {
    return std::ranges::find(kKept, number, &Kept::number) != kKept.end();
}

bool is_permitted(const Capabilities& held, cap_value_t number) {
    cap_flag_value_t value = CAP_CLEAR;
    return ::cap_get_flag(held.get(), number, CAP_PERMITTED, &value) == 0 && value == CAP_SET;
}

}  // namespace

std::vector<std::string> kept_capabilities() {
    const Capabilities held(::cap_get_proc());
    std::vector<std::string> names;
    for (const Kept& each : kKept) {
        if (held && is_permitted(held, each.number)) {
            names.emplace_back(each.name);
        }
    }
    return names;
}

Result<void> drop_capabilities() {
    // Kernels before 5.11 count maps as locked memory: what a reload will need is asked for now.
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    [[maybe_unused]] const int raised = ::setrlimit(RLIMIT_MEMLOCK, &all);
    const Capabilities held(::cap_get_proc());
    const Capabilities wanted(::cap_init());
    if (!held || !wanted) {
        return Error{std::strerror(errno)}.within("asking for capabilities");
    }
    for (cap_value_t number = 0; number <= CAP_LAST_CAP; ++number) {
        if (is_kept(number) && is_permitted(held, number)) {
            ::cap_set_flag(wanted.get(), CAP_PERMITTED, 1, &number, CAP_SET);
            ::cap_set_flag(wanted.get(), CAP_EFFECTIVE, 1, &number, CAP_SET);
        } else if (is_permitted(held, CAP_SETPCAP)) {
            ::cap_drop_bound(number);  // fails for what this kernel does not have
        }
    }
    if (::cap_set_proc(wanted.get()) != 0) {
        return Error{std::strerror(errno)}.within("giving up capabilities");
    }
    return {};
}

Result<void> restrict_system_calls() {
    const std::unique_ptr<void, FreeFilter> filter(::seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) {
        return Error{"no filter of system calls can be made"};
    }
    for (const char* name : kRefused) {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number != __NR_SCMP_ERROR) {
            ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), number, 0);
        }
    }
    refuse_namespaces(filter.get());
    ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);  // threads that are there, too
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return Error{std::strerror(errno)}.within("giving up new privileges");
    }
    if (const int failed = ::seccomp_load(filter.get()); failed != 0) {
        return Error{std::strerror(-failed)}.within("restricting system calls");
    }
    return {};
}

}  // namespace saker::cli
