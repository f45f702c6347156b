// The names of what the calls of processes are asked for.
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <linux/module.h>
#include <linux/prctl.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <time.h>

#include "engine/event/flag_names.h"

namespace saker {
namespace {

// The whole number is the name.
#define ENUM(name)                                       \
    FlagName {                                           \
        ~uint64_t{0}, static_cast<uint32_t>(name), #name \
    }
#define FLAG(name)                                                      \
    FlagName {                                                          \
        static_cast<uint32_t>(name), static_cast<uint32_t>(name), #name \
    }

constexpr FlagName kPtraceRequests[] = {
    ENUM(PTRACE_TRACEME),
    ENUM(PTRACE_PEEKTEXT),
    ENUM(PTRACE_PEEKDATA),
    ENUM(PTRACE_PEEKUSER),
    ENUM(PTRACE_POKETEXT),
    ENUM(PTRACE_POKEDATA),
    ENUM(PTRACE_POKEUSER),
    ENUM(PTRACE_CONT),
    ENUM(PTRACE_KILL),
    ENUM(PTRACE_SINGLESTEP),
    ENUM(PTRACE_ATTACH),
    ENUM(PTRACE_DETACH),
    ENUM(PTRACE_SYSCALL),
    ENUM(PTRACE_SYSEMU),
    ENUM(PTRACE_SYSEMU_SINGLESTEP),
    ENUM(PTRACE_SETOPTIONS),
    ENUM(PTRACE_GETEVENTMSG),
    ENUM(PTRACE_GETSIGINFO),
    ENUM(PTRACE_SETSIGINFO),
    ENUM(PTRACE_GETREGSET),
    ENUM(PTRACE_SETREGSET),
    ENUM(PTRACE_SEIZE),
    ENUM(PTRACE_INTERRUPT),
    ENUM(PTRACE_LISTEN),
    ENUM(PTRACE_PEEKSIGINFO),
    ENUM(PTRACE_GETSIGMASK),
    ENUM(PTRACE_SETSIGMASK),
    ENUM(PTRACE_SECCOMP_GET_FILTER),
    ENUM(PTRACE_SECCOMP_GET_METADATA),
    ENUM(PTRACE_GET_SYSCALL_INFO),
    ENUM(PTRACE_GET_RSEQ_CONFIGURATION),
#ifdef __x86_64__
    ENUM(PTRACE_GETREGS),
    ENUM(PTRACE_SETREGS),
    ENUM(PTRACE_GETFPREGS),
    ENUM(PTRACE_SETFPREGS),
    ENUM(PTRACE_GETFPXREGS),
    ENUM(PTRACE_SETFPXREGS),
    ENUM(PTRACE_GET_THREAD_AREA),
    ENUM(PTRACE_SET_THREAD_AREA),
    ENUM(PTRACE_ARCH_PRCTL),
    ENUM(PTRACE_SINGLEBLOCK),
#endif
};

constexpr FlagName kPrctlOptions[] = {
    ENUM(PR_SET_PDEATHSIG),
    ENUM(PR_GET_PDEATHSIG),
    ENUM(PR_GET_DUMPABLE),
    ENUM(PR_SET_DUMPABLE),
    ENUM(PR_GET_UNALIGN),
    ENUM(PR_SET_UNALIGN),
    ENUM(PR_GET_KEEPCAPS),
    ENUM(PR_SET_KEEPCAPS),
    ENUM(PR_GET_FPEMU),
    ENUM(PR_SET_FPEMU),
    ENUM(PR_GET_FPEXC),
    ENUM(PR_SET_FPEXC),
    ENUM(PR_GET_TIMING),
    ENUM(PR_SET_TIMING),
    ENUM(PR_SET_NAME),
    ENUM(PR_GET_NAME),
    ENUM(PR_GET_ENDIAN),
    ENUM(PR_SET_ENDIAN),
    ENUM(PR_GET_SECCOMP),
    ENUM(PR_SET_SECCOMP),
    ENUM(PR_CAPBSET_READ),
    ENUM(PR_CAPBSET_DROP),
    ENUM(PR_GET_TSC),
    ENUM(PR_SET_TSC),
    ENUM(PR_GET_SECUREBITS),
    ENUM(PR_SET_SECUREBITS),
    ENUM(PR_SET_TIMERSLACK),
    ENUM(PR_GET_TIMERSLACK),
    ENUM(PR_TASK_PERF_EVENTS_DISABLE),
    ENUM(PR_TASK_PERF_EVENTS_ENABLE),
    ENUM(PR_MCE_KILL),
    ENUM(PR_MCE_KILL_GET),
    ENUM(PR_SET_MM),
    ENUM(PR_SET_PTRACER),
    ENUM(PR_SET_CHILD_SUBREAPER),
    ENUM(PR_GET_CHILD_SUBREAPER),
    ENUM(PR_SET_NO_NEW_PRIVS),
    ENUM(PR_GET_NO_NEW_PRIVS),
    ENUM(PR_GET_TID_ADDRESS),
    ENUM(PR_SET_THP_DISABLE),
    ENUM(PR_GET_THP_DISABLE),
    ENUM(PR_MPX_ENABLE_MANAGEMENT),
    ENUM(PR_MPX_DISABLE_MANAGEMENT),
    ENUM(PR_SET_FP_MODE),
    ENUM(PR_GET_FP_MODE),
    ENUM(PR_CAP_AMBIENT),
    ENUM(PR_SVE_SET_VL),
    ENUM(PR_SVE_SET_VL_ONEXEC),
    ENUM(PR_SVE_GET_VL),
    ENUM(PR_GET_SPECULATION_CTRL),
    ENUM(PR_SET_SPECULATION_CTRL),
    ENUM(PR_PAC_RESET_KEYS),
    ENUM(PR_SET_TAGGED_ADDR_CTRL),
    ENUM(PR_GET_TAGGED_ADDR_CTRL),
    ENUM(PR_SET_IO_FLUSHER),
    ENUM(PR_GET_IO_FLUSHER),
    ENUM(PR_SET_SYSCALL_USER_DISPATCH),
    ENUM(PR_PAC_SET_ENABLED_KEYS),
    ENUM(PR_PAC_GET_ENABLED_KEYS),
    ENUM(PR_SCHED_CORE),
    ENUM(PR_SME_SET_VL),
    ENUM(PR_SME_SET_VL_ONEXEC),
    ENUM(PR_SME_GET_VL),
    ENUM(PR_SET_VMA),
};

constexpr FlagName kKeyctlOperations[] = {
    ENUM(KEYCTL_GET_KEYRING_ID),
    ENUM(KEYCTL_JOIN_SESSION_KEYRING),
    ENUM(KEYCTL_UPDATE),
    ENUM(KEYCTL_REVOKE),
    ENUM(KEYCTL_CHOWN),
    ENUM(KEYCTL_SETPERM),
    ENUM(KEYCTL_DESCRIBE),
    ENUM(KEYCTL_CLEAR),
    ENUM(KEYCTL_LINK),
    ENUM(KEYCTL_UNLINK),
    ENUM(KEYCTL_SEARCH),
    ENUM(KEYCTL_READ),
    ENUM(KEYCTL_INSTANTIATE),
    ENUM(KEYCTL_NEGATE),
    ENUM(KEYCTL_SET_REQKEY_KEYRING),
    ENUM(KEYCTL_SET_TIMEOUT),
    ENUM(KEYCTL_ASSUME_AUTHORITY),
    ENUM(KEYCTL_GET_SECURITY),
    ENUM(KEYCTL_SESSION_TO_PARENT),
    ENUM(KEYCTL_REJECT),
    ENUM(KEYCTL_INSTANTIATE_IOV),
    ENUM(KEYCTL_INVALIDATE),
    ENUM(KEYCTL_GET_PERSISTENT),
    ENUM(KEYCTL_DH_COMPUTE),
    ENUM(KEYCTL_PKEY_QUERY),
    ENUM(KEYCTL_PKEY_ENCRYPT),
    ENUM(KEYCTL_PKEY_DECRYPT),
    ENUM(KEYCTL_PKEY_SIGN),
    ENUM(KEYCTL_PKEY_VERIFY),
    ENUM(KEYCTL_RESTRICT_KEYRING),
    ENUM(KEYCTL_MOVE),
    ENUM(KEYCTL_CAPABILITIES),
    ENUM(KEYCTL_WATCH_KEY),
};

constexpr FlagName kUringRegister[] = {
    ENUM(IORING_REGISTER_BUFFERS),        ENUM(IORING_UNREGISTER_BUFFERS),
    ENUM(IORING_REGISTER_FILES),          ENUM(IORING_UNREGISTER_FILES),
    ENUM(IORING_REGISTER_EVENTFD),        ENUM(IORING_UNREGISTER_EVENTFD),
    ENUM(IORING_REGISTER_FILES_UPDATE),   ENUM(IORING_REGISTER_EVENTFD_ASYNC),
    ENUM(IORING_REGISTER_PROBE),          ENUM(IORING_REGISTER_PERSONALITY),
    ENUM(IORING_UNREGISTER_PERSONALITY),  ENUM(IORING_REGISTER_RESTRICTIONS),
    ENUM(IORING_REGISTER_ENABLE_RINGS),   ENUM(IORING_REGISTER_FILES2),
    ENUM(IORING_REGISTER_FILES_UPDATE2),  ENUM(IORING_REGISTER_BUFFERS2),
    ENUM(IORING_REGISTER_BUFFERS_UPDATE), ENUM(IORING_REGISTER_IOWQ_AFF),
    ENUM(IORING_UNREGISTER_IOWQ_AFF),     ENUM(IORING_REGISTER_IOWQ_MAX_WORKERS),
    ENUM(IORING_REGISTER_RING_FDS),       ENUM(IORING_UNREGISTER_RING_FDS),
    ENUM(IORING_REGISTER_PBUF_RING),      ENUM(IORING_UNREGISTER_PBUF_RING),
    ENUM(IORING_REGISTER_SYNC_CANCEL),    ENUM(IORING_REGISTER_FILE_ALLOC_RANGE),
};

constexpr FlagName kUringEnter[] = {
    FLAG(IORING_ENTER_GETEVENTS), FLAG(IORING_ENTER_SQ_WAKEUP),       FLAG(IORING_ENTER_SQ_WAIT),
    FLAG(IORING_ENTER_EXT_ARG),   FLAG(IORING_ENTER_REGISTERED_RING),
};

constexpr FlagName kSeccompOperations[] = {
    ENUM(SECCOMP_SET_MODE_STRICT),
    ENUM(SECCOMP_SET_MODE_FILTER),
    ENUM(SECCOMP_GET_ACTION_AVAIL),
    ENUM(SECCOMP_GET_NOTIF_SIZES),
};

constexpr FlagName kMemfdFlags[] = {
    FLAG(MFD_CLOEXEC),
    FLAG(MFD_ALLOW_SEALING),
    FLAG(MFD_HUGETLB),
    FlagName{0x8, 0x8, "MFD_NOEXEC_SEAL"},
    FlagName{0x10, 0x10, "MFD_EXEC"},
};

constexpr FlagName kModuleFlags[] = {
    FLAG(MODULE_INIT_IGNORE_MODVERSIONS),
    FLAG(MODULE_INIT_IGNORE_VERMAGIC),
    FLAG(MODULE_INIT_COMPRESSED_FILE),
};

constexpr FlagName kRebootCommands[] = {
    ENUM(LINUX_REBOOT_CMD_RESTART),    ENUM(LINUX_REBOOT_CMD_HALT),
    ENUM(LINUX_REBOOT_CMD_CAD_ON),     ENUM(LINUX_REBOOT_CMD_CAD_OFF),
    ENUM(LINUX_REBOOT_CMD_POWER_OFF),  ENUM(LINUX_REBOOT_CMD_RESTART2),
    ENUM(LINUX_REBOOT_CMD_SW_SUSPEND), ENUM(LINUX_REBOOT_CMD_KEXEC),
};

constexpr FlagName kFanotifyFlags[] = {
    FLAG(FAN_CLASS_CONTENT),  FLAG(FAN_CLASS_PRE_CONTENT), FLAG(FAN_CLOEXEC),
    FLAG(FAN_NONBLOCK),       FLAG(FAN_UNLIMITED_QUEUE),   FLAG(FAN_UNLIMITED_MARKS),
    FLAG(FAN_ENABLE_AUDIT),   FLAG(FAN_REPORT_TID),        FLAG(FAN_REPORT_FID),
    FLAG(FAN_REPORT_DIR_FID), FLAG(FAN_REPORT_NAME),
};

constexpr FlagName kMlockallFlags[] = {
    FLAG(MCL_CURRENT),
    FLAG(MCL_FUTURE),
    FLAG(MCL_ONFAULT),
};

// UFFD_USER_MODE_ONLY shares the number 1 with no O_* flag.
constexpr FlagName kUserfaultFlags[] = {
    {1, 1, "UFFD_USER_MODE_ONLY"},
    {04000, 04000, "O_NONBLOCK"},
    {02000000, 02000000, "O_CLOEXEC"},
};

constexpr FlagName kClocks[] = {
    ENUM(CLOCK_REALTIME),          ENUM(CLOCK_MONOTONIC),     ENUM(CLOCK_PROCESS_CPUTIME_ID),
    ENUM(CLOCK_THREAD_CPUTIME_ID), ENUM(CLOCK_MONOTONIC_RAW), ENUM(CLOCK_REALTIME_COARSE),
    ENUM(CLOCK_MONOTONIC_COARSE),  ENUM(CLOCK_BOOTTIME),      ENUM(CLOCK_REALTIME_ALARM),
    ENUM(CLOCK_BOOTTIME_ALARM),    ENUM(CLOCK_TAI),
};

constexpr FlagName kPersonas[] = {
    FLAG(ADDR_NO_RANDOMIZE), FLAG(MMAP_PAGE_ZERO),   FLAG(ADDR_COMPAT_LAYOUT),
    FLAG(READ_IMPLIES_EXEC), FLAG(ADDR_LIMIT_32BIT), FLAG(SHORT_INODE),
    FLAG(WHOLE_SECONDS),     FLAG(STICKY_TIMEOUTS),  FLAG(ADDR_LIMIT_3GB),
    FLAG(UNAME26),           FLAG(FDPIC_FUNCPTRS),
};

#undef ENUM
#undef FLAG

}  // namespace

std::span<const FlagName> request_names(MemberType type) {
    switch (type) {
        case MemberType::ptrace_request:
            return kPtraceRequests;
        case MemberType::prctl_option:
            return kPrctlOptions;
        case MemberType::keyctl_operation:
            return kKeyctlOperations;
        case MemberType::uring_register:
            return kUringRegister;
        case MemberType::uring_enter_flags:
            return kUringEnter;
        case MemberType::seccomp_operation:
            return kSeccompOperations;
        case MemberType::memfd_flags:
            return kMemfdFlags;
        case MemberType::module_flags:
            return kModuleFlags;
        case MemberType::reboot_command:
            return kRebootCommands;
        case MemberType::fanotify_flags:
            return kFanotifyFlags;
        case MemberType::mlockall_flags:
            return kMlockallFlags;
        case MemberType::userfault_flags:
            return kUserfaultFlags;
        case MemberType::clock:
            return kClocks;
        case MemberType::persona:
            return kPersonas;
        default:
            return {};
    }
}

}  // namespace saker
