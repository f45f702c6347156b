// What commands that judge events begin with: a configuration, and the rules it asks for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/read.h"
#include "engine/base/diagnostic.h"
#include "engine/event/redact.h"
#include "engine/pipeline.h"
#include "engine/rules/rule_set.h"

namespace saker::cli {

struct Prepared {
    config::Config config;
    std::vector<std::string> files;           // of configuration and rules, and their folders
    std::map<std::string, std::string> sums;  // SHA-256 of the rule files
    std::unique_ptr<rules::RuleSet> rules;    // null when something is wrong
    std::vector<Diagnostic> findings;
};

/// Whether anything said forbids going on.
bool has_errors(const std::vector<Diagnostic>& findings);

/// Options of the pipeline that are configured; `boot_id` is of the machine the events are from.
PipelineOptions pipeline_options(const config::Config& config, std::string boot_id);

/// What the configuration says of secrets.
RedactorOptions redaction_of(const config::Config& config);

/// A warning for each row of `throttle.rules` that is about none of the rules.
std::vector<Diagnostic> idle_throttles(const config::ThrottleSettings& throttle,
                                       const rules::RuleSet& rules);

/// Reads the configuration and loads its rules, or `rules` instead of them. A file anybody may
/// write is an error here.
Prepared prepare(const config::Sources& sources, const std::vector<std::string>& rules);

/// The configuration's rule files, or those shipped with the binary.
std::vector<std::string> rule_files(const config::Config& config);

/// The configuration alone, outputs checked too; `findings` as a check wants them.
Prepared read_configuration(const config::Sources& sources);

}  // namespace saker::cli
