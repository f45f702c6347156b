#include "engine/lang/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/base/escape.h"
#include "engine/lang/path_prefixes.h"

namespace saker::lang {
namespace {

// What one expression may use for its program and for states it learns while running.
constexpr int64_t kRegexMemory = 8 << 20;

using MatcherResult = Result<std::unique_ptr<Matcher>>;

/// A matcher of texts (and bytes) from a function of one text.
template <class Predicate>
class TextMatcher final : public Matcher {
  public:
    explicit TextMatcher(Predicate predicate) : predicate_(std::move(predicate)) {}

    bool matches(const Value& left) const override {
        const auto* text = std::get_if<std::string_view>(&left);
        return text && predicate_(*text);
    }

  private:
    Predicate predicate_;
};

template <class Predicate>
MatcherResult text_matcher(Predicate predicate) {
    return MatcherResult(std::make_unique<TextMatcher<Predicate>>(std::move(predicate)));
}

struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

MatcherResult text_set(std::span<const Literal> literals) {
    std::unordered_set<std::string, TextHash, std::equal_to<>> set;
    for (const Literal& literal : literals) {
        set.insert(literal.bytes);
    }
    return text_matcher(
        [set = std::move(set)](std::string_view text) { return set.find(text) != set.end(); });
}

/// Compares with one literal that is not a text, as `compare` does.
class ScalarMatcher final : public Matcher {
  public:
    ScalarMatcher(const Operator& op, Value right) : op_(&op), right_(right) {}

    bool matches(const Value& left) const override {
        return !std::holds_alternative<Absent>(left) && compare(*op_, left, right_);
    }

  private:
    const Operator* op_;
    Value right_;
};

template <class T>
constexpr bool kIsNumber =
    std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t> || std::is_same_v<T, double>;

/// `in` a list of numbers, truths or addresses.
class ScalarSet final : public Matcher {
  public:
    explicit ScalarSet(std::span<const Literal> literals) {
        for (const Literal& literal : literals) {
            values_.push_back(literal.other);
        }
        std::ranges::sort(values_, Less{});
    }

    bool matches(const Value& left) const override {
        return std::ranges::binary_search(values_, left, Less{});
    }

  private:
    /// Any order will do, as long as values that are equal are neighbours. Readers choose between
    /// signed and unsigned freely, so numbers are one kind.
    struct Less {
        bool operator()(const Value& left, const Value& right) const {
            return std::visit(*this, left, right);
        }
        bool operator()(const Address& left, const Address& right) const {
            return std::pair(left.is_v6, left.bytes) < std::pair(right.is_v6, right.bytes);
        }
        bool operator()(bool left, bool right) const { return left < right; }
        template <class Left, class Right>
        bool operator()(const Left& left, const Right& right) const {
            if constexpr (kIsNumber<Left> && kIsNumber<Right>) {
                if constexpr (std::is_integral_v<Left> && std::is_integral_v<Right>) {
                    return std::cmp_less(left, right);
                } else {
                    return static_cast<double>(left) < static_cast<double>(right);
                }
            } else {
                return kind<Left>() < kind<Right>();
            }
        }

        template <class T>
        static constexpr int kind() {
            return kIsNumber<T>                 ? 1
                   : std::is_same_v<T, bool>    ? 2
                   : std::is_same_v<T, Address> ? 3
                                                : 4;
        }
    };

    std::vector<Value> values_;
};

/// Inside, or for `!=` outside, networks.
class NetworkMatcher final : public Matcher {
  public:
    NetworkMatcher(const Operator& op, std::span<const Literal> literals)
        : outside_(op.family == Family::unequal) {
        for (const Literal& literal : literals) {
            networks_.push_back({std::get<Address>(literal.other), literal.prefix_bits});
        }
    }

    bool matches(const Value& left) const override {
        const auto* address = std::get_if<Address>(&left);
        return address && outside_ != std::ranges::any_of(networks_, [&](const Network& network) {
                              return network.holds(*address);
                          });
    }

  private:
    struct Network {
        Address base;
        uint8_t bits;

        bool holds(const Address& address) const {
            if (address.is_v6 != base.is_v6) {
                return false;
            }
            const size_t whole = bits / 8;
            const unsigned rest = bits % 8U;
            return std::equal(base.bytes.begin(), base.bytes.begin() + whole,
                              address.bytes.begin()) &&
                   (rest == 0 || (base.bytes[whole] ^ address.bytes[whole]) >> (8U - rest) == 0);
        }
    };

    std::vector<Network> networks_;
    bool outside_;
};

/// Expressions see characters: each byte that belongs to none is seen as U+FFFD. Most texts are
/// clean and stay where they are; most others fit the room on the stack.
class Repaired {
  public:
    explicit Repaired(std::string_view text) : text_(text) {
        size_t clean = 0;
        while (clean < text.size() && utf8_length(text.substr(clean)) > 0) {
            clean += utf8_length(text.substr(clean));
        }
        if (clean < text.size()) {
            repair(clean);
        }
    }

    std::string_view text() const { return text_; }

  private:
    static constexpr std::string_view kReplacement = "\xef\xbf\xbd";

    void repair(size_t at) {
        const size_t most = text_.size() * kReplacement.size();
        if (most > room_.size()) {
            large_.resize(most);
        }
        char* const begin = large_.empty() ? room_.data() : large_.data();
        char* end = std::copy_n(text_.data(), at, begin);
        while (at < text_.size()) {
            const size_t length = utf8_length(text_.substr(at));
            const auto piece = length ? text_.substr(at, length) : kReplacement;
            end = std::copy(piece.begin(), piece.end(), end);
            at += length ? length : 1;
        }
        text_ = {begin, static_cast<size_t>(end - begin)};
    }

    std::string_view text_;
    std::array<char, 12 * 1024> room_;
    std::string large_;
};

class RegexMatcher final : public Matcher {
  public:
    static MatcherResult make(const std::string& pattern) {
        RE2::Options options(RE2::POSIX);
        options.set_log_errors(false);
        options.set_max_mem(kRegexMemory);
        auto matcher = std::make_unique<RegexMatcher>(pattern, options);
        if (!matcher->regex_.ok()) {
            return Error{
                "'" + pattern + "' is not a regular expression: " + matcher->regex_.error(),
                "the syntax is POSIX: [[:digit:]] for digits, no \\d, \\w, (?i) or *?",
                {}};
        }
        return MatcherResult(std::move(matcher));
    }

    RegexMatcher(const std::string& pattern, const RE2::Options& options)
        : regex_(pattern, options) {}

    bool matches(const Value& left) const override {
        const auto* text = std::get_if<std::string_view>(&left);
        if (!text) {
            return false;
        }
        const Repaired clean(*text);
        const re2::StringPiece piece(clean.text().data(), clean.text().size());
        return regex_.Match(piece, 0, piece.size(), RE2::ANCHOR_BOTH, nullptr, 0);
    }

  private:
    RE2 regex_;
};

MatcherResult path_matcher(std::span<const Literal> literals) {
    PathPrefixes prefixes;
    for (const Literal& literal : literals) {
        prefixes.add(literal.bytes);
    }
    return text_matcher(
        [prefixes = std::move(prefixes)](std::string_view path) { return prefixes.cover(path); });
}

bool is_text(FieldType type) {
    return type == FieldType::text || type == FieldType::path || type == FieldType::bytes;
}

MatcherResult one_text(const Operator& op, const std::string& right) {
    switch (op.family) {
        case Family::contains:
            if (op.fold_case) {
                return text_matcher(
                    [right](std::string_view text) { return contains_folded(text, right); });
            }
            return text_matcher([right](std::string_view text) {
                return text.find(right) != std::string_view::npos;
            });
        case Family::prefix:
            return text_matcher([right](std::string_view text) { return text.starts_with(right); });
        case Family::suffix:
            return text_matcher([right](std::string_view text) { return text.ends_with(right); });
        case Family::glob:
            return text_matcher([right, fold = op.fold_case](std::string_view text) {
                return glob_matches(right, text, fold);
            });
        case Family::regex:
            return RegexMatcher::make(right);
        default:
            return text_matcher([&op, right](std::string_view text) {
                return compare(op, Value(text), Value(std::string_view(right)));
            });
    }
}

}  // namespace

MatcherResult make_matcher(const Operator& op, FieldType type, std::span<const Literal> literals) {
    const bool is_set = op.family == Family::in || op.family == Family::intersects;
    if (type == FieldType::network) {
        return MatcherResult(std::make_unique<NetworkMatcher>(op, literals));
    }
    if (op.family == Family::path_match) {
        return path_matcher(literals);
    }
    if (is_set) {
        return is_text(type) ? text_set(literals)
                             : MatcherResult(std::make_unique<ScalarSet>(literals));
    }
    const Literal& literal = literals.front();
    return is_text(type) ? one_text(op, literal.bytes)
                         : MatcherResult(std::make_unique<ScalarMatcher>(op, literal.other));
}

}  // namespace saker::lang
