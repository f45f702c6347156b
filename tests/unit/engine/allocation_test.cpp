// Judging an event allocates nothing once everything it needs has been needed before.
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/unit/engine/rules.h"

namespace {

std::atomic<uint64_t> allocations{0};

}  // namespace

void* operator new(size_t size) {
    ++allocations;
    if (void* room = std::malloc(size == 0 ? 1 : size)) {
        return room;
    }
    throw std::bad_alloc();
}
void operator delete(void* room) noexcept {
    std::free(room);
}
void operator delete(void* room, size_t) noexcept {
    std::free(room);
}

namespace saker::lang {
namespace {

/// Yields the same text for every field.
class OneText final : public FieldReader {
  public:
    void read(const FieldUse&, Values& out) override { out.add(Value{std::string_view("/a/Bc")}); }
};

}  // namespace

TEST_CASE("matching does not allocate once warm") {
    RuleTexts rules({"fd.name in (/a, /a/Bc, c) and proc.name icontains bC",
                     "tolower(proc.cmdline) contains /a and not fd.name glob /x*",
                     "proc.cmdline startswith anyof (/a, /b) and fd.name endswith Bc",
                     "fd.name pmatch (/a) and proc.pname = val(proc.name)"});
    OneText reader;
    MatchState state = rules.program().new_state();
    std::vector<uint32_t> matches;
    const auto judge = [&] {
        matches.clear();
        rules.program().match(kind_named("open"), reader, state, matches);
    };
    judge();
    judge();
    const uint64_t before = allocations;
    for (int i = 0; i < 1000; ++i) {
        judge();
    }
    CHECK(allocations == before);
    CHECK(matches == std::vector<uint32_t>{0, 1, 2, 3});
}

}  // namespace saker::lang
