#include "tests/bench/engine_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "engine/lang/literal_set.h"
#include "engine/rules/expander.h"
#include "engine/rules/file_reader.h"
#include "engine/rules/source_file.h"
#include "engine/rules/yaml.h"

namespace saker::bench {
namespace {

using namespace saker::lang;

/// Texts of these are a rule's own business; those of others, such as event names, are everyone's.
constexpr auto kOwnTexts = std::to_array<std::string_view>(
    {"proc.name", "proc.args", "proc.cmdline", "proc.pname", "proc.pcmdline", "fd.name",
     "fd.directory", "fd.filename", "proc.pexe", "proc.aname", "proc.exe", "user.name",
     "container.image.repository", "evt.arg.target"});

bool keeps_its_words(const Compare& compare) {
    const auto* field = std::get_if<FieldName>(&compare.left.node);
    return !field || compare.op == "glob" || compare.op == "pmatch" ||
           std::ranges::find(kOwnTexts, field->name) == kOwnTexts.end();
}

void vary(Term& term, size_t copy) {
    if (auto* word = std::get_if<Word>(&term.node)) {
        if (hash_text(word->text) % 3 != copy % 3) {
            word->text += "-" + std::to_string(copy);
        }
    } else if (auto* list = std::get_if<std::unique_ptr<ValueList>>(&term.node)) {
        for (Term& item : (*list)->items) {
            vary(item, copy);
        }
    }
}

void vary(Expr& expr, size_t copy) {
    if (auto* all = std::get_if<All>(&expr.node)) {
        for (Expr& term : all->terms) {
            vary(term, copy);
        }
    } else if (auto* any = std::get_if<Any>(&expr.node)) {
        for (Expr& term : any->terms) {
            vary(term, copy);
        }
    } else if (auto* negation = std::get_if<Not>(&expr.node)) {
        vary(*negation->term, copy);
    } else if (auto* compare = std::get_if<Compare>(&expr.node);
               compare && !compare->right.empty() && !keeps_its_words(*compare)) {
        vary(compare->right.front(), copy);
    }
}

std::string unrelated_text(size_t number) {
    static constexpr auto kShapes = std::to_array<const char*>(
        {"evt.type in (open, openat, openat2) and evt.is_open_write = true and fd.name startswith "
         "/srv/other{0}/ and not proc.name in (other{0}, deploy{0})",
         "evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.name in "
         "(/etc/secret{0}, /root/key{0}) and proc.name != keeper{0}",
         "evt.type in (execve, execveat) and proc.name = tool{0} and container.id != host",
         "evt.type in (execve, execveat) and proc.pname in (web{0}, app{0}) and proc.cmdline "
         "contains payload{0}",
         "evt.type = connect and fd.sport = 1{0} and not proc.name in (client{0}, agent{0})",
         "evt.type in (openat, open) and fd.name endswith .ext{0} and proc.aname = installer{0}"});
    return fmt::format(fmt::runtime(kShapes[number % kShapes.size()]), number);
}

bool is_word_letter(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '.' ||
           letter == '-';
}

/// The names of the macros and lists a rule file defines, but for those that mean events too.
std::set<std::string> names_defined_in(const std::string& text) {
    std::set<std::string> names;
    for (const std::string_view key : {"\n- macro: ", "\n- list: "}) {
        for (size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
            const size_t begin = at + key.size();
            const std::string name = text.substr(begin, text.find('\n', begin) - begin);
            if (!find_event_kind(name)) {
                names.insert(name);
            }
        }
    }
    return names;
}

}  // namespace

Conditions conditions_in(const std::vector<std::string>& paths) {
    rules::Report report;
    rules::Collector collector(report);
    for (const std::string& path : paths) {
        const auto files = rules::rule_files_of(path);
        for (const std::string& name : files ? *files : std::vector<std::string>{}) {
            auto file = rules::SourceFile::read(name);
            if (!file) {
                continue;
            }
            const uint32_t number = report.add_file(std::move(*file));
            if (const auto tree = rules::parse_yaml(report.file(number))) {
                rules::read_items(*tree, number, report, collector);
            }
        }
    }
    collector.finish();
    rules::Expander expander(collector, report);
    expander.expand_macros();
    Conditions conditions;
    for (const rules::RuleItem& item : collector.rules().items) {
        if (auto expr = expander.condition(item.condition, item.name.value)) {
            conditions.push_back(std::move(*expr));
        }
    }
    return conditions;
}

Conditions multiplied(const Conditions& conditions, size_t count) {
    Conditions made;
    for (size_t number = 0; number < count && !conditions.empty(); ++number) {
        made.push_back(copy(conditions[number % conditions.size()]));
        if (const size_t which = number / conditions.size(); which > 0) {
            vary(made.back(), which);
        }
    }
    return made;
}

Conditions unrelated(size_t count) {
    Conditions made;
    for (size_t number = 0; number < count; ++number) {
        auto expr = parse_condition(unrelated_text(number));
        if (!expr) {
            fmt::print(stderr, "{}\n", expr.error().text());
            std::exit(1);
        }
        made.push_back(std::move(*expr));
    }
    return made;
}

std::string unrelated_file(size_t count) {
    std::string text;
    for (size_t number = 0; number < count; ++number) {
        text += fmt::format(
            "- rule: Rule {0}\n  desc: The rule of that number.\n  condition: >\n    {1}\n"
            "  output: Rule {0} matched | file=%fd.name process=%proc.name parent=%proc.pname\n"
            "  priority: WARNING\n  tags: [host, container]\n",
            number, unrelated_text(number));
    }
    return text;
}

std::string repeated_file(const std::string& text, size_t times) {
    const std::set<std::string> names = names_defined_in(text);
    std::string made = text;
    for (size_t copy = 1; copy < times; ++copy) {
        const std::string suffix = "_" + std::to_string(copy);
        for (size_t at = 0; at < text.size();) {
            size_t end = at;
            while (end < text.size() && is_word_letter(text[end])) {
                ++end;
            }
            const std::string word = text.substr(at, end - at);
            made += names.contains(word) ? word + suffix : word;
            if (word == "rule" && text.compare(end, 2, ": ") == 0 && made.ends_with("- rule")) {
                made += ": " + suffix + " ";
                end += 2;
            } else if (end < text.size()) {
                made += text[end++];
            }
            at = end;
        }
    }
    return made;
}

BenchRules::BenchRules(const Conditions& conditions) {
    std::vector<ProgramRule> rules;
    for (const Expr& expr : conditions) {
        Checked checked = check(expr);
        if (!checked.condition) {
            fmt::print(stderr, "{}: {}\n", to_text(expr), checked.mistakes.front().message);
            std::exit(1);
        }
        conditions_.push_back(std::move(checked.condition));
        rules.push_back({conditions_.back().get(), true});
    }
    program_ = std::make_unique<Program>(Program::build(rules));
}

}  // namespace saker::bench
