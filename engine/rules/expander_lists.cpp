// The half of the expander that puts lists in.
#include <algorithm>

#include "engine/rules/codes.h"
#include "engine/rules/expander.h"

namespace saker::rules {
namespace {

constexpr size_t kDeepestLists = 200;
constexpr size_t kLongestList = 1'000'000;

}  // namespace

lang::Word word_of(const Text& text) {
    lang::Word word;
    word.text = text.value;
    word.span = {text.place.offset, text.place.offset, Report::source_of_file(text.place.file)};
    // Files written for textual substitution put quotes of their own around some items.
    const char first = text.value.empty() ? '\0' : text.value.front();
    if ((first == '"' || first == '\'') && text.value.size() > 1 && text.value.back() == first) {
        if (const Result<lang::Expr> parsed = lang::parse_condition("a.b = " + text.value)) {
            const auto* compare = std::get_if<lang::Compare>(&parsed->node);
            const bool alone = compare != nullptr && compare->right.size() == 1;
            const auto* quoted =
                alone ? std::get_if<lang::Word>(&compare->right.front().node) : nullptr;
            if (quoted != nullptr) {
                word.text = quoted->text;
                word.quoted = true;
            }
        }
    }
    return word;
}

const Expander::List* Expander::list(const std::string& name) {
    const ListItem* written = items_.lists().find(name);
    if (written == nullptr) {
        return nullptr;
    }
    used_lists_.insert(name);
    List& entry = lists_[name];
    if (entry.state == State::fresh) {
        open_list(*written, entry);
    }
    return &entry;
}

void Expander::open_list(const ListItem& written, List& entry) {
    const std::string own = item_name("list", written.name);
    const auto refuse = [&](const std::string& message, const Text& item) {
        report_.error({codes::kValidate, message, "", own}, item.place);
        entry.state = State::bad;
    };
    entry.state = State::open;
    ++list_depth_;
    for (const Text& item : written.items) {
        // A list may hold a value that happens to be its own name.
        const bool refers =
            item.value != written.name.value && items_.lists().find(item.value) != nullptr;
        if (!refers) {
            entry.words.push_back(word_of(item));
            continue;
        }
        if (list_depth_ >= kDeepestLists) {
            refuse("lists refer to one another too deeply", item);
            break;
        }
        const List* inner = list(item.value);
        if (inner->state == State::open) {
            refuse("reference loop in list '" + item.value + "'", item);
            break;
        }
        if (entry.words.size() + inner->words.size() > kLongestList) {
            refuse("the list grows too large when the lists in it expand", item);
            break;
        }
        entry.words.insert(entry.words.end(), inner->words.begin(), inner->words.end());
    }
    --list_depth_;
    total_ += entry.words.size();
    if (entry.state == State::open) {
        entry.state = State::done;
    }
}

bool Expander::expand_compare(lang::Compare& compare, Measure& measure, const std::string& item) {
    bool sound = true;
    for (lang::Term& right : compare.right) {
        if (auto* values = std::get_if<std::unique_ptr<lang::ValueList>>(&right.node)) {
            sound = expand_values(**values, right.span, measure, item) && sound;
        } else {
            sound = expand_word(right, item) && sound;
        }
    }
    return sound;
}

bool Expander::expand_values(lang::ValueList& values, const lang::Span& span, Measure& measure,
                             const std::string& item) {
    std::vector<lang::Term> expanded;
    expanded.reserve(values.items.size());
    for (lang::Term& value : values.items) {
        const auto* word = std::get_if<lang::Word>(&value.node);
        const List* found = word == nullptr || word->quoted ? nullptr : list(word->text);
        if (found == nullptr) {
            expanded.push_back(std::move(value));
            continue;
        }
        if (found->state != State::done) {
            return false;
        }
        measure.size += found->words.size();
        if (grown_too_large(measure, span, item)) {
            return false;
        }
        if (values.is_name && found->words.size() != 1) {
            report_.error({codes::kCondition, "expected a list after the operator",
                           "write ( ) around the list's name: (" + word->text + ")", item},
                          report_.place_of(span));
            return false;
        }
        values.is_name = false;
        for (const lang::Word& inner : found->words) {
            lang::Term& term = expanded.emplace_back();
            term.span = inner.span;
            term.node = inner;
        }
    }
    values.items = std::move(expanded);
    measure.size += values.items.size();
    return true;
}

bool Expander::expand_word(lang::Term& term, const std::string& item) {
    const auto* word = std::get_if<lang::Word>(&term.node);
    const List* found = word == nullptr || word->quoted ? nullptr : list(word->text);
    if (found == nullptr) {
        return true;
    }
    if (found->state == State::done && found->words.size() == 1) {
        lang::Word only = found->words.front();
        term.node = std::move(only);
        return true;
    }
    if (found->state == State::done) {
        report_.error({codes::kCondition,
                       "unexpected token: '" + word->text + "' is a list, a single value is wanted",
                       "use 'in' or 'anyof' with (" + word->text + "), or quote the word", item},
                      report_.place_of(term.span));
    }
    return false;
}

}  // namespace saker::rules
