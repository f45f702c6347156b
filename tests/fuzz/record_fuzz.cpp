// Any bytes as records: each is refused or decoded, learnt from, and every field of it read.
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace {

using namespace saker;

void read_every_field(const Context& context) {
    static Scratch scratch;
    static lang::Values values(scratch);
    for (const lang::Field* field : lang::all_fields()) {
        if (!field->read)
            continue;
        lang::FieldArgument argument;
        if (field->flags.bracket == lang::Bracket::required) {
            argument.given = true;
            argument.text = "1";
            argument.index = 1;
        }
        values.clear();
        field->read(context, argument, values);
    }
    scratch.reset();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // Records lie 8-byte aligned in a ring, and so they do here.
    std::vector<uint64_t> words((size + 7) / 8);
    if (size)
        std::memcpy(words.data(), data, size);
    auto left = std::as_bytes(std::span(words)).first(size);

    State state{Host{}};
    while (left.size() >= sizeof(event_header)) {
        uint32_t length = 0;
        std::memcpy(&length, left.data(), sizeof(length));
        if (length < sizeof(event_header) || length > left.size() || length % 8)
            length = static_cast<uint32_t>(left.size());
        if (const auto event = Event::parse(left.first(length))) {
            const Process& process = state.observe(*event);
            read_every_field({*event, process, state});
        }
        left = left.subspan(length);
    }
    return 0;
}
