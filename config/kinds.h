// The kinds of values a setting can have: what each is called, how it is read and written.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace saker::config {

/// `usual` is what fits the type of output best.
enum class Format : uint8_t { text, json, ecs, ocsf, cef, otlp, usual };
enum class Matching : uint8_t { first, all };

/// The least that is said on standard error.
enum class LogLevel : uint8_t { error, warning, info };

/// Most urgent first; the same order as a rule's priority.
enum class Urgency : uint8_t {
    emergency,
    alert,
    critical,
    error,
    warning,
    notice,
    informational,
    debug,
};

/// A size the kernel can make a ring of.
struct RingMegabytes {
    static constexpr uint32_t kMost = 1024;
    uint32_t number = 0;

    friend bool operator==(RingMegabytes, RingMegabytes) = default;
};

/// An amount of memory or disk: `64KiB`, `10MiB`, `1GiB`, or bytes.
struct Bytes {
    uint64_t number = 0;

    friend bool operator==(Bytes, Bytes) = default;
};

/// A time: `100ms`, `30s`, `5m`, `12h`, `7d`; `0` for never or at once, as the setting says.
struct Duration {
    std::chrono::milliseconds value{0};

    friend bool operator==(Duration, Duration) = default;
};

/// A share of one CPU: `5%`; 0 is no limit.
struct Percent {
    uint32_t number = 0;

    friend bool operator==(Percent, Percent) = default;
};

struct Port {
    uint16_t number = 0;

    friend bool operator==(Port, Port) = default;
};

/// Not for eyes: written as text or, better, `{file: PATH}`, whose contents it is without the last
/// newline. Nothing we print shows it.
struct Secret {
    std::string text;

    bool empty() const { return text.empty(); }
    friend bool operator==(const Secret&, const Secret&) = default;
};

/// The words an enumeration is written with, in the order of its values.
template <class T>
struct Choices;
template <>
struct Choices<Format> {
    static constexpr std::array<std::string_view, 7> names{"text", "json", "ecs",  "ocsf",
                                                           "cef",  "otlp", "usual"};
};
template <>
struct Choices<Matching> {
    static constexpr std::array<std::string_view, 2> names{"first", "all"};
};
template <>
struct Choices<LogLevel> {
    static constexpr std::array<std::string_view, 3> names{"error", "warning", "info"};
};
template <>
struct Choices<Urgency> {
    static constexpr std::array<std::string_view, 8> names{
        "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"};
};

template <class T>
concept Choice = requires {
    Choices<T>::names;
};

/// Has settings of its own, said by its `describe`.
template <class T>
concept Described = requires(T& described) {
    described.describe([](const char*, auto&, const char*) {});
};

// One overload a kind: what it is called in messages and documentation.

std::string words_for(const bool&);
std::string words_for(const uint32_t&);
std::string words_for(const std::string&);
std::string words_for(const RingMegabytes&);
std::string words_for(const Bytes&);
std::string words_for(const Duration&);
std::string words_for(const Percent&);
std::string words_for(const Port&);
std::string words_for(const Secret&);

// How it is read: false when the text is none.

bool parse(std::string_view text, bool& value);
bool parse(std::string_view text, uint32_t& value);
bool parse(std::string_view text, std::string& value);
bool parse(std::string_view text, RingMegabytes& value);
bool parse(std::string_view text, Bytes& value);
bool parse(std::string_view text, Duration& value);
bool parse(std::string_view text, Percent& value);
bool parse(std::string_view text, Port& value);
bool parse(std::string_view text, Secret& value);

// How it is written, as YAML; reading that gives it back, except for secrets.

std::string print(bool value);
std::string print(uint32_t value);
std::string print(const std::string& value);
std::string print(RingMegabytes value);
std::string print(Bytes value);
std::string print(Duration value);
std::string print(Percent value);
std::string print(Port value);
std::string print(const Secret& value);

std::string lower(std::string_view text);

template <Choice T>
std::string words_for(const T&) {
    std::string words = "one of";
    for (const std::string_view name : Choices<T>::names) {
        words.append(" ").append(name);
    }
    return words;
}

template <Choice T>
bool parse(std::string_view text, T& value) {
    const std::string written = lower(text) == "info" && Choices<T>::names.size() > 3
                                    ? "informational"  // the short name of that urgency
                                    : lower(text);
    for (size_t i = 0; i < Choices<T>::names.size(); ++i) {
        if (Choices<T>::names[i] == written) {
            value = static_cast<T>(i);
            return true;
        }
    }
    return false;
}

template <Choice T>
std::string print(const T& value) {
    return std::string(Choices<T>::names[static_cast<size_t>(value)]);
}

}  // namespace saker::config
