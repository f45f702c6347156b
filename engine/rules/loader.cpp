#include "engine/rules/loader.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>

#include "engine/rules/advice.h"
#include "engine/rules/codes.h"
#include "engine/rules/collector.h"
#include "engine/rules/expander.h"
#include "engine/rules/file_reader.h"
#include "engine/rules/report.h"
#include "engine/rules/rule_maker.h"
#include "engine/rules/source_file.h"
#include "engine/rules/yaml.h"

namespace saker::rules {
namespace {

constexpr size_t kMostText = 64U << 20U;

/// Reads files into the collector; what cannot be read is reported.
class Reading {
  public:
    Reading(Report& report, Collector& collector) : report_(report), collector_(collector) {}

    void read_path(const std::string& path) {
        const Result<std::vector<std::string>> files = rule_files_of(path);
        if (!files) {
            refuse(codes::kFileRead, files.error());
            return;
        }
        for (const std::string& file : *files) {
            read_file(file);
        }
    }

  private:
    void refuse(const char* code, const Error& error, std::string line = {}) {
        report_.set_incomplete();
        report_.error_at({code, error.message, error.hint, ""}, error.where, std::move(line));
    }

    void read_file(const std::string& path) {
        Result<SourceFile> file = SourceFile::read(path);
        if (!file) {
            refuse(codes::kFileRead, file.error());
            return;
        }
        total_ += file->text().size();
        if (total_ > kMostText) {
            refuse(codes::kFileRead,
                   {"the rule files are larger than 64 MB together", "", {path, 0, 0}});
            return;
        }
        const uint32_t number = report_.add_file(std::move(*file));
        const SourceFile& source = report_.file(number);
        if (const Result<void> sound = source.inspect(); !sound) {
            refuse(codes::kYamlParse, sound.error(), line_at(source, sound.error().where));
            return;
        }
        const Result<YamlTree> tree = parse_yaml(source);
        if (!tree) {
            refuse(codes::kYamlParse, tree.error(), line_at(source, tree.error().where));
            return;
        }
        read_items(*tree, number, report_, collector_);
    }

    static std::string line_at(const SourceFile& source, const Where& where) {
        return where.line == 0 ? "" : source.line_number(where.line);
    }

    Report& report_;
    Collector& collector_;
    size_t total_ = 0;
};

template <class Selecting>
bool is_selected(const Selecting& selection, const Rule& rule) {
    if (!selection.rule.empty() &&
        ::fnmatch(selection.rule.c_str(), rule.name.c_str(), FNM_NOESCAPE) == 0) {
        return true;
    }
    return !selection.tag.empty() && std::ranges::find(rule.tags, selection.tag) != rule.tags.end();
}

void choose(const LoadOptions& options, const RuleItem& item, Report& report, Rule& rule) {
    for (const Selection& selection : options.selections) {
        if (is_selected(selection, rule)) {
            rule.enabled = selection.enable;
        }
    }
    for (const ThrottleChoice& choice : options.throttles) {
        if (!is_selected(choice, rule)) {
            continue;
        }
        auto by = compile_fields(choice.by);
        if (!by) {
            report.error({codes::kOutput, "throttle: " + by.error().message, by.error().hint,
                          item_name("rule", item.name)},
                         item.name.place);
            return;
        }
        rule.throttling = {choice.interval, std::move(*by)};
    }
}

}  // namespace

bool selects(const ThrottleChoice& choice, const Rule& rule) {
    return is_selected(choice, rule);
}

Loaded load_rules(const std::vector<std::string>& paths, const LoadOptions& options) {
    Report report;
    Collector collector(report);
    Reading reading(report, collector);
    for (const std::string& path : paths) {
        reading.read_path(path);
    }
    collector.finish();
    Expander expander(collector, report);
    expander.expand_macros();
    RuleMaker maker(expander, report, options);
    std::vector<Rule> rules;
    std::vector<const RuleItem*> items;
    for (const RuleItem& item : collector.rules().items) {
        std::optional<Rule> rule = maker.make(item);
        if (!rule) {
            continue;
        }
        choose(options, item, report, *rule);
        rules.push_back(std::move(*rule));
        items.push_back(&item);
    }
    for (const RuleItem& item : collector.broken_rules()) {
        maker.examine(item);
    }
    if (!report.is_incomplete()) {
        expander.report_unused();
    }
    Loaded loaded;
    loaded.count = rules.size();
    if (!report.has_errors()) {
        loaded.rules = std::make_unique<RuleSet>(std::move(rules));
        if (options.warn_unmatchable) {
            advise(*loaded.rules, items, report);
        }
    }
    loaded.diagnostics = report.take();
    return loaded;
}

Result<std::vector<NamedTemplate>> compile_fields(const std::vector<std::string>& names) {
    std::vector<NamedTemplate> compiled;
    for (const std::string& name : names) {
        Result<Template> value = Template::compile("%" + name);
        if (!value) {
            return Error{value.error().message, value.error().hint};
        }
        if (value->fields().size() != 1 || value->fields().front().name != name) {
            return Error{"'" + name + "' is not a field's name alone", "`saker list fields`"};
        }
        compiled.push_back({name, std::move(*value)});
    }
    return compiled;
}

std::vector<Diagnostic> find_writable_by_others(const std::vector<std::string>& paths,
                                                Severity severity) {
    std::vector<Diagnostic> found;
    const auto examine = [&](const std::string& path) {
        struct stat about {};
        if (::stat(path.c_str(), &about) != 0) {
            return;  // reading it says more
        }
        // Whoever may write a directory may put rules into it; unless only into files of their own.
        const bool guarded = S_ISDIR(about.st_mode) && (about.st_mode & S_ISVTX) != 0;
        if ((about.st_mode & S_IWOTH) != 0 && !guarded) {
            found.push_back({severity,
                             codes::kWritable,
                             "anybody may write this file",
                             "chmod o-w " + path,
                             "",
                             {path, 0, 0},
                             ""});
        }
    };
    for (const std::string& path : paths) {
        const Result<std::vector<std::string>> files = rule_files_of(path);
        if (!files) {
            continue;
        }
        if (files->size() != 1 || files->front() != path) {
            examine(path);
        }
        std::ranges::for_each(*files, examine);
    }
    return found;
}

}  // namespace saker::rules
