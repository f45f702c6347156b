// A program that reads alerts, line by line, from its standard input.
#pragma once

#include "outputs/table.h"

namespace saker::outputs {

/// Fails when there is no such program; it is started with the first alert, and again whenever it
/// ended.
Result<Remote> connect_program(const OutputOptions& options);

}  // namespace saker::outputs
