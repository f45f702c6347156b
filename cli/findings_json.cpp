#include "cli/findings_json.h"

#include <nlohmann/json.hpp>
#include <ostream>

namespace saker::cli {

void write_findings_json(const std::vector<Diagnostic>& findings, size_t rules, std::ostream& out) {
    using nlohmann::ordered_json;
    ordered_json results = ordered_json::array();
    bool fine = true;
    for (const Diagnostic& found : findings) {
        const bool error = found.severity == Severity::error;
        fine = fine && !error;
        results.push_back({{"file", found.where.file},
                           {"line", found.where.line},
                           {"column", found.where.column},
                           {"severity", error ? "error" : "warning"},
                           {"code", found.code},
                           {"message", found.message},
                           {"hint", found.hint},
                           {"item", found.item}});
    }
    const ordered_json all = {{"results", results}, {"ok", fine}, {"rules", rules}};
    out << all.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace saker::cli
