#include "tests/support/oracle.h"

#include <fnmatch.h>
#include <re2/re2.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

namespace saker::testing {
namespace {

using lang::Family;
using lang::Literal;
using lang::Modifier;
using lang::Several;
using lang::Test;

std::string lower(std::string text) {
    for (char& c : text) {
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return text;
}

std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : path + "/") {
        if (c != '/') {
            part.push_back(c);
        } else if (!part.empty()) {
            parts.push_back(std::move(part));
            part.clear();
        }
    }
    return parts;
}

bool is_below(const std::string& path, const std::string& prefix) {
    const auto parts = parts_of(path);
    const auto wanted = parts_of(prefix);
    if (wanted.size() > parts.size()) {
        return false;
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
        const bool pattern = wanted[i].find_first_of("?*[") != std::string::npos;
        if (pattern ? fnmatch(wanted[i].c_str(), parts[i].c_str(), 0) != 0
                    : wanted[i] != parts[i]) {
            return false;
        }
    }
    return true;
}

std::string repaired(const std::string& text) {
    std::string clean;
    for (size_t i = 0; i < text.size();) {
        size_t length = 0;
        for (size_t tried = 1; tried <= 4 && i + tried <= text.size() && length == 0; ++tried) {
            RE2::Options options;
            options.set_log_errors(false);
            // RE2 itself says which bytes are one character.
            static const RE2 any_character("(?s).", options);
            length = RE2::FullMatch(text.substr(i, tried), any_character) ? tried : 0;
        }
        clean += length ? text.substr(i, length) : "\xef\xbf\xbd";
        i += length ? length : 1;
    }
    return clean;
}

bool texts_compare(const Test& test, const std::string& left, const std::string& right) {
    switch (test.op->family) {
        case Family::equal:
        case Family::in:
        case Family::intersects:
            return left == right;
        case Family::unequal:
            return left != right;
        case Family::less:
            return left < right;
        case Family::less_equal:
            return left <= right;
        case Family::greater:
            return left > right;
        case Family::greater_equal:
            return left >= right;
        case Family::contains:
            return test.op->fold_case ? lower(left).find(lower(right)) != std::string::npos
                                      : left.find(right) != std::string::npos;
        case Family::prefix:
            return left.substr(0, right.size()) == right;
        case Family::suffix:
            return left.size() >= right.size() && left.substr(left.size() - right.size()) == right;
        case Family::glob:
            return fnmatch(right.c_str(), left.c_str(), test.op->fold_case ? FNM_CASEFOLD : 0) == 0;
        case Family::path_match:
            return is_below(left, right);
        case Family::regex:
            return RE2::FullMatch(repaired(left), RE2(right, RE2::POSIX));
        case Family::exists:
            break;
    }
    return true;
}

bool orders(const Test& test, long double left, long double right) {
    switch (test.op->family) {
        case Family::unequal:
            return left != right;
        case Family::less:
            return left < right;
        case Family::less_equal:
            return left <= right;
        case Family::greater:
            return left > right;
        case Family::greater_equal:
            return left >= right;
        default:
            return left == right;
    }
}

long double number_of(const Value& value) {
    if (const auto* number = std::get_if<int64_t>(&value)) {
        return *number;
    }
    if (const auto* number = std::get_if<uint64_t>(&value)) {
        return *number;
    }
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth ? 1 : 0;
    }
    return std::get<double>(value);
}

bool same_bits(const Address& left, const Address& right, unsigned bits) {
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned mask = 0x80U >> bit % 8;
        if ((left.bytes[bit / 8] & mask) != (right.bytes[bit / 8] & mask)) {
            return false;
        }
    }
    return true;
}

bool compares(const Test& test, const Value& left, const Value& right, unsigned bits) {
    if (const auto* address = std::get_if<Address>(&left)) {
        const auto& other = std::get<Address>(right);
        const bool same = address->is_v6 == other.is_v6 && same_bits(*address, other, bits);
        return same != (test.op->family == Family::unequal);
    }
    if (const auto* text = std::get_if<std::string_view>(&left)) {
        return texts_compare(test, std::string(*text),
                             std::string(std::get<std::string_view>(right)));
    }
    return orders(test, number_of(left), number_of(right));
}

unsigned bits_of(const Test& test, const Literal& literal) {
    const auto* address = std::get_if<Address>(&literal.other);
    return test.left.type == lang::FieldType::network ? literal.prefix_bits
           : address && address->is_v6                ? 128
                                                      : 32;
}

bool weighed(const Test& test, const std::vector<bool>& answers) {
    const auto hits = std::count(answers.begin(), answers.end(), true);
    switch (test.modifier) {
        case Modifier::one_of:
            return hits == 1;
        case Modifier::all_of:
            return !answers.empty() && hits == static_cast<long>(answers.size());
        default:
            return hits > 0;
    }
}

bool one_holds(const Test& test, const Value& left, std::span<const Value> right, bool negated) {
    std::vector<bool> answers;
    if (test.has_literals()) {
        for (const Literal& literal : test.literals()) {
            answers.push_back(compares(test, left, literal.value(), bits_of(test, literal)));
        }
    } else {
        for (const Value& value : right) {
            answers.push_back(compares(test, left, value, 128));
        }
        if (negated && test.right.several == Several::names) {
            return std::find(answers.begin(), answers.end(), false) == answers.end();
        }
    }
    return weighed(test, answers);
}

bool ends_hold(const Test& test, std::span<const Value> left) {
    std::vector<bool> answers;
    for (const Literal& literal : test.literals()) {
        std::vector<bool> ends;
        for (const Value& value : left) {
            ends.push_back(compares(test, value, literal.value(), bits_of(test, literal)));
        }
        const bool all = std::find(ends.begin(), ends.end(), false) == ends.end();
        const bool any = std::find(ends.begin(), ends.end(), true) != ends.end();
        answers.push_back(test.op->family == Family::unequal ? all : any);
    }
    return weighed(test, answers);
}

bool test_holds(const Test& test, lang::FieldReader& reader, bool negated) {
    Scratch scratch;
    lang::Values left(scratch);
    lang::Values right(scratch);
    lang::evaluate(test.left, reader, left);
    if (left.empty() || test.op->family == Family::exists) {
        return !left.empty();
    }
    if (!test.has_literals()) {
        lang::evaluate(test.right, reader, right);
        if (right.empty()) {
            return false;
        }
    }
    if (test.left.several == Several::ends) {
        return ends_hold(test, left.all());
    }
    size_t hits = 0;
    for (const Value& value : left.all()) {
        hits += one_holds(test, value, right.all(), negated) ? 1 : 0;
    }
    const bool all = (test.left.several == Several::names && negated) ||
                     (test.left.several == Several::list && test.op->family == Family::in);
    return all ? hits == left.size() : hits > 0;
}

}  // namespace

bool is_true(const lang::Condition& condition, lang::FieldReader& reader, bool negated) {
    if (const auto* test = std::get_if<Test>(&condition.node)) {
        return test_holds(*test, reader, negated);
    }
    if (const auto* negation = std::get_if<lang::Negation>(&condition.node)) {
        return !is_true(*negation->term, reader, !negated);
    }
    if (const auto* all = std::get_if<lang::AllOf>(&condition.node)) {
        return std::ranges::all_of(all->terms, [&](const lang::Condition& term) {
            return is_true(term, reader, negated);
        });
    }
    return std::ranges::any_of(
        std::get<lang::AnyOf>(condition.node).terms,
        [&](const lang::Condition& term) { return is_true(term, reader, negated); });
}

}  // namespace saker::testing
