#include "engine/lang/doubts.h"

#include <algorithm>

#include "engine/lang/resolve.h"
#include "engine/lang/transformers.h"

namespace saker::lang {
namespace {

std::string without_blanks(std::string_view text) {
    std::string bare;
    std::ranges::copy_if(text, std::back_inserter(bare),
                         [](char c) { return c != ' ' && (c < '\t' || c > '\r'); });
    return bare;
}

bool is_field(const std::string& text) {
    size_t length = 0;
    const auto term = parse_term(text, length);
    const auto* name = term ? std::get_if<FieldName>(&term->node) : nullptr;
    FieldArgument rest;
    if (!name || length != text.size() || !find_field(name->name, rest)) {
        return false;  // without looking for names that are like it, as resolving does
    }
    std::vector<Mistake> ignored;
    return resolve_field(*name, ignored).has_value();
}

bool is_call(std::string_view text) {
    const auto name = text.substr(0, text.find('('));
    return name.size() < text.size() && text.ends_with(')') &&
           (name == "val" || find_transformer(name));
}

/// Nothing but plain text, apart from anchors and "anything" at its ends.
bool is_simple(std::string_view pattern) {
    static constexpr std::string_view kSpecial = ".+*?^$()[]{}|\\";
    static constexpr std::string_view kRepeat = "+*?";
    if (pattern.starts_with('^')) {
        pattern.remove_prefix(1);
    } else if (pattern.size() > 1 && pattern[0] == '.' &&
               kRepeat.find(pattern[1]) != kRepeat.npos) {
        pattern.remove_prefix(2);
    }
    const size_t size = pattern.size();
    if (pattern.ends_with('$')) {
        pattern.remove_suffix(1);
    } else if (size > 1 && pattern[size - 2] == '.' &&
               kRepeat.find(pattern[size - 1]) != kRepeat.npos) {
        pattern.remove_suffix(2);
    }
    return pattern.find_first_of(kSpecial) == std::string_view::npos;
}

}  // namespace

void note_doubts(const Operator& op, const Word& word, std::vector<Mistake>& mistakes) {
    if (op.family == Family::regex && is_simple(word.text)) {
        mistakes.push_back(doubt("the expression '" + word.text + "' needs no regex",
                                 "=, contains, startswith or endswith do it faster", word.span));
    }
    const auto bare = without_blanks(word.text);
    if (is_field(bare)) {
        mistakes.push_back(
            doubt("'" + word.text + "' is the name of a field, but here it is a text",
                  "write val(" + bare + ") to compare with the field", word.span));
    }
    if (is_call(bare)) {
        mistakes.push_back(
            doubt("'" + word.text + "' reads like a transformer, but here it is a text",
                  "write it without quotes to have it computed", word.span));
    }
}

}  // namespace saker::lang
