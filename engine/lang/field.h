// What a rule may ask: one row a field, with its type, its words and how to read it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/scratch.h"
#include "engine/base/value.h"

namespace saker {

struct Member;   // engine/event/event_table.h
struct Context;  // engine/state/context.h: the event at hand and what state knows of its process

namespace lang {

enum class FieldType : uint8_t {
    signed_number,
    unsigned_number,
    real,
    boolean,
    text,
    path,  // text, and `pmatch` by component
    bytes,
    address,
    network,
    port,  // unsigned, service names accepted on the right-hand side
    relative_time,
    absolute_time,
    dynamic,  // evt.rawarg: typed by the first event that has the parameter
};

/// How a test is judged when a field has several values.
enum class Several : uint8_t {
    single,     // at most one value
    names,      // names of one object: a test holds if any does; under `not` only if all do
    ancestors,  // holds if any does; under `not` only if none does
    ends,       // [client, server]: any, but `!=` needs every end to differ
    list,       // a list value: `in` needs all, `intersects` any
};

enum class Bracket : uint8_t { none, optional, required };

struct FieldFlags {
    Bracket bracket = Bracket::none;
    Several several = Several::single;
    bool picks_names = false;   // with an index, one ancestor's: the names of one object
    bool is_distance = false;   // `=` means at most: `evt.around[TIME] = 100`
    bool no_rhs = false;        // not with val()
    bool no_transform = false;  // refuses transformers
    bool filter_only = false;   // has no printed form
    bool print_only = false;
    bool hidden = false;
    bool deprecated = false;
    bool suggested = false;     // appended to every output unless the user says otherwise
    bool from_runtime = false;  // a container's runtime tells it, perhaps after the event came
};

/// The bracket argument of a field use, prepared at load: `[2]` has text "2" and index 2.
struct FieldArgument {
    std::string text;
    std::optional<int64_t> index;
    bool given = false;
    const Member* const* members =
        nullptr;  // by event id: which member it names; null: ask by name

    friend bool operator==(const FieldArgument&, const FieldArgument&) = default;
};

/// Where a reader puts what it found; nothing added means the field is absent. Texts that had to be
/// built live in `scratch`, until the next event.
class Values {
  public:
    explicit Values(Scratch& scratch) : scratch_(&scratch) {}

    void add(Value value) { values_.push_back(value); }
    void clear() { values_.clear(); }
    std::span<const Value> all() const { return values_; }
    std::span<const Value> since(size_t begin) const { return all().subspan(begin); }
    bool empty() const { return values_.empty(); }
    size_t size() const { return values_.size(); }

    /// Forgets what was added after the first `size` values.
    void shorten(size_t size) { values_.resize(size); }

    /// Replaces a value: elementwise transformers work in place.
    void set(size_t index, Value value) { values_[index] = value; }
    Scratch& scratch() { return *scratch_; }

  private:
    std::vector<Value> values_;  // keeps its capacity: warm reads do not allocate
    Scratch* scratch_;
};

using ReadField = void (*)(const Context&, const FieldArgument&, Values&);

/// Puts what a simple reader returned: a Value, a number, a truth, a text, or an optional of these.
template <class T>
void put_value(Values& out, const T& found) {
    if constexpr (std::is_same_v<T, Value>) {
        if (!std::holds_alternative<Absent>(found)) {
            out.add(found);
        }
    } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double> ||
                         std::is_same_v<T, Address>) {
        out.add(found);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        out.add(static_cast<int64_t>(found));
    } else if constexpr (std::is_integral_v<T>) {
        out.add(static_cast<uint64_t>(found));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        out.add(std::string_view(found));
    } else {
        if (found) {
            put_value(out, *found);
        }
    }
}

/// Why a field that rules may name is never filled.
struct Unfilled {
    std::string_view why;
};

/// One row of the catalogue. A row without a reader is a field we know but do not fill.
struct Field {
    std::string_view name;
    FieldType type;
    FieldFlags flags;
    std::string_view help;
    ReadField read = nullptr;
    std::string_view why_unfilled = "not filled by this build";  // of a row without a reader

    Field(std::string_view name, FieldType type, FieldFlags flags, std::string_view help)
        : name(name), type(type), flags(flags), help(help) {}

    Field(std::string_view name, FieldType type, FieldFlags flags, std::string_view help,
          Unfilled reason)
        : name(name), type(type), flags(flags), help(help), why_unfilled(reason.why) {}

    Field(std::string_view name, FieldType type, FieldFlags flags, std::string_view help,
          ReadField reader)
        : name(name), type(type), flags(flags), help(help), read(reader) {}

    /// `reader` is a captureless lambda: (Context) -> value, (Context, FieldArgument) -> value, or
    /// (Context, FieldArgument, Values&) for what has several values or builds text.
    template <class Reader>
    Field(std::string_view name, FieldType type, FieldFlags flags, std::string_view help, Reader)
        : name(name), type(type), flags(flags), help(help) {
        static_assert(std::is_empty_v<Reader>, "a function's address would be forgotten");
        read = [](const Context& context, const FieldArgument& argument, Values& out) {
            if constexpr (std::is_invocable_v<Reader, const Context&, const FieldArgument&,
                                              Values&>) {
                Reader{}(context, argument, out);
            } else if constexpr (std::is_invocable_v<Reader, const Context&,
                                                     const FieldArgument&>) {
                put_value(out, Reader{}(context, argument));
            } else {
                put_value(out, Reader{}(context));
            }
        };
    }
};

/// The catalogue, in the order `saker list fields` prints it.
std::span<const Field* const> all_fields();

/// The longest field whose name is `spelling` or a prefix of it ending before a '.', as in
/// `evt.arg.path` or `thread.cgroup.cpuacct`, whose rest becomes the argument; null if there is
/// none.
const Field* find_field(std::string_view spelling, FieldArgument& rest);

/// How many bits a number of this field has: 64, but for those the kernel knows as less.
unsigned bits_of(const Field& field);

// The rows, by theme: fields_evt.cpp and its neighbours.
std::span<const Field> evt_fields();
std::span<const Field> evt_act_fields();
std::span<const Field> proc_fields();
std::span<const Field> proc_state_fields();
std::span<const Field> proc_live_fields();
std::span<const Field> user_fields();
std::span<const Field> fd_fields();
std::span<const Field> fs_fields();
std::span<const Field> container_fields();
std::span<const Field> kubernetes_fields();

}  // namespace lang
}  // namespace saker
