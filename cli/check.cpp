#include "cli/check.h"

#include <algorithm>
#include <iterator>
#include <ostream>

#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/findings_json.h"
#include "cli/prepare.h"
#include "engine/rules/loader.h"

namespace saker::cli {
namespace {

bool is_error(const Diagnostic& found) {
    return found.severity == Severity::error;
}

void write_text(const std::vector<Diagnostic>& findings, size_t rules, std::ostream& out) {
    const auto errors = static_cast<size_t>(std::ranges::count_if(findings, is_error));
    const size_t warnings = findings.size() - errors;
    const auto counted = [](size_t number, const char* one) {
        return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
    };
    out << describe(findings);
    out << (errors == 0 ? "ok: " : "not ok: ") << counted(rules, "rule") << ", "
        << counted(errors, "error") << ", " << counted(warnings, "warning") << '\n';
}

}  // namespace

int run_check(const CheckOptions& options, std::ostream& out) {
    std::vector<Diagnostic> findings = options.findings;
    std::ranges::move(rules::find_writable_by_others(options.paths, Severity::warning),
                      std::back_inserter(findings));
    rules::Loaded loaded = rules::load_rules(options.paths);
    std::ranges::move(loaded.diagnostics, std::back_inserter(findings));
    if (loaded.ok()) {
        std::ranges::move(idle_throttles(options.throttle, *loaded.rules),
                          std::back_inserter(findings));
    }
    const bool fine = std::ranges::none_of(findings, is_error);
    if (options.json) {
        write_findings_json(findings, loaded.count, out);
    } else {
        write_text(findings, loaded.count, out);
    }
    return fine ? kFine : kRulesOrConfigWrong;
}

}  // namespace saker::cli
