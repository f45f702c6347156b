#include "cli/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/diagnostics.h"
#include "cli/exit_code.h"
#include "cli/findings_json.h"
#include "cli/words.h"
#include "config/settings.h"
#include "engine/event/event_table.h"
#include "engine/lang/field.h"
#include "engine/rules/loader.h"

namespace saker::cli {
namespace {

using nlohmann::ordered_json;

void write_json(const ordered_json& value, std::ostream& out) {
    out << value.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

ordered_json rule_json(const rules::RuleSet& set, uint32_t index) {
    const rules::Rule& rule = set.rules()[index];
    ordered_json output_fields = ordered_json::array();
    for (const auto& field : rule.message.fields()) {
        output_fields.push_back(field.name);
    }
    return {{"name", rule.name},
            {"enabled", rule.enabled},
            {"priority", rules::name_of(rule.priority)},
            {"source", rule.source},
            {"tags", rule.tags},
            {"events", event_names(set.program().events_of(index))},
            {"fields", rule.fields},
            {"condition", rule.condition},
            {"desc", rule.description},
            {"output", rule.output},
            {"output_fields", output_fields},
            {"file", rule.where.file},
            {"line", rule.where.line}};
}

int list_rules(const ListOptions& options, std::ostream& out) {
    const rules::Loaded loaded = rules::load_rules(options.rules);
    if (!loaded.ok()) {
        if (options.json) {
            write_findings_json(loaded.diagnostics, loaded.count, out);
        } else {
            std::cerr << describe(loaded.diagnostics);
        }
        return kRulesOrConfigWrong;
    }
    ordered_json all = ordered_json::array();
    for (uint32_t index = 0; index < loaded.rules->rules().size(); ++index) {
        const rules::Rule& rule = loaded.rules->rules()[index];
        if (options.json) {
            all.push_back(rule_json(*loaded.rules, index));
            continue;
        }
        const auto events = event_names(loaded.rules->program().events_of(index));
        out << fmt::format("{:<13} {}{}\n              {}\n", rules::name_of(rule.priority),
                           rule.name, rule.enabled ? "" : "  (disabled)", shortened(events));
    }
    if (options.json) {
        write_json(all, out);
    }
    return kFine;
}

std::vector<std::string> flags_of(const lang::Field& field) {
    struct Flag {
        bool set;
        const char* word;
    };
    const lang::FieldFlags& flags = field.flags;
    const auto all = std::to_array<Flag>({
        {flags.bracket == lang::Bracket::optional, "argument-optional"},
        {flags.bracket == lang::Bracket::required, "argument-required"},
        {flags.several == lang::Several::list, "list"},
        {flags.no_rhs, "no-val"},
        {flags.no_transform, "no-transformer"},
        {flags.filter_only, "condition-only"},
        {flags.print_only, "output-only"},
        {flags.deprecated, "deprecated"},
    });
    std::vector<std::string> words;
    for (const Flag& flag : all) {
        if (flag.set) {
            words.emplace_back(flag.word);
        }
    }
    return words;
}

int list_fields(const ListOptions& options, std::ostream& out) {
    ordered_json all = ordered_json::array();
    for (const lang::Field* field : lang::all_fields()) {
        if (field->flags.hidden) {
            continue;
        }
        const bool filled = field->read != nullptr;
        const std::vector<std::string> flags = flags_of(*field);
        if (options.json) {
            all.push_back({{"name", field->name},
                           {"type", name_of(field->type)},
                           {"flags", flags},
                           {"help", field->help},
                           {"filled", filled}});
            if (!filled) {
                all.back()["why_unfilled"] = field->why_unfilled;
            }
            continue;
        }
        out << fmt::format("{:<38} {:<9} {}{}{}\n", field->name, name_of(field->type), field->help,
                           flags.empty() ? "" : " [" + joined(flags, ", ") + "]",
                           filled ? "" : fmt::format(" (empty: {})", field->why_unfilled));
    }
    if (options.json) {
        write_json(all, out);
    }
    return kFine;
}

int list_events(const ListOptions& options, std::ostream& out) {
    ordered_json all = ordered_json::array();
    for (const EventRow& row : kEventTable) {
        if (row.is_internal()) {
            continue;
        }
        if (!options.json) {
            out << fmt::format("{} ({}): {}\n", row.name, row.category, row.help);
        }
        ordered_json members = ordered_json::array();
        for (const Member& member : row.members) {
            members.push_back(
                {{"name", member.name}, {"type", name_of(member.type)}, {"help", member.help}});
            if (!options.json) {
                out << fmt::format("    {:<24} {:<15} {}\n", member.name, name_of(member.type),
                                   member.help);
            }
        }
        all.push_back({{"name", row.name},
                       {"category", row.category},
                       {"syscall", is_syscall(row.kind)},
                       {"lane", row.ring == LANE_critical ? "critical" : "bulk"},
                       {"help", row.help},
                       {"members", members}});
    }
    if (options.json) {
        write_json(all, out);
    }
    return kFine;
}

int list_settings(const ListOptions& options, std::ostream& out) {
    ordered_json all = ordered_json::array();
    for (const config::SettingWords& setting : config::all_settings()) {
        if (options.json) {
            all.push_back({{"name", setting.name},
                           {"kind", setting.kind},
                           {"default", setting.default_value},
                           {"help", setting.help}});
            continue;
        }
        out << fmt::format("{}{}: {}\n    {}\n", setting.name,
                           setting.default_value.empty() ? "" : " = " + setting.default_value,
                           setting.kind, setting.help);
    }
    if (options.json) {
        write_json(all, out);
    }
    return kFine;
}

}  // namespace

int run_list(const ListOptions& options, std::ostream& out) {
    if (options.what == "settings") {
        return list_settings(options, out);
    }
    if (options.what == "rules") {
        return list_rules(options, out);
    }
    return options.what == "fields" ? list_fields(options, out) : list_events(options, out);
}

}  // namespace saker::cli
