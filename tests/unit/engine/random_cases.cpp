#include "tests/unit/engine/random_cases.h"

#include <array>

namespace saker::lang {
namespace {

constexpr std::array kWords{
    "a",    "b",     "ab",     "Ab",   "/a",   "/a/b", "/a/b/c",
    "/b",   "bash",  "/a/",    "a/b",  "b.c",  "B",    "long-name-of-a-file",
    "/a/a", "ba.sh", "/etc/a", "long", "name", "c"};
constexpr std::array kPatterns{"a*", "*b", "/a/*", "?", "[ab]*", "*long*", "/*/b", "*"};
constexpr std::array kExpressions{"a.*", ".*b", "/a/.*", "(a|b)+", "[ab/]*", ".*name.*"};
constexpr std::array kTextFields{"proc.name",   "proc.pname", "proc.cmdline", "proc.cwd",
                                 "fd.typechar", "evt.res",    "proc.env[A]",  "container.id",
                                 "user.name",   "fd.nameraw", "proc.aname[2]"};
constexpr std::array kNameFields{"fd.name", "fd.directory", "proc.exepath", "fs.path.name"};
constexpr std::array kAncestorFields{"proc.aname", "proc.aexepath"};
constexpr std::array kEndTexts{"fd.proto"};
constexpr std::array kSignedFields{"proc.pid", "fd.num", "evt.rawres"};
constexpr std::array kUnsignedFields{"evt.count", "proc.cmdnargs"};
constexpr std::array kPortFields{"fd.sport", "fd.port"};
constexpr std::array kTruthFields{"evt.is_open_read", "evt.failed"};
constexpr std::array kAddressFields{"fd.sip", "fd.ip"};
constexpr std::array kKinds{"open", "openat", "openat2", "execve", "connect", "close", "container"};
constexpr std::array kComparisons{"=", "!=", "<", "<=", ">", ">="};
constexpr std::array kTextOperators{"=",        "!=", "contains", "icontains", "startswith",
                                    "endswith", "=",  "<",        ">=",        "startswith"};
constexpr std::array kModifiers{"oneof", "anyof", "allof"};
constexpr std::array kTransformed{"tolower(proc.name)",         "toupper(fd.name)",
                                  "basename(fd.name)",          "concat(proc.name, proc.pname)",
                                  "concat(fd.name, proc.name)", "tolower(basename(proc.exepath))"};

}  // namespace

std::string RandomCases::word() {
    return one_of(kWords);
}

std::string RandomCases::pattern() {
    return chance(50) ? std::string(one_of(kPatterns)) : word();
}

std::string RandomCases::number() {
    return std::to_string(below(6));
}

std::string RandomCases::address() {
    return chance(20) ? "::" + number() : "10.0.0." + number();
}

std::string RandomCases::kind_name() {
    return one_of(kKinds);
}

std::string RandomCases::list(std::string (RandomCases::*item)()) {
    std::string text = "(";
    const size_t count = chance(5) ? 12 : below(5);
    for (size_t i = 0; i < count; ++i) {
        text += (i == 0 ? "" : ", ") + (this->*item)();
    }
    return text + ")";
}

std::string RandomCases::text_test(const std::string& field) {
    switch (below(10)) {
        case 0:
            return field + " exists";
        case 1:
        case 2:
            return field + (chance(80) ? " in " : " intersects ") + list(&RandomCases::word);
        case 3:
            return field + " pmatch " + list(&RandomCases::pattern);
        case 4:
            return field + (chance(70) ? " glob \"" : " iglob \"") + pattern() + "\"";
        case 5:
            return field + " regex \"" + std::string(one_of(kExpressions)) + "\"";
        case 6: {
            const std::string op = one_of(kTextOperators);
            return field + " " + op + " " + one_of(kModifiers) + " " + list(&RandomCases::word);
        }
        case 7:
            return field + (chance(50) ? " = " : " != ") + "val(" +
                   (chance(60) ? one_of(kTextFields) : one_of(kNameFields)) + ")";
        default:
            return field + " " + one_of(kTextOperators) + " " + word();
    }
}

std::string RandomCases::number_test(const std::string& field) {
    switch (below(6)) {
        case 0:
            return field + " exists";
        case 1:
            return field + " in " + list(&RandomCases::number);
        case 2:
            return field + (chance(50) ? " = " : " != ") + one_of(kModifiers) + " " +
                   list(&RandomCases::number);
        default:
            return field + " " + one_of(kComparisons) + " " + number();
    }
}

std::string RandomCases::address_test(const std::string& field) {
    switch (below(4)) {
        case 0:
            return field + " in " + list(&RandomCases::address);
        case 1:
            return field + " exists";
        default:
            return field + (chance(50) ? " = " : " != ") + address();
    }
}

std::string RandomCases::kind_test() {
    const std::string field = chance(80) ? "evt.type" : "syscall.type";
    switch (below(6)) {
        case 0:
            return field + " != " + kind_name();
        case 1:
        case 2:
            return field + " in " + list(&RandomCases::kind_name);
        case 3:
            return "evt.num " + std::string(one_of(kComparisons)) + " " + number();
        default:
            return field + " = " + kind_name();
    }
}

std::string RandomCases::test() {
    switch (below(16)) {
        case 0:
        case 1:
        case 2:
            return kind_test();
        case 3:
        case 4:
            return text_test(one_of(kTextFields));
        case 5:
        case 6:
        case 7:
            return text_test(one_of(kNameFields));
        case 8:
            return text_test(one_of(kAncestorFields));
        case 9:
            return text_test(one_of(kTransformed));
        case 10:
            return number_test(chance(60) ? one_of(kSignedFields) : one_of(kUnsignedFields));
        case 11:
            return number_test(one_of(kPortFields));
        case 12:
            return std::string(one_of(kTruthFields)) + (chance(70) ? " = " : " != ") +
                   (chance(50) ? "true" : "false");
        case 13:
            return address_test(one_of(kAddressFields));
        case 14:
            return chance(50) ? "fd.types in " + list(&RandomCases::word)
                              : "fd.types intersects " + list(&RandomCases::word);
        default:
            return chance(50) ? text_test(one_of(kEndTexts))
                              : "len(" + std::string(one_of(kTextFields)) + ") > " + number();
    }
}

std::string RandomCases::condition(int depth) {
    const std::string negation = chance(25) ? "not " : "";
    if (depth == 0 || chance(25)) {
        return negation + test();
    }
    const char* joint = chance(60) ? " and " : " or ";
    std::string text = condition(depth - 1);
    const size_t more = 1 + below(4);
    for (size_t i = 0; i < more; ++i) {
        text += joint + condition(depth - 1);
    }
    return negation + "(" + text + ")";
}

EventKind RandomCases::kind() {
    return *find_event_kind(kind_name());
}

Value RandomCases::some_text() {
    texts_.push_back(chance(10) ? "" : word());
    if (chance(20)) {
        texts_.back() += word();
    }
    return Value{std::string_view(texts_.back())};
}

std::vector<Value> RandomCases::some_texts(size_t most) {
    std::vector<Value> values;
    for (size_t left = 1 + below(most); left > 0; --left) {
        values.push_back(some_text());
    }
    return values;
}

MapReader::Map RandomCases::event(EventKind kind) {
    texts_.clear();
    texts_.reserve(200);  // the values view them: they must not move
    MapReader::Map map;
    map["evt.type"] = {Value{name_of(kind)}};
    if (is_syscall(kind)) {
        map["syscall.type"] = map["evt.type"];
    }
    map["evt.num"] = {Value{uint64_t{1 + below(6)}}};
    const auto fill = [&](const auto& fields, auto&& values) {
        for (const char* field : fields) {
            if (chance(75)) {
                map[field] = values();
            }
        }
    };
    const auto one = [](auto value) { return std::vector<Value>{Value{value}}; };
    const auto address = [&] {
        Address made;
        made.is_v6 = chance(20);
        if (!made.is_v6) {
            made.bytes[0] = 10;
        }
        made.bytes[made.is_v6 ? 15 : 3] = static_cast<uint8_t>(below(6));
        return Value{made};
    };
    fill(kTextFields, [&] { return some_texts(1); });
    fill(kNameFields, [&] { return some_texts(3); });
    fill(kAncestorFields, [&] { return some_texts(5); });
    fill(kEndTexts, [&] { return std::vector<Value>{some_text(), some_text()}; });
    fill(kSignedFields, [&] { return one(static_cast<int64_t>(below(6)) - 1); });
    fill(kUnsignedFields, [&] { return one(uint64_t{below(6)}); });
    fill(kTruthFields, [&] { return one(chance(50)); });
    fill(std::array{"fd.sport"}, [&] { return one(uint64_t{below(6)}); });
    fill(std::array{"fd.port"}, [&] {
        return std::vector<Value>{Value{uint64_t{below(6)}}, Value{uint64_t{below(6)}}};
    });
    fill(std::array{"fd.sip"}, [&] { return std::vector<Value>{address()}; });
    fill(std::array{"fd.ip"}, [&] { return std::vector<Value>{address(), address()}; });
    fill(std::array{"fd.types"}, [&] { return some_texts(3); });
    return map;
}

MapReader::Map RandomCases::with_another_name(MapReader::Map event) {
    for (const char* field : kNameFields) {
        if (const auto found = event.find(field); found != event.end()) {
            found->second.push_back(some_text());
        }
    }
    return event;
}

}  // namespace saker::lang
