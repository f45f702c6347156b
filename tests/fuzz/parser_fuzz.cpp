// Any text as a condition: it parses or is refused, and what parses is compiled and run.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "engine/lang/program.h"

namespace {

using namespace saker;
using namespace saker::lang;

/// An event of which nothing is known.
class EmptyReader final : public FieldReader {
  public:
    void read(const FieldUse&, Values&) override {}
};

/// What was understood can be written down and is understood again, the same.
void check_text(const Expr& expr) {
    const std::string text = to_text(expr);
    const auto again = parse_condition(text);
    if (!again || to_text(*again) != text)
        std::abort();
}

void run(const Condition& condition) {
    const ProgramRule rule{&condition, true};
    const Program program = Program::build({&rule, 1});
    MatchState state = program.new_state();
    EmptyReader reader;
    std::vector<uint32_t> matches;
    program.match(event_kind("openat"), reader, state, matches);
    program.match_any_kind(reader, state, matches);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto expr = parse_condition({reinterpret_cast<const char*>(data), size});
    if (!expr)
        return 0;
    check_text(*expr);
    const Checked checked = check(*expr);
    if (checked.condition)
        run(*checked.condition);
    return 0;
}
