// Any bytes as a condition: parsed, copied, printed and checked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/lang/condition.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parsed = saker::lang::parse_condition(text);
    if (!parsed) {
        return 0;
    }
    const auto copied = saker::lang::copy(*parsed);
    if (saker::lang::to_text(copied) != saker::lang::to_text(*parsed)) {
        std::abort();
    }
    const auto checked = saker::lang::check(copied);
    const bool refused = !checked.condition;
    bool explained = false;
    for (const saker::lang::Mistake& mistake : checked.mistakes) {
        explained = explained || !mistake.warning;
    }
    if (refused != explained) {
        std::abort();
    }
    return 0;
}
