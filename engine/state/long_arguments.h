// Arguments of programs that have more of them than one record has room for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/event/event.h"

namespace saker {

/// Keeps the parts that come before the record of a program, until that record comes. What is left
/// out of a list, because it is too long or was lost, is an argument `[...]` in its place.
class LongArguments {
  public:
    /// A part; in the order of the list. Those of programs whose own record never comes (which is
    /// counted as a loss) are forgotten when they become many.
    void add(const Event& event, const arguments_event& part);

    /// Adds to the first argument and to those after it (each ended by a NUL), as the record of the
    /// program has them, what came before that record.
    void complete(const event_header& program, std::string& first, std::string& others);

  private:
    struct Parts {
        uint64_t start_time = 0;
        uint64_t end = 0;  // offset in the list behind the last part
        uint32_t exec_id = 0;
        std::string text;
    };

    std::unordered_map<uint32_t, Parts> parts_;  // by process
};

}  // namespace saker
