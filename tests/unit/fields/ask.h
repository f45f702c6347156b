// Asks a field of an event and writes down what it says.
#pragma once

#include <arpa/inet.h>

#include <charconv>
#include <stdexcept>
#include <string>

#include "engine/lang/field.h"
#include "engine/state/context.h"
#include "tests/support/record_builder.h"

namespace saker::test {

inline std::string written(const Value& value) {
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth ? "true" : "false";
    }
    if (const auto* number = std::get_if<int64_t>(&value)) {
        return std::to_string(*number);
    }
    if (const auto* number = std::get_if<uint64_t>(&value)) {
        return std::to_string(*number);
    }
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        return std::string(*text);
    }
    if (const auto* address = std::get_if<Address>(&value)) {
        char text[INET6_ADDRSTRLEN];
        return ::inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes.data(), text,
                           sizeof text);
    }
    return "?";
}

/// A small world: a host, and the processes records told of.
class World {
  public:
    explicit World(Host host = default_host()) : state(std::move(host)) {}

    static Host default_host() {
        Host host;
        host.name = "box";
        host.boot_time = 1'700'000'000'000'000'000;
        host.pid_namespace = 10;
        host.mount_namespace = 20;
        return host;
    }

    /// Learns from a record nobody asks about.
    void tell(Record record) { state.observe(record.event()); }

    /// What the field says of the event: its values with `|` between, or `(missing)`.
    std::string ask(Record& record, std::string_view spelling) {
        const Event event = record.event();
        const Process& process = state.observe(event);
        return ask({event, process, state}, spelling);
    }

    std::string ask(const Context& context, std::string_view spelling) {
        const size_t bracket = spelling.find('[');
        lang::FieldArgument argument;
        const lang::Field* field = lang::find_field(spelling.substr(0, bracket), argument);
        if (!field) {
            throw std::invalid_argument("no field " + std::string(spelling));
        }
        if (bracket != spelling.npos) {
            argument.text = spelling.substr(bracket + 1, spelling.size() - bracket - 2);
            argument.given = true;
        }
        int64_t index = 0;
        const char* end = argument.text.data() + argument.text.size();
        if (argument.given && std::from_chars(argument.text.data(), end, index).ptr == end) {
            argument.index = index;
        }
        if (!field->read) {
            return "(unfilled)";
        }
        scratch_.reset();
        lang::Values values(scratch_);
        field->read(context, argument, values);
        std::string all;
        for (const Value& value : values.all()) {
            all += (all.empty() ? "" : "|") + written(value);
        }
        return values.empty() ? "(missing)" : all;
    }

    State state;

  private:
    Scratch scratch_;
};

}  // namespace saker::test
