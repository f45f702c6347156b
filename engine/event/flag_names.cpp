#include "engine/event/flag_names.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/stat.h>

namespace saker {
namespace {

#define FLAG(name)        \
    FlagName {            \
        name, name, #name \
    }

// O_SYNC holds O_DSYNC's bit, O_TMPFILE holds O_DIRECTORY's: the wider are tested first by their
// masks.
// The C library of a 64-bit program calls it 0.
#ifdef __aarch64__
constexpr uint64_t kLargeFile = 0400000;
#else
constexpr uint64_t kLargeFile = 0100000;
#endif

constexpr FlagName kOpenFlags[] = {
    {O_ACCMODE, O_RDONLY, "O_RDONLY"},
    {O_ACCMODE, O_WRONLY, "O_WRONLY"},
    {O_ACCMODE, O_RDWR, "O_RDWR"},
    FLAG(O_CREAT),
    FLAG(O_EXCL),
    FLAG(O_NOCTTY),
    FLAG(O_TRUNC),
    FLAG(O_APPEND),
    FLAG(O_NONBLOCK),
    {O_SYNC, O_SYNC, "O_SYNC"},
    {O_SYNC, O_DSYNC, "O_DSYNC"},
    {O_ASYNC, O_ASYNC, "FASYNC"},
    FLAG(O_DIRECT),
    {kLargeFile, kLargeFile, "O_LARGEFILE"},
    FLAG(O_TMPFILE),
    {O_TMPFILE, O_DIRECTORY, "O_DIRECTORY"},
    FLAG(O_NOFOLLOW),
    FLAG(O_NOATIME),
    FLAG(O_CLOEXEC),
    FLAG(O_PATH),
};

constexpr FlagName kPermissions[] = {
    FLAG(S_ISUID), FLAG(S_ISGID), FLAG(S_ISVTX), FLAG(S_IRUSR), FLAG(S_IWUSR), FLAG(S_IXUSR),
    FLAG(S_IRGRP), FLAG(S_IWGRP), FLAG(S_IXGRP), FLAG(S_IROTH), FLAG(S_IWOTH), FLAG(S_IXOTH),
};

constexpr FlagName kCloneFlags[] = {
    FLAG(CLONE_VM),
    FLAG(CLONE_FS),
    FLAG(CLONE_FILES),
    FLAG(CLONE_SIGHAND),
    FLAG(CLONE_PIDFD),
    FLAG(CLONE_PTRACE),
    FLAG(CLONE_VFORK),
    FLAG(CLONE_PARENT),
    FLAG(CLONE_THREAD),
    FLAG(CLONE_NEWNS),
    FLAG(CLONE_SYSVSEM),
    FLAG(CLONE_SETTLS),
    FLAG(CLONE_PARENT_SETTID),
    FLAG(CLONE_CHILD_CLEARTID),
    FLAG(CLONE_DETACHED),
    FLAG(CLONE_UNTRACED),
    FLAG(CLONE_CHILD_SETTID),
    FLAG(CLONE_NEWCGROUP),
    FLAG(CLONE_NEWUTS),
    FLAG(CLONE_NEWIPC),
    FLAG(CLONE_NEWUSER),
    FLAG(CLONE_NEWPID),
    FLAG(CLONE_NEWNET),
    FLAG(CLONE_IO),
    {CLONE_CLEAR_SIGHAND, CLONE_CLEAR_SIGHAND, "CLONE_CLEAR_SIGHAND"},
    {CLONE_INTO_CGROUP, CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP"},
};

constexpr FlagName kAtFlags[] = {
    {0x100, 0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, 0x200, "AT_REMOVEDIR"},
    {0x400, 0x400, "AT_SYMLINK_FOLLOW"},   {0x800, 0x800, "AT_NO_AUTOMOUNT"},
    {0x1000, 0x1000, "AT_EMPTY_PATH"},
};

constexpr FlagName kRenameFlags[] = {
    FLAG(RENAME_NOREPLACE),
    FLAG(RENAME_EXCHANGE),
    FLAG(RENAME_WHITEOUT),
};

constexpr FlagName kMountFlags[] = {
    FLAG(MS_RDONLY),      FLAG(MS_NOSUID),    FLAG(MS_NODEV),       FLAG(MS_NOEXEC),
    FLAG(MS_SYNCHRONOUS), FLAG(MS_REMOUNT),   FLAG(MS_MANDLOCK),    FLAG(MS_DIRSYNC),
    FLAG(MS_NOSYMFOLLOW), FLAG(MS_NOATIME),   FLAG(MS_NODIRATIME),  FLAG(MS_BIND),
    FLAG(MS_MOVE),        FLAG(MS_REC),       FLAG(MS_SILENT),      FLAG(MS_POSIXACL),
    FLAG(MS_UNBINDABLE),  FLAG(MS_PRIVATE),   FLAG(MS_SLAVE),       FLAG(MS_SHARED),
    FLAG(MS_RELATIME),    FLAG(MS_I_VERSION), FLAG(MS_STRICTATIME), FLAG(MS_LAZYTIME),
};

// As in include/linux/fs.h; the C library's header of mounts does not go with the kernel's.
constexpr FlagName kUmountFlags[] = {
    {1, 1, "MNT_FORCE"},
    {2, 2, "MNT_DETACH"},
    {4, 4, "MNT_EXPIRE"},
    {8, 8, "UMOUNT_NOFOLLOW"},
};

constexpr FlagName kDescriptorFlags[] = {
    FLAG(O_CLOEXEC),
    FLAG(O_NONBLOCK),
    FLAG(O_DIRECT),
};

constexpr FlagName kResolveFlags[] = {
    FLAG(RESOLVE_NO_XDEV), FLAG(RESOLVE_NO_MAGICLINKS), FLAG(RESOLVE_NO_SYMLINKS),
    FLAG(RESOLVE_BENEATH), FLAG(RESOLVE_IN_ROOT),       FLAG(RESOLVE_CACHED),
};
#undef FLAG

// As security modules are told.
constexpr FlagName kSetidFlags[] = {
    {1, 1, "LSM_SETID_ID"},
    {2, 2, "LSM_SETID_RE"},
    {4, 4, "LSM_SETID_RES"},
    {8, 8, "LSM_SETID_FS"},
};

constexpr FlagName kAccessBits[] = {
    {7, 0, "F_OK"},
    {4, 4, "R_OK"},
    {2, 2, "W_OK"},
    {1, 1, "X_OK"},
};

constexpr FlagName kAttributeFlags[] = {
    {1 << 0, 1 << 0, "ATTR_MODE"},        {1 << 1, 1 << 1, "ATTR_UID"},
    {1 << 2, 1 << 2, "ATTR_GID"},         {1 << 3, 1 << 3, "ATTR_SIZE"},
    {1 << 4, 1 << 4, "ATTR_ATIME"},       {1 << 5, 1 << 5, "ATTR_MTIME"},
    {1 << 6, 1 << 6, "ATTR_CTIME"},       {1 << 7, 1 << 7, "ATTR_ATIME_SET"},
    {1 << 8, 1 << 8, "ATTR_MTIME_SET"},   {1 << 9, 1 << 9, "ATTR_FORCE"},
    {1 << 10, 1 << 10, "ATTR_CTIME_SET"}, {1 << 11, 1 << 11, "ATTR_KILL_SUID"},
    {1 << 12, 1 << 12, "ATTR_KILL_SGID"}, {1 << 13, 1 << 13, "ATTR_FILE"},
    {1 << 14, 1 << 14, "ATTR_KILL_PRIV"}, {1 << 15, 1 << 15, "ATTR_OPEN"},
    {1 << 16, 1 << 16, "ATTR_TIMES_SET"}, {1 << 17, 1 << 17, "ATTR_TOUCH"},
};

// Spelt as rules that read an exec's flags expect them.
constexpr FlagName kFileFlags[] = {
    {FILE_WRITABLE, FILE_WRITABLE, "EXE_WRITABLE"},
    {FILE_UPPER_LAYER, FILE_UPPER_LAYER, "EXE_UPPER_LAYER"},
    {FILE_MEMFD, FILE_MEMFD, "EXE_FROM_MEMFD"},
    {FILE_LOWER_LAYER, FILE_LOWER_LAYER, "EXE_LOWER_LAYER"},
    {FILE_DELETED, FILE_DELETED, "DELETED"},
    {FILE_CREATED, FILE_CREATED, "CREATED"},
};

}  // namespace

std::span<const FlagName> flag_names(MemberType type) {
    switch (type) {
        case MemberType::open_flags:
            return kOpenFlags;
        case MemberType::permissions:
            return kPermissions;
        case MemberType::clone_flags:
            return kCloneFlags;
        case MemberType::at_flags:
            return kAtFlags;
        case MemberType::rename_flags:
            return kRenameFlags;
        case MemberType::mount_flags:
            return kMountFlags;
        case MemberType::umount_flags:
            return kUmountFlags;
        case MemberType::descriptor_flags:
            return kDescriptorFlags;
        case MemberType::resolve_flags:
            return kResolveFlags;
        case MemberType::setid_flags:
            return kSetidFlags;
        case MemberType::access_bits:
            return kAccessBits;
        case MemberType::attribute_flags:
            return kAttributeFlags;
        case MemberType::file_flags:
            return kFileFlags;
        default:
            return number_names(type);
    }
}

void print_flags(ScratchText& out, uint64_t flags, std::span<const FlagName> names) {
    uint64_t named = 0;
    bool is_first = true;
    for (const FlagName& flag : names) {
        if ((flags & flag.mask) == flag.bits) {
            out.add(is_first ? "" : "|").add(flag.name);
            is_first = false;
            named |= flag.bits;
        }
    }
    if (const uint64_t rest = flags & ~named; rest != 0) {
        out.add(is_first ? "0x" : "|0x").add_number(rest, 16);
    } else if (is_first) {
        out.add('0');
    }
}

}  // namespace saker
