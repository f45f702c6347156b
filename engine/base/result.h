// Result<T>: a T, or the Error that says why there is none.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace saker {

/// A place in a file a person wrote. Lines and columns count from 1; line 0 means the whole file.
struct Where {
    std::string file;
    uint32_t line = 0;
    uint32_t column = 0;
};

/// What a caller may want to treat differently: the command's exit code, mostly.
enum class ErrorKind : unsigned char { other, privileges, kernel };

/// Why something could not be done, in words for the person who can mend it.
struct Error {
    std::string message;
    std::string hint{};
    Where where{};
    ErrorKind kind = ErrorKind::other;

    /// The same error, with what we were doing put before it.
    Error within(const std::string& doing) && {
        message = doing + ": " + message;
        return std::move(*this);
    }

    /// `file:line:column: message (hint)`, leaving out what is not known.
    std::string text() const;
};

/// A T or an Error. Ask before you take: `if (!result) return result.error();`
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return held_.index() == 0; }
    T& operator*() & { return std::get<0>(held_); }
    const T& operator*() const& { return std::get<0>(held_); }
    T&& operator*() && { return std::get<0>(std::move(held_)); }
    T* operator->() { return &std::get<0>(held_); }
    const T* operator->() const { return &std::get<0>(held_); }
    Error& error() { return std::get<1>(held_); }
    const Error& error() const { return std::get<1>(held_); }

  private:
    std::variant<T, Error> held_;
};

/// Done, or the Error that says why not.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    explicit operator bool() const { return !failed_; }
    Error& error() { return error_; }
    const Error& error() const { return error_; }

  private:
    Error error_;
    bool failed_ = false;
};

}  // namespace saker
