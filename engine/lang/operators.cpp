#include "engine/lang/operators.h"

#include <algorithm>
#include <compare>
#include <type_traits>
#include <utility>

#include "engine/lang/matcher.h"
#include "engine/lang/text_match.h"

namespace saker::lang {
namespace {

constexpr uint16_t bit(FieldType type) {
    return static_cast<uint16_t>(1U << static_cast<unsigned>(type));
}

constexpr uint16_t kText = bit(FieldType::text) | bit(FieldType::path);
constexpr uint16_t kBytes = bit(FieldType::bytes);
constexpr uint16_t kNumbers = bit(FieldType::signed_number) | bit(FieldType::unsigned_number) |
                              bit(FieldType::real) | bit(FieldType::port) |
                              bit(FieldType::relative_time) | bit(FieldType::absolute_time);
constexpr uint16_t kAddresses = bit(FieldType::address) | bit(FieldType::network);
constexpr uint16_t kComparable = kText | kBytes | kNumbers | kAddresses | bit(FieldType::boolean);
constexpr uint16_t kEverything = kComparable | bit(FieldType::dynamic);

constexpr Operator kOperators[] = {
    {.spelling = "exists",
     .family = Family::exists,
     .right = RightSide::nothing,
     .types = kEverything,
     .on_lists = true,
     .help = "the field has a value, even an empty one"},
    {.spelling = "=", .family = Family::equal, .types = kComparable, .help = "is the value"},
    {.spelling = "==", .family = Family::equal, .types = kComparable, .help = "the same as ="},
    {.spelling = "!=",
     .family = Family::unequal,
     .types = kComparable,
     .help = "has a value, and another one"},
    {.spelling = "<",
     .family = Family::less,
     .right = RightSide::number,
     .types = kNumbers | kText,
     .help = "is less; texts compare byte by byte"},
    {.spelling = "<=",
     .family = Family::less_equal,
     .right = RightSide::number,
     .types = kNumbers | kText,
     .help = "is less or the same"},
    {.spelling = ">",
     .family = Family::greater,
     .right = RightSide::number,
     .types = kNumbers | kText,
     .help = "is greater"},
    {.spelling = ">=",
     .family = Family::greater_equal,
     .right = RightSide::number,
     .types = kNumbers | kText,
     .help = "is greater or the same"},
    {.spelling = "contains",
     .family = Family::contains,
     .types = kText | kBytes,
     .help = "has the value somewhere inside"},
    {.spelling = "icontains",
     .family = Family::contains,
     .types = kText,
     .fold_case = true,
     .help = "contains, whatever the case of letters"},
    {.spelling = "bcontains",
     .family = Family::contains,
     .types = kBytes,
     .hex = true,
     .help = "contains the bytes given in hexadecimal"},
    {.spelling = "startswith",
     .family = Family::prefix,
     .types = kText | kBytes,
     .help = "begins with the value"},
    {.spelling = "bstartswith",
     .family = Family::prefix,
     .types = kBytes,
     .hex = true,
     .help = "begins with the bytes given in hexadecimal"},
    {.spelling = "endswith",
     .family = Family::suffix,
     .types = kText | kBytes,
     .help = "ends with the value"},
    {.spelling = "glob",
     .family = Family::glob,
     .types = kText,
     .help = "is like the shell pattern; * crosses directories"},
    {.spelling = "iglob",
     .family = Family::glob,
     .types = kText,
     .fold_case = true,
     .help = "glob, whatever the case of letters"},
    {.spelling = "regex",
     .family = Family::regex,
     .types = kText,
     .on_fields = false,
     .help = "matches the POSIX regular expression as a whole"},
    {.spelling = "in",
     .family = Family::in,
     .right = RightSide::list,
     .types = kComparable,
     .on_lists = true,
     .help = "is one of the list; of a field with many values, all are"},
    {.spelling = "intersects",
     .family = Family::intersects,
     .right = RightSide::list,
     .types = kComparable,
     .on_lists = true,
     .help = "is one of the list; of a field with many values, any is"},
    {.spelling = "pmatch",
     .family = Family::path_match,
     .right = RightSide::list,
     .types = kText,
     .on_fields = false,
     .help = "is one of the paths or below it; their parts may hold wildcards"},
};

template <class T>
constexpr bool kIsInteger = std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>;

/// How the sides stand to each other; unordered when they are not of one kind.
struct Order {
    std::partial_ordering operator()(std::string_view left, std::string_view right) const {
        return left <=> right;
    }
    std::partial_ordering operator()(bool left, bool right) const { return left <=> right; }
    std::partial_ordering operator()(const Address& left, const Address& right) const {
        return left == right ? std::partial_ordering::equivalent : std::partial_ordering::less;
    }
    template <class Left, class Right>
    std::partial_ordering operator()(const Left& left, const Right& right) const {
        if constexpr (kIsInteger<Left> && kIsInteger<Right>) {
            return std::cmp_less(left, right)    ? std::partial_ordering::less
                   : std::cmp_equal(left, right) ? std::partial_ordering::equivalent
                                                 : std::partial_ordering::greater;
        } else if constexpr ((kIsInteger<Left> || std::is_same_v<Left, double>)&&(
                                 kIsInteger<Right> || std::is_same_v<Right, double>)) {
            return static_cast<double>(left) <=> static_cast<double>(right);
        } else {
            return std::partial_ordering::unordered;
        }
    }
};

bool compare_texts(const Operator& op, std::string_view left, std::string_view right) {
    switch (op.family) {
        case Family::contains:
            return op.fold_case ? contains_folded(left, right)
                                : left.find(right) != std::string_view::npos;
        case Family::prefix:
            return left.starts_with(right);
        case Family::suffix:
            return left.ends_with(right);
        case Family::glob:
            return glob_matches(right, left, op.fold_case);
        default:
            return false;
    }
}

}  // namespace

std::span<const Operator> all_operators() {
    return kOperators;
}

const Operator* find_operator(std::string_view spelling) {
    const auto* found = std::ranges::find(kOperators, spelling, &Operator::spelling);
    return found == std::end(kOperators) ? nullptr : found;
}

bool compare(const Operator& op, const Value& left, const Value& right) {
    const std::partial_ordering order = std::visit(Order{}, left, right);
    switch (op.family) {
        case Family::equal:
        case Family::in:
        case Family::intersects:
            return order == 0;
        case Family::unequal:
            return order != 0;
        case Family::less:
            return order < 0;
        case Family::less_equal:
            return order <= 0;
        case Family::greater:
            return order > 0;
        case Family::greater_equal:
            return order >= 0;
        default: {
            const auto* text = std::get_if<std::string_view>(&left);
            const auto* other = std::get_if<std::string_view>(&right);
            return text && other && compare_texts(op, *text, *other);
        }
    }
}

}  // namespace saker::lang
