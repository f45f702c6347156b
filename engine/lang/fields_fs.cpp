// The fs rows of the field catalogue: paths that acts on names deal with, and a few oddments.
#include "engine/lang/field.h"
#include "engine/lang/subject.h"

namespace saker::lang {
namespace {

constexpr Unfilled kNoPolls{"waiting for descriptors is no act: poll is not captured"};

std::optional<std::string_view> text_of(const Event& event, const Member* member) {
    return member ? std::optional(event.text(*member)) : std::nullopt;
}

}  // namespace

std::span<const Field> fs_fields() {
    static const FieldFlags kNames{.several = Several::names};
    static const Field rows[] = {
        {"fs.path.name", FieldType::text, kNames,
         "The path the event acts on: as the kernel has it, and as asked made absolute.",
         [](const Context& context, const FieldArgument&, Values& out) {
             add_all(names_of(context, path_of(context.event), out.scratch()), out);
         }},
        {"fs.path.nameraw",
         FieldType::text,
         {},
         "The path the event acts on, exactly as the caller passed it.",
         [](const Context& context) { return asked_path(context.event); }},
        {"fs.path.source", FieldType::text, kNames,
         "Of an act on two paths the one it takes from, in all its spellings.",
         [](const Context& context, const FieldArgument&, Values& out) {
             add_all(names_of(context, old_path_of(context.event), out.scratch()), out);
         }},
        {"fs.path.sourceraw",
         FieldType::text,
         {},
         "Of an act on two paths the one it takes from, exactly as passed.",
         [](const Context& context) {
             return text_of(context.event, old_path_of(context.event).asked);
         }},
        {"fs.path.target", FieldType::text, kNames,
         "Of an act on two paths the one it makes, in all its spellings.",
         [](const Context& context, const FieldArgument&, Values& out) {
             add_all(names_of(context, new_path_of(context.event), out.scratch()), out);
         }},
        {"fs.path.targetraw",
         FieldType::text,
         {},
         "Of an act on two paths the one it makes, exactly as passed.",
         [](const Context& context) {
             return text_of(context.event, new_path_of(context.event).asked);
         }},
        {"util.cnt",
         FieldType::unsigned_number,
         {},
         "A counter that grows by one at every event.",
         [](const Context& context) { return context.state.event_number(); }},
        {"fdlist.nums", FieldType::text, {}, "The descriptors a poll waits for.", kNoPolls},
        {"fdlist.names",
         FieldType::text,
         {},
         "The names of the descriptors a poll waits for.",
         kNoPolls},
        {"fdlist.cips",
         FieldType::text,
         {},
         "The client addresses of the descriptors a poll waits for.",
         kNoPolls},
        {"fdlist.sips",
         FieldType::text,
         {},
         "The server addresses of the descriptors a poll waits for.",
         kNoPolls},
        {"fdlist.cports",
         FieldType::text,
         {},
         "The client ports of the descriptors a poll waits for.",
         kNoPolls},
        {"fdlist.sports",
         FieldType::text,
         {},
         "The server ports of the descriptors a poll waits for.",
         kNoPolls},
    };
    return rows;
}

}  // namespace saker::lang
