// One small story as the kernel would tell it: a login, a shell, what it does, a container.
#pragma once

#include <vector>

#include "tests/support/record_builder.h"

namespace saker::golden {

/// The records of the story in the order they are read from the rings, numbers included.
std::vector<test::Record> story();

}  // namespace saker::golden
