// The smallest programs there are, written by the test itself: it must run where nothing else is.
#pragma once

#include <string>

namespace saker::kernel_tests {

/// An ELF image that does nothing but exit with `kProgramExit`.
std::string exiting_program();
inline constexpr int kProgramExit = 42;

/// An ELF image that waits for a signal.
std::string waiting_program();

#ifdef __x86_64__
/// A 32-bit ELF image that exits with `kProgramExit`.
std::string exiting_program_32();
#endif

/// Writes an image where it can be run; leaves no descriptor open to it.
void install(const std::string& image, const std::string& path, unsigned mode = 0755);

}  // namespace saker::kernel_tests
