// Secrets in command lines, environments and data: found by what they are called and how they look.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace saker {

struct RedactorOptions {
    bool is_on = true;
    std::vector<std::string> names;  // secret besides those known: a part of a name is enough
};

/// Covers secrets with asterisks, byte for byte: what is around them keeps its place. Immutable.
class Redactor {
  public:
    explicit Redactor(RedactorOptions options = {});

    /// Arguments as a process has them, each ended by a NUL; `program` is what they are given to.
    void cover_arguments(std::string_view program, std::span<char> arguments) const;

    /// Assignments, each ended by a NUL.
    void cover_environment(std::span<char> environment) const { cover_arguments({}, environment); }

    /// Any text or data: a request with its headers, say.
    void cover_text(std::span<char> text) const { cover_arguments({}, text); }

    /// The arguments, environments and data in a record; nothing happens to what is no record.
    void cover_record(std::span<std::byte> record) const;

    /// Some member of such an event can hold a secret: `cover_record` may change it.
    static bool may_hold_secrets(unsigned event_id);

    bool is_on() const { return options_.is_on; }

    /// Whether what is called so is a secret: `--db-password`, `API_KEY`, `Authorization`.
    bool is_secret_name(std::string_view name) const;

  private:
    RedactorOptions options_;  // names without case and punctuation
};

}  // namespace saker
