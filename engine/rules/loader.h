// Rule files to rules: every file is read first, then names are resolved, so that the order of
// files matters only to what replaces and appends.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/rules/priority.h"
#include "engine/rules/rule_set.h"

namespace saker::rules {

/// Turns rules on or off after loading: those whose name matches `rule` (* and ?) or that have
/// `tag`.
struct Selection {
    bool enable = true;
    std::string rule;
    std::string tag;
};

/// What is added to the outputs of the rules it matches; empty criteria match every rule.
struct AppendOutput {
    std::string rule;
    std::string source;
    std::vector<std::string> tags;
    std::string extra_output;
    struct Extra {
        std::string name;
        std::string format;
    };
    std::vector<Extra> extra_fields;
    bool suggested_output = false;
};

/// How floods of alerts are told, of the rules whose name matches `rule` (* and ?) or that have
/// `tag`.
struct ThrottleChoice {
    std::string rule;
    std::string tag;
    uint64_t interval = 0;  // ns; 0: every alert is told
    std::vector<std::string> by;
};

/// Is it about that rule?
bool selects(const ThrottleChoice& choice, const Rule& rule);

struct LoadOptions {
    std::vector<Selection> selections;  // in order
    Priority minimum = Priority::debug;
    std::vector<AppendOutput> append_output{{{}, {}, {}, {}, {}, true}};  // all that match apply
    std::vector<ThrottleChoice> throttles;  // the last that fits a rule holds
    bool warn_unmatchable = true;           // say which rules can never match on this build
};

/// What came of loading. When there were errors there is no rule set.
struct Loaded {
    std::unique_ptr<RuleSet> rules;
    std::vector<Diagnostic> diagnostics;  // in the order of files and lines
    size_t count = 0;                     // rules found, disabled ones too

    bool ok() const { return rules != nullptr; }
};

/// Loads files and directories (their *.yaml and *.yml, sorted, not recursive) as one set, in
/// order. Bounded in time and memory whatever the files hold.
Loaded load_rules(const std::vector<std::string>& paths, const LoadOptions& options = {});

/// Fields by name alone, without transformers or text, as templates of one field each; the error
/// names the first that is none.
Result<std::vector<NamedTemplate>> compile_fields(const std::vector<std::string>& names);

/// The files and directories among `paths` that anybody may write: an error when rules are run, a
/// warning when they are checked.
std::vector<Diagnostic> find_writable_by_others(const std::vector<std::string>& paths,
                                                Severity severity);

}  // namespace saker::rules
