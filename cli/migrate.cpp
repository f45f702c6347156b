#include "cli/migrate.h"

#include <algorithm>
#include <ostream>

#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/findings_json.h"
#include "config/falco.h"
#include "config/settings.h"

namespace saker::cli {
namespace {

void write_text(const config::Migration& migration, const std::string& yaml, std::ostream& out,
                std::ostream& notes) {
    notes << describe(migration.findings);
    if (!migration.ok()) {
        return;
    }
    out << yaml;
    const auto is_lost = [](const Diagnostic& found) {
        return found.code == config::kNoEquivalent;
    };
    const auto lost = std::ranges::count_if(migration.findings, is_lost);
    notes << lost << " without an equivalent, "
          << static_cast<ptrdiff_t>(migration.findings.size()) - lost << " not quite the same\n";
}

}  // namespace

int run_migrate(const MigrateOptions& options, std::ostream& out, std::ostream& notes) {
    const config::Migration migration = config::migrate_falco_file(options.file);
    const std::string yaml = "# Made from a falco.yaml by `saker check --falco-config`.\n" +
                             config::print_changes(migration.config);
    if (options.json) {
        write_migration_json(migration.findings, migration.ok() ? yaml : "", out);
    } else {
        write_text(migration, yaml, out, notes);
    }
    return migration.ok() ? kFine : kRulesOrConfigWrong;
}

}  // namespace saker::cli
