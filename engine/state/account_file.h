// Reading a small file of a container, which may be anything an attacker puts there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace saker {

/// Which file it was and when it changed, to know whether to read it again.
struct FileStamp {
    uint64_t inode = 0;
    int64_t changed_seconds = 0;
    int64_t changed_nanoseconds = 0;
    int64_t size = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// The text of `name` below `root`, a directory that may be a process's root (/proc/PID/root).
/// Symlinks are refused, and so is anything but a regular file, without being opened; at most 1 MiB
/// is read. `known` is what was read before: when the file is still that, the text is empty and
/// `stamp` equals it.
struct AccountFile {
    FileStamp stamp;
    std::string text;
};
Result<AccountFile> read_account_file(const std::string& root, const char* name,
                                      const FileStamp& known);

/// What an open file has, up to a limit.
Result<std::string> read_bounded(int file, size_t limit);

/// By a process's /proc/PID/mountinfo: its root, /etc or account files lie on a filesystem that a
/// program serves (FUSE) and that may keep a reader waiting for ever.
bool are_accounts_served_by_program(std::string_view mountinfo);

}  // namespace saker
