// What the shell is told: scripts rely on these numbers.
#pragma once

namespace saker::cli {

enum ExitCode : int {
    kFine = 0,
    kRulesOrConfigWrong = 1,
    kUsage = 2,
    kPrivileges = 3,
    kKernelRefuses = 4,
    kOutputCannotOpen = 5,
};

}  // namespace saker::cli
