// One file opened through io_uring, by the kernel's bare interface.
#pragma once

namespace saker {

/// Opens the root folder and closes it; does nothing where io_uring is not there or not allowed.
void open_through_uring();

}  // namespace saker
