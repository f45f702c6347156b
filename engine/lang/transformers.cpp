#include "engine/lang/transformers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "engine/event/scratch_text.h"
#include "engine/lang/condition.h"
#include "engine/lang/getopt.h"
#include "engine/lang/text_match.h"

namespace saker::lang {
namespace {

constexpr uint8_t kAnyNumber = 255;

bool is_text(const Operand& operand) {
    return operand.type == FieldType::text || operand.type == FieldType::path;
}

bool is_bytes(const Operand& operand) {
    return is_text(operand) || operand.type == FieldType::bytes;
}

Error unfit(const TransformUse& use, std::string what) {
    return {std::string(use.transformer->name) + "() wants " + std::move(what),
            "it is used as " + std::string(use.transformer->usage),
            {}};
}

/// What is made of each value alone keeps the field's many values.
void like_input(const TransformUse& use, Operand& result) {
    result.type = use.inputs.front().type;
    result.several = use.inputs.front().several;
}

Result<void> type_text_to_text(const TransformUse& use, Operand& result) {
    if (!is_text(use.inputs.front())) {
        return unfit(use, "a text");
    }
    like_input(use, result);
    return {};
}

Result<void> type_bytes_to_bytes(const TransformUse& use, Operand& result) {
    if (!is_bytes(use.inputs.front())) {
        return unfit(use, "a text or bytes");
    }
    like_input(use, result);
    return {};
}

Result<void> type_len(const TransformUse& use, Operand& result) {
    const Operand& input = use.inputs.front();
    if (!input.is_list() && !is_bytes(input)) {
        return unfit(use, "a text, bytes or a list");
    }
    result.type = FieldType::unsigned_number;
    result.several = input.is_list() ? Several::single : input.several;
    return {};
}

Result<void> type_join(const TransformUse& use, Operand& result) {
    if (use.inputs[0].is_list() || !is_text(use.inputs[0])) {
        return unfit(use, "a text as separator");
    }
    if (!use.inputs[1].is_list()) {
        return unfit(use, "a list after the separator");
    }
    result.type = FieldType::text;
    return {};
}

Result<void> type_concat(const TransformUse& use, Operand& result) {
    const bool texts = std::ranges::all_of(
        use.inputs, [](const Operand& input) { return is_text(input) && !input.is_list(); });
    if (!texts) {
        return unfit(use, "texts only");
    }
    result.type = FieldType::text;
    const bool names = std::ranges::any_of(
        use.inputs, [](const Operand& input) { return input.several == Several::names; });
    result.several = names ? Several::names : Several::single;
    return {};
}

Result<void> type_getopt(const TransformUse& use, Operand& result) {
    if (!use.inputs[0].is_list() || !is_text(use.inputs[0])) {
        return unfit(use, "a list of texts first");
    }
    if (use.inputs[1].is_list() || !is_text(use.inputs[1])) {
        return unfit(use, "a text that names the options, as in getopt(3)");
    }
    result.type = FieldType::text;
    result.several = use.argument.given ? Several::single : Several::list;
    return {};
}

/// Replaces each value of the only input by what `change` makes of it; absent when it makes none.
template <class Change>
void for_each_text(const TransformUse& use, FieldReader& reader, Values& out, Change change) {
    const size_t begin = out.size();
    evaluate(use.inputs.front(), reader, out);
    for (size_t i = begin; i < out.size(); ++i) {
        const auto* text = std::get_if<std::string_view>(&out.all()[i]);
        const Value changed = text ? change(*text, out.scratch()) : Value();
        if (std::holds_alternative<Absent>(changed)) {
            out.shorten(begin);
            return;
        }
        out.set(i, changed);
    }
}

template <char (*kFold)(char)>
void apply_case(const TransformUse& use, FieldReader& reader, Values& out) {
    for_each_text(use, reader, out, [](std::string_view text, Scratch& scratch) {
        char* room = scratch.take(text.size());
        std::ranges::transform(text, room, kFold);
        return Value(std::string_view(room, text.size()));
    });
}

void apply_basename(const TransformUse& use, FieldReader& reader, Values& out) {
    for_each_text(use, reader, out, [](std::string_view text, Scratch&) {
        return Value(text.substr(text.rfind('/') + 1));
    });
}

int base64_digit(char c) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t digit = kDigits.find(c);
    return digit == std::string_view::npos ? -1 : static_cast<int>(digit);
}

/// Padding may be missing; anything else that is not base64 makes it absent.
Value decoded_base64(std::string_view text, Scratch& scratch) {
    const size_t padding = text.size() - (text.find_last_not_of('=') + 1);
    text.remove_suffix(padding);
    const bool whole = padding == 0 || (padding <= 2 && (text.size() + padding) % 4 == 0);
    if (!whole || text.size() % 4 == 1) {
        return {};
    }
    char* room = scratch.take(text.size() / 4 * 3 + 3);
    size_t length = 0;
    uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int digit = base64_digit(c);
        if (digit < 0) {
            return {};
        }
        held = held << 6U | static_cast<uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            room[length++] = static_cast<char>(held >> bits & 0xffU);
        }
    }
    return std::string_view(room, length);
}

void apply_base64(const TransformUse& use, FieldReader& reader, Values& out) {
    const bool is_text_result = is_text(use.inputs.front());
    for_each_text(use, reader, out, [&](std::string_view text, Scratch& scratch) {
        const Value decoded = decoded_base64(text, scratch);
        const auto* made = std::get_if<std::string_view>(&decoded);
        // Texts end at a NUL everywhere else, so they do here.
        return made && is_text_result ? Value(made->substr(0, made->find('\0'))) : decoded;
    });
}

void apply_len(const TransformUse& use, FieldReader& reader, Values& out) {
    const size_t begin = out.size();
    if (!use.inputs.front().is_list()) {
        for_each_text(use, reader, out, [](std::string_view text, Scratch&) {
            return Value(static_cast<uint64_t>(text.size()));
        });
        return;
    }
    evaluate(use.inputs.front(), reader, out);
    const uint64_t count = out.size() - begin;
    const bool is_written = std::holds_alternative<std::vector<Operand>>(use.inputs.front().node);
    out.shorten(begin);
    if (count > 0 || is_written) {
        out.add(count);
    }
}

std::string_view printed(const Value& value, Scratch& scratch) {
    static constexpr size_t kLongestNumber = 32;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        return *text;
    }
    if (const auto* truth = std::get_if<bool>(&value)) {
        return *truth ? "true" : "false";
    }
    if (const auto* address = std::get_if<Address>(&value)) {
        char* room = scratch.take(INET6_ADDRSTRLEN);
        inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes.data(), room,
                  INET6_ADDRSTRLEN);
        return room;
    }
    char* room = scratch.take(kLongestNumber);
    char* end = room;
    if (const auto* number = std::get_if<int64_t>(&value)) {
        end = std::to_chars(room, room + kLongestNumber, *number).ptr;
    } else if (const auto* size = std::get_if<uint64_t>(&value)) {
        end = std::to_chars(room, room + kLongestNumber, *size).ptr;
    } else if (const auto* real = std::get_if<double>(&value)) {
        end = std::to_chars(room, room + kLongestNumber, *real, std::chars_format::fixed, 1).ptr;
    }
    return {room, static_cast<size_t>(end - room)};
}

/// Puts the texts added since `begin` together, with `between` them, in place of them all.
void join_since(Values& out, size_t begin, std::string_view between) {
    size_t length = 0;
    for (size_t i = begin; i < out.size(); ++i) {
        const auto text = printed(out.all()[i], out.scratch());
        out.set(i, text);
        length += text.size() + (i > begin ? between.size() : 0);
    }
    char* room = out.scratch().take(length);
    char* end = room;
    for (size_t i = begin; i < out.size(); ++i) {
        if (i > begin) {
            end = std::ranges::copy(between, end).out;
        }
        end = std::ranges::copy(std::get<std::string_view>(out.all()[i]), end).out;
    }
    out.shorten(begin);
    out.add(std::string_view(room, length));
}

/// Evaluates an input that is one text, and takes it off `out` again.
std::optional<std::string_view> one_text(const Operand& input, FieldReader& reader, Values& out) {
    const size_t begin = out.size();
    evaluate(input, reader, out);
    const auto* text =
        out.size() > begin ? std::get_if<std::string_view>(&out.all()[begin]) : nullptr;
    const auto taken = text ? std::optional(*text) : std::nullopt;
    out.shorten(begin);
    return taken;
}

void apply_join(const TransformUse& use, FieldReader& reader, Values& out) {
    const auto between = one_text(use.inputs[0], reader, out);
    if (!between) {
        return;
    }
    const size_t begin = out.size();
    evaluate(use.inputs[1], reader, out);
    const auto* items = std::get_if<std::vector<Operand>>(&use.inputs[1].node);
    if (out.size() > begin || (items && items->empty())) {
        join_since(out, begin, *between);
    }
}

/// Puts every text added since `end` behind every one of those between `begin` and `end`.
void put_behind(Values& out, size_t begin, size_t end) {
    const size_t behind = out.size();
    for (size_t left = begin; left < end; ++left) {
        for (size_t right = end; right < behind; ++right) {
            ScratchText text(out.scratch());
            text.add(printed(out.all()[left], out.scratch()));
            out.add(text.add(printed(out.all()[right], out.scratch())).view());
        }
    }
    const size_t made = out.size() - behind;
    for (size_t i = 0; i < made; ++i) {
        out.set(begin + i, out.all()[behind + i]);
    }
    out.shorten(begin + made);
}

/// An object with several names makes as many texts, the kernel's name's first.
void apply_concat(const TransformUse& use, FieldReader& reader, Values& out) {
    const size_t begin = out.size();
    evaluate(use.inputs.front(), reader, out);
    for (const Operand& input : std::span(use.inputs).subspan(1)) {
        const size_t end = out.size();
        evaluate(input, reader, out);
        if (end == begin || out.size() == end) {
            out.shorten(begin);
            return;
        }
        put_behind(out, begin, end);
    }
}

void apply_getopt(const TransformUse& use, FieldReader& reader, Values& out) {
    const auto known = one_text(use.inputs[1], reader, out);
    if (!known) {
        return;
    }
    const size_t begin = out.size();
    evaluate(use.inputs[0], reader, out);
    const size_t arguments_end = out.size();
    find_options(out, begin, *known, use.argument);
    // The arguments lie below what was found.
    const size_t found = out.size() - arguments_end;
    for (size_t i = 0; i < found; ++i) {
        out.set(begin + i, out.all()[arguments_end + i]);
    }
    out.shorten(begin + found);
}

constexpr Transformer kTransformers[] = {
    {"tolower", 1, 1, false, "tolower(text)", "ASCII letters in lower case", type_text_to_text,
     apply_case<to_lower>},
    {"toupper", 1, 1, false, "toupper(text)", "ASCII letters in upper case", type_text_to_text,
     apply_case<to_upper>},
    {"b64", 1, 1, false, "b64(text)", "what base64 stands for; absent when it is not base64",
     type_bytes_to_bytes, apply_base64},
    {"basename", 1, 1, false, "basename(path)", "what follows the last '/'", type_text_to_text,
     apply_basename},
    {"len", 1, 1, false, "len(text)", "bytes of a text, or items of a list", type_len, apply_len},
    {"join", 2, 2, false, "join(separator, list)", "the items of a list as one text", type_join,
     apply_join},
    {"concat", 2, kAnyNumber, false, "concat(text, text, …)", "texts one after the other",
     type_concat, apply_concat},
    {"getopt", 2, 2, true, "getopt(arguments, options)[option]",
     "options and their values in a list of arguments; with [x], the value of -x", type_getopt,
     apply_getopt},
};

}  // namespace

std::span<const Transformer> all_transformers() {
    return kTransformers;
}

const Transformer* find_transformer(std::string_view name) {
    const auto* found = std::ranges::find(kTransformers, name, &Transformer::name);
    return found == std::end(kTransformers) ? nullptr : found;
}

}  // namespace saker::lang
