#include "cli/findings_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace saker::cli {
namespace {

using nlohmann::ordered_json;

ordered_json results_of(const std::vector<Diagnostic>& findings) {
    ordered_json results = ordered_json::array();
    for (const Diagnostic& found : findings) {
        const bool error = found.severity == Severity::error;
        results.push_back({{"file", found.where.file},
                           {"line", found.where.line},
                           {"column", found.where.column},
                           {"severity", error ? "error" : "warning"},
                           {"code", found.code},
                           {"message", found.message},
                           {"hint", found.hint},
                           {"item", found.item}});
    }
    return results;
}

bool is_fine(const std::vector<Diagnostic>& findings) {
    return std::ranges::none_of(
        findings, [](const Diagnostic& found) { return found.severity == Severity::error; });
}

void write(const ordered_json& all, std::ostream& out) {
    out << all.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

void write_findings_json(const std::vector<Diagnostic>& findings, size_t rules, std::ostream& out) {
    write({{"results", results_of(findings)}, {"ok", is_fine(findings)}, {"rules", rules}}, out);
}

void write_migration_json(const std::vector<Diagnostic>& findings, const std::string& yaml,
                          std::ostream& out) {
    write({{"results", results_of(findings)},
           {"ok", is_fine(findings)},
           {"saker_yaml", yaml.empty() ? ordered_json() : ordered_json(yaml)}},
          out);
}

}  // namespace saker::cli
