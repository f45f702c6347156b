// The command line: what may be said, and which file answers.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "cli/check.h"
#include "cli/doctor.h"
#include "cli/eval.h"
#include "cli/exit_code.h"
#include "cli/explain.h"
#include "cli/file_sums.h"
#include "cli/instance.h"
#include "cli/list.h"
#include "cli/log.h"
#include "cli/migrate.h"
#include "cli/prepare.h"
#include "cli/record.h"
#include "cli/run.h"
#include "cli/server.h"
#include "cli/support.h"
#include "cli/test_alert.h"
#include "cli/top.h"
#include "cli/watch.h"

namespace saker::cli {
namespace {

constexpr const char* kFooter = R"(
Begin with:
  saker doctor                    what this kernel lets us see
  saker check rules/              mistakes in rule files, with the place and a hint
  saker run                       watch this host and print alerts; Ctrl-C ends it
  saker run --scope pid:1234      the same, for one process and its descendants
  saker watch 'evt.type = execve' see events as rules see them
  saker explain 'RULE NAME'       how a rule is evaluated
  saker top                       what the running daemon does and costs
  saker alert --test              does an alert arrive wherever alerts are to go?

Exit codes: 0 fine, 1 rules or configuration wrong, 2 wrong usage, 3 privileges missing,
4 the kernel refuses what is needed, 5 an output cannot be opened or does not take a test alert.)";

constexpr const char* kScopeHelp =
    "host, pid:N (with all its descendants), cgroup:PATH or container:ID (12 characters or more)";

/// Everything a command line can say; the subcommands fill their part.
struct Said {
    bool version = false;
    bool json = false;
    config::Sources config;
    RunOptions run;
    std::string log_level;  // of a run
    TestAlertOptions test_alert;
    TopOptions top;
    CheckOptions check;
    MigrateOptions migrate;
    std::string eval_file;
    ExplainOptions explain;
    ListOptions list;
    DoctorOptions doctor;
    WatchOptions watch;
    RecordOptions record;
    SupportOptions support;
    ReplayOptions replay;
    int exit_code = kFine;
};

int answer_version(bool json) {
    if (json) {
        std::cout << versions_json(sums_of(rule_files(read_configuration({}).config)));
    } else {
        std::cout << "saker " SAKER_VERSION "\n";
    }
    return kFine;
}

int answer_eval(const std::string& file) {
    if (file.empty() || file == "-") {
        return run_eval(std::cin, std::cout);
    }
    std::ifstream cases(file);
    if (!cases) {
        std::cerr << "saker: " << file << ": cannot be read\n";
        return kUsage;
    }
    return run_eval(cases, std::cout);
}

/// What was named on the command line, else what is configured; says what is wrong with the
/// configuration on the way.
std::vector<std::string> chosen_rules(const Said& said, std::vector<std::string> named) {
    if (!named.empty()) {
        return named;
    }
    const Prepared prepared = read_configuration(said.config);
    log_findings(prepared.findings);
    return rule_files(prepared.config);
}

int answer_check(Said& said) {
    if (!said.migrate.file.empty()) {
        said.migrate.json = said.check.json;
        return run_migrate(said.migrate, std::cout, std::cerr);
    }
    Prepared prepared;
    if (!said.config.file.empty() || !said.config.settings.empty() || said.check.paths.empty()) {
        prepared = read_configuration(said.config);
    }
    said.check.findings = prepared.findings;
    said.check.throttle = prepared.config.throttle;
    if (said.check.paths.empty()) {
        said.check.paths = rule_files(prepared.config);
    }
    return run_check(said.check, std::cout);
}

int answer_explain(Said& said) {
    said.explain.rules = chosen_rules(said, said.explain.rules);
    return run_explain(said.explain, std::cout);
}

int answer_list(Said& said) {
    if (said.list.what == "rules") {
        said.list.rules = chosen_rules(said, said.list.rules);
    }
    return run_list(said.list, std::cout);
}

void add_configuration(CLI::App& app, config::Sources& config) {
    app.add_option("-c,--config", config.file,
                   "configuration file; without it /etc/saker/saker.yaml, else built-in defaults")
        ->type_name("FILE");
    app.add_option("-o,--option", config.settings,
                   "one setting, over the files: name=value, outputs[0].path=/x, repeatable; "
                   "`saker list settings` has the names")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
}

void add_judging(CLI::App& app, config::Sources& config, std::vector<std::string>& rules) {
    add_configuration(app, config);
    app.add_option("-r,--rules", rules,
                   "rule file or directory, repeatable; instead of the configured ones")
        ->type_name("PATH")
        ->expected(1)
        ->take_all();
}

void add_limits(CLI::App& app, std::string& scope, uint64_t& duration) {
    app.add_option("--scope", scope, kScopeHelp)->type_name("SCOPE");
    app.add_option("--duration", duration, "stop after so many seconds")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 10 * 365 * 24 * 3600));
}

void add_run(CLI::App& app, Said& said) {
    CLI::App* run = app.add_subcommand("run", "watch the system and deliver alerts");
    add_judging(*run, said.run.config, said.run.rules);
    add_limits(*run, said.run.scope, said.run.duration_seconds);
    run->add_flag("--json", said.run.json, "alerts on standard output as JSON, one a line");
    run->footer(
        "Writes the line 'saker: ready' to standard error once hooks are proven and events flow.\n"
        "SIGINT and SIGTERM end it, with one line that sums up.");
    run->add_option(
           "--log-level", said.log_level,
           "what is said on standard error: error, warning or info; over the configuration")
        ->type_name("LEVEL");
    run->callback([&said] {
        if (!said.log_level.empty()) {
            said.run.config.settings.push_back("log_level=" + said.log_level);
        }
        said.exit_code = run_daemon(said.run);
    });
}

/// Where the daemon of this configuration listens.
std::string daemon_socket(const config::Sources& sources) {
    const config::Config config = read_configuration(sources).config;
    return control_socket(state_directory(config));
}

int answer_reload(const Said& said) {
    const Result<Answer> answer = ask_daemon(daemon_socket(said.config), "POST", "/reload");
    if (!answer) {
        std::cerr << "saker: " << answer.error().text() << '\n';
        return kUsage;
    }
    std::cout << (answer->status == 200 ? "reloaded: " : "not reloaded: ") << answer->body << '\n';
    return answer->status == 200 ? kFine : kRulesOrConfigWrong;
}

void add_reload(CLI::App& app, Said& said) {
    CLI::App* reload = app.add_subcommand(
        "reload", "make the running daemon read its configuration and rules again");
    add_configuration(*reload, said.config);
    reload->footer(
        "Says what was loaded, or every mistake; then all stays as it was and the exit "
        "code is 1.");
    reload->callback([&said] { said.exit_code = answer_reload(said); });
}

void add_top(CLI::App& app, Said& said) {
    CLI::App* top = app.add_subcommand("top", "what the running daemon does and costs, live");
    TopOptions& options = said.top;
    add_configuration(*top, options.config);
    top->add_option("--interval", options.interval_seconds, "between two pictures; 2")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
    top->add_option("--count", options.count, "stop after so many pictures")->type_name("NUMBER");
    top->add_flag("--hooks", options.measures_hooks,
                  "have the kernel measure BPF programs meanwhile, those of others too");
    top->add_flag("--json", options.json, "one object a line, for machines");
    top->callback([&said] { said.exit_code = run_top(said.top, std::cout); });
}

void add_alert(CLI::App& app, Said& said) {
    CLI::App* alert = app.add_subcommand("alert", "send a test alert to every configured output");
    TestAlertOptions& options = said.test_alert;
    alert->add_flag("--test")->description("one that says it is a test")->required();
    add_configuration(*alert, options.config);
    alert
        ->add_option("--priority", options.priority,
                     "how urgent it is; `notice` if this is left out")
        ->check(CLI::IsMember({"emergency", "alert", "critical", "error", "warning", "notice",
                               "informational", "debug"},
                              CLI::ignore_case));
    alert->add_option("--timeout", options.timeout_seconds, "how long outputs may take; 15")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 3600));
    alert->add_flag("--json", options.json, "for machines");
    alert->footer(
        "The alert is of source `internal` and rule `Saker internal: test alert`. It goes past the "
        "outputs' filters,\nand the report says where one would have kept it back. Exits with 0 "
        "when every output took it, else 5.");
    alert->callback([&said] { said.exit_code = run_test_alert(said.test_alert, std::cout); });
}

void add_check(CLI::App& app, Said& said) {
    CLI::App* check =
        app.add_subcommand("check", "report every mistake in rules and configuration");
    CLI::Option* paths = check->add_option("paths", said.check.paths,
                                           "rule files and directories, one set, in order");
    paths->type_name("PATH");
    add_configuration(*check, said.config);
    check
        ->add_option(
            "--falco-config", said.migrate.file,
            "instead of that: print this falco.yaml as a saker.yaml, and on standard error "
            "what has no equivalent")
        ->type_name("FILE")
        ->excludes(paths, check->get_option("--config"), check->get_option("--option"));
    check->add_flag("--json", said.check.json, "for editors and CI");
    check->callback([&said] { said.exit_code = answer_check(said); });
}

void add_eval(CLI::App& app, Said& said) {
    CLI::App* eval =
        app.add_subcommand("eval", "try conditions, formats and rules on events given as JSON");
    eval->add_option("file", said.eval_file, "cases, one JSON object a line; else standard input")
        ->type_name("FILE");
    eval->footer(R"(Example:
  echo '{"condition": "proc.name = cat", "event": {"proc.name": "cat"}}' | saker eval)");
    eval->callback([&said] { said.exit_code = answer_eval(said.eval_file); });
}

void add_explain(CLI::App& app, Said& said) {
    CLI::App* explain = app.add_subcommand("explain", "show a rule as it is evaluated");
    explain->add_option("rule", said.explain.rule, "the rule's name")->required();
    add_judging(*explain, said.config, said.explain.rules);
    explain->add_flag("--json", said.explain.json, "for machines");
    explain->callback([&said] { said.exit_code = answer_explain(said); });
}

void add_list(CLI::App& app, Said& said) {
    CLI::App* list =
        app.add_subcommand("list", "list rules, the fields rules may ask, events, or settings");
    list->add_option("what", said.list.what, "rules, fields, events or settings")
        ->required()
        ->check(CLI::IsMember({"rules", "fields", "events", "settings"}));
    add_judging(*list, said.config, said.list.rules);
    list->add_flag("--json", said.list.json, "for machines");
    list->callback([&said] { said.exit_code = answer_list(said); });
}

void add_doctor(CLI::App& app, Said& said) {
    CLI::App* doctor =
        app.add_subcommand("doctor", "what this kernel lets us see, hook by hook, and what not");
    add_judging(*doctor, said.doctor.config, said.doctor.rules);
    doctor->add_flag("--json", said.doctor.json, "for machines");
    doctor->footer(
        "With -c or -r about what those rules need, else about every event.\n"
        "Exits with 0 when all of these events can be seen, else 1.");
    doctor->callback([&said] { said.exit_code = run_doctor(said.doctor, std::cout); });
}

void add_watch(CLI::App& app, Said& said) {
    CLI::App* watch = app.add_subcommand("watch", "print events as they happen");
    watch->add_option("condition", said.watch.condition, "only events for which it holds");
    add_limits(*watch, said.watch.scope, said.watch.duration_seconds);
    watch->add_flag("--json", said.watch.json, "one JSON object a line");
    watch->add_flag("--show-secrets", said.watch.show_secrets,
                    "do not cover passwords, tokens and keys");
    watch->callback([&said] { said.exit_code = run_watch(said.watch); });
}

void add_record(CLI::App& app, Said& said) {
    CLI::App* record = app.add_subcommand("record", "keep the kernel's records in a file");
    record->add_option("-o,--output", said.record.file, "file to write")
        ->type_name("FILE")
        ->required();
    record
        ->add_option("-c,--config", said.record.config.file,
                     "configuration file, for who is asked about containers")
        ->type_name("FILE");
    record
        ->add_option("-r,--rules", said.record.rules,
                     "record only events these rules can match, repeatable; else all events")
        ->type_name("PATH")
        ->expected(1)
        ->take_all();
    add_limits(*record, said.record.scope, said.record.duration_seconds);
    record->add_flag("--show-secrets", said.record.show_secrets,
                     "do not cover passwords, tokens and keys");
    record->callback([&said] { said.exit_code = run_record(said.record); });
}

void add_replay(CLI::App& app, Said& said) {
    CLI::App* replay = app.add_subcommand("replay", "judge a recorded file: the same alerts again");
    replay->add_option("file", said.replay.file, "file made by saker record")->required();
    add_judging(*replay, said.replay.config, said.replay.rules);
    replay->add_flag("--json", said.replay.json, "alerts as JSON, one a line");
    replay->callback([&said] { said.exit_code = run_replay(said.replay); });
}

void add_support(CLI::App& app, Said& said) {
    CLI::App* support =
        app.add_subcommand("support", "gather what a bug report needs, secrets removed");
    support
        ->add_option("-c,--config", said.support.config.file,
                     "configuration file; without it /etc/saker/saker.yaml, else built-in defaults")
        ->type_name("FILE");
    support
        ->add_option("-o,--output", said.support.file,
                     "file to write, a tar archive compressed with gzip; it must not be there yet")
        ->type_name("FILE");
    support->callback([&said] { said.exit_code = run_support(said.support, std::cout); });
}

int command_line(int argc, char** argv) {
    Said said;
    CLI::App app("Saker sees what programs do on this host, and says when a rule finds it bad.",
                 "saker");
    app.footer(kFooter);
    app.add_flag("--version", said.version, "print the version");
    app.add_flag("--json", said.json, "with --version: as JSON");
    add_run(app, said);
    add_reload(app, said);
    add_top(app, said);
    add_alert(app, said);
    add_check(app, said);
    add_eval(app, said);
    add_explain(app, said);
    add_list(app, said);
    add_doctor(app, said);
    add_watch(app, said);
    add_record(app, said);
    add_replay(app, said);
    add_support(app, said);
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kFine : kUsage;
    }
    if (said.version) {
        return answer_version(said.json);
    }
    if (app.get_subcommands().empty()) {
        std::cerr << app.help();
        return kUsage;
    }
    return said.exit_code;
}

}  // namespace
}  // namespace saker::cli

int main(int argc, char** argv) {
    return saker::cli::command_line(argc, argv);
}
