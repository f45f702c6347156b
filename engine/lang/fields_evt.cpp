// The evt rows of the field catalogue: when, and from where.
#include "engine/event/format.h"
#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr Unfilled kNoPlugins{"Saker has no plugins"};
constexpr std::string_view kNoPeer = "Known so that old rules load; always 0.";

uint64_t wall_time(const Context& context) {
    return context.state.wall_time(context.event.header().time);
}

template <TimeForm form>
void add_time(const Context& context, const FieldArgument&, Values& out) {
    ScratchText text(out.scratch());
    print_time(text, wall_time(context), form);
    out.add(text.view());
}

uint64_t since(const Context& context, uint64_t earlier) {
    const uint64_t now = context.event.header().time;
    return now > earlier ? now - earlier : 0;
}

uint64_t since_first(const Context& context) {
    return since(context, context.state.first_event_time());
}

uint64_t since_previous(const Context& context) {
    return since(context, context.state.previous_event_time());
}

}  // namespace

std::span<const Field> evt_fields() {
    static const FieldFlags kOld{.deprecated = true};
    static const Field rows[] = {
        {"evt.num",
         FieldType::unsigned_number,
         {},
         "The event's number since the daemon started.",
         [](const Context& context) { return context.state.event_number(); }},
        {"evt.time",
         FieldType::text,
         {},
         "The time of day, with nanoseconds.",
         add_time<TimeForm::clock>},
        {"evt.time.s",
         FieldType::text,
         {},
         "The time of day, in seconds.",
         add_time<TimeForm::clock_seconds>},
        {"evt.time.iso8601",
         FieldType::text,
         {},
         "Date and time in UTC, as ISO 8601 writes it.",
         add_time<TimeForm::iso8601>},
        {"evt.datetime",
         FieldType::text,
         {},
         "Date and time of day, with nanoseconds.",
         add_time<TimeForm::date>},
        {"evt.datetime.s",
         FieldType::text,
         {},
         "Date and time of day, in seconds.",
         add_time<TimeForm::date_seconds>},
        {"evt.rawtime",
         FieldType::absolute_time,
         {},
         "The time, ns since the epoch.",
         [](const Context& context) { return wall_time(context); }},
        {"evt.rawtime.s",
         FieldType::absolute_time,
         {},
         "Its whole seconds.",
         [](const Context& context) { return wall_time(context) / kSecond; }},
        {"evt.rawtime.ns",
         FieldType::absolute_time,
         {},
         "Its nanoseconds past the second.",
         [](const Context& context) { return wall_time(context) % kSecond; }},
        {"evt.reltime",
         FieldType::relative_time,
         {},
         "The time since the first event, ns.",
         [](const Context& context) { return since_first(context); }},
        {"evt.reltime.s",
         FieldType::relative_time,
         {},
         "Its whole seconds.",
         [](const Context& context) { return since_first(context) / kSecond; }},
        {"evt.reltime.ns",
         FieldType::relative_time,
         {},
         "Its nanoseconds past the second.",
         [](const Context& context) { return since_first(context) % kSecond; }},
        {"evt.pluginname", FieldType::text, {}, "The plugin an event came from.", kNoPlugins},
        {"evt.plugininfo", FieldType::text, {}, "What that plugin says of the event.", kNoPlugins},
        {"evt.source",
         FieldType::text,
         {},
         "Where the event came from: `syscall`.",
         [](const Context&) { return std::string_view("syscall"); }},
        {"evt.is_async",
         FieldType::boolean,
         {},
         "Whether the event came from outside the kernel.",
         [](const Context&) { return false; }},
        {"evt.asynctype",
         FieldType::text,
         {},
         "Of such an event, its kind.",
         Unfilled{"every event comes from the kernel"}},
        {"evt.hostname",
         FieldType::text,
         {},
         "The host's name; SAKER_HOSTNAME in the daemon's environment replaces it.",
         [](const Context& context) { return std::string_view(context.state.host().name); }},
        {"evt.latency", FieldType::relative_time, kOld, kNoPeer,
         [](const Context&) { return uint64_t{0}; }},
        {"evt.latency.s", FieldType::relative_time, kOld, kNoPeer,
         [](const Context&) { return uint64_t{0}; }},
        {"evt.latency.ns", FieldType::relative_time, kOld, kNoPeer,
         [](const Context&) { return uint64_t{0}; }},
        {"evt.latency.quantized",
         FieldType::unsigned_number,
         {.hidden = true, .deprecated = true},
         kNoPeer,
         [](const Context&) { return uint64_t{0}; }},
        {"evt.latency.human", FieldType::text, kOld, kNoPeer,
         [](const Context&) { return std::string_view("0ns"); }},
        {"evt.deltatime",
         FieldType::relative_time,
         {},
         "The time since the event before, ns.",
         [](const Context& context) { return since_previous(context); }},
        {"evt.deltatime.s",
         FieldType::relative_time,
         {},
         "Its whole seconds.",
         [](const Context& context) { return since_previous(context) / kSecond; }},
        {"evt.deltatime.ns",
         FieldType::relative_time,
         {},
         "Its nanoseconds past the second.",
         [](const Context& context) { return since_previous(context) % kSecond; }},
        {"evt.outputtime",
         FieldType::text,
         {.print_only = true},
         "The time as alerts print it.",
         add_time<TimeForm::clock>},
    };
    return rows;
}

}  // namespace saker::lang
