// JSON written straight into a string.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "engine/base/escape.h"
#include "engine/rules/template.h"

namespace saker::outputs {

/// Writes `key:` with the comma that goes before it. Close it; a key is the caller's to keep
/// unique.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    /// What is appended to the answer is the value.
    std::string& key(std::string_view name) {
        if (!first_) {
            out_ += ',';
        }
        first_ = false;
        append_json_string(out_, name);
        out_ += ':';
        return out_;
    }
    void text(std::string_view name, std::string_view value) {
        append_json_string(key(name), value);
    }
    void text_unless_empty(std::string_view name, std::string_view value) {
        if (!value.empty()) {
            text(name, value);
        }
    }
    void number(std::string_view name, uint64_t value) {
        fmt::format_to(std::back_inserter(key(name)), "{}", value);
    }
    void truth(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
    void close() { out_ += '}'; }

  private:
    std::string& out_;
    bool first_ = true;
};

template <class Items, class Write>
void append_array(const Items& items, std::string& out, Write write) {
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!first) {
            out += ',';
        }
        first = false;
        write(item);
    }
    out += ']';
}

template <class Texts>
void append_texts(const Texts& texts, std::string& out) {
    append_array(texts, out, [&](const auto& text) { append_json_string(out, text); });
}

/// Numbers as numbers, lists as lists, what is missing as null.
void append_value(const rules::OutputValue& value, std::string& out);

}  // namespace saker::outputs
