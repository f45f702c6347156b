#include "cli/support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/archive.h"
#include "cli/doctor.h"
#include "cli/exit_code.h"
#include "cli/file_sums.h"
#include "cli/instance.h"
#include "cli/log.h"
#include "cli/prepare.h"
#include "cli/public_settings.h"
#include "cli/server.h"
#include "config/settings.h"
#include "engine/base/fd.h"
#include "outputs/gzip.h"

namespace saker::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds kPatience{5};  // with the daemon

constexpr const char* kReadme =
    "What `saker support` gathered for a bug report.\n"
    "\n"
    "versions.json   the version, and the SHA-256 of each rule file\n"
    "system.json     the build, kernel, distribution and machine\n"
    "doctor.json     which hooks this kernel allows: `saker doctor --json`\n"
    "settings.yaml   settings in effect, secrets removed\n"
    "findings.json   mistakes in the configuration: codes and places, not the lines\n"
    "health.json     what the running daemon says of itself, if one answers\n"
    "metrics.txt     its metrics\n"
    "\n"
    "Passwords, tokens, headers, arguments of programs, what is behind the host in a URL and texts "
    "that\n"
    "came from the environment are not in it. Names of rules, files, hosts and labels are: have a "
    "look\n"
    "before you give it away.\n";

/// Of the bundle's files, by name.
using Files = std::map<std::string, std::string>;

std::string dump(const ordered_json& json) {
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    return std::getline(file, line) ? ordered_json(line) : ordered_json();
}

/// Of /etc/os-release what says which system it is.
ordered_json distribution() {
    ordered_json facts = ordered_json::object();
    std::ifstream file("/etc/os-release");
    for (std::string line; std::getline(file, line);) {
        const size_t equals = std::min(line.find('='), line.size());
        const std::string name = line.substr(0, equals);
        if (name == "ID" || name == "VERSION_ID" || name == "PRETTY_NAME") {
            std::string value = line.substr(std::min(equals + 1, line.size()));
            std::erase(value, '"');
            facts[name] = value;
        }
    }
    return facts;
}

std::string system_json() {
    ordered_json facts;
    facts["build"] = {{"version", SAKER_VERSION}, {"compiler", __VERSION__}};
    utsname names{};
    if (::uname(&names) == 0) {
        facts["kernel"] = {{"release", names.release},
                           {"version", names.version},
                           {"architecture", names.machine}};
    }
    facts["distribution"] = distribution();
    struct sysinfo machine {};
    if (::sysinfo(&machine) == 0) {
        facts["machine"] = {{"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
                            {"memory_bytes", uint64_t{machine.totalram} * machine.mem_unit},
                            {"uptime_seconds", machine.uptime}};
    }
    for (const char* name :
         {"kernel/unprivileged_bpf_disabled", "kernel/perf_event_paranoid", "kernel/kptr_restrict",
          "kernel/bpf_stats_enabled", "net/core/bpf_jit_enable", "kernel/tainted"}) {
        facts["sysctl"][name] = first_line(std::string("/proc/sys/") + name);
    }
    facts["unified_cgroups"] = ::access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    return dump(facts);
}

/// Neither the line nor the message: both may quote what is written there.
std::string findings_json(const std::vector<Diagnostic>& findings) {
    ordered_json all = ordered_json::array();
    for (const Diagnostic& found : findings) {
        all.push_back({{"file", found.where.file},
                       {"line", found.where.line},
                       {"column", found.where.column},
                       {"severity", found.severity == Severity::error ? "error" : "warning"},
                       {"code", found.code}});
    }
    return dump(all);
}

Result<Answer> ask(const config::Config& config, const std::string& path) {
    if (const std::string state = said_state_directory(config); !state.empty()) {
        Result<Answer> answer = ask_daemon(control_socket(state), "GET", path, kPatience);
        if (answer || !config.web.enabled) {
            return answer;
        }
    }
    if (!config.web.enabled) {
        return Error{"not asked: neither `state_directory` nor `web.enabled` is set"};
    }
    return ask_web(config.web, path, kPatience);
}

void add_daemon(const config::Config& config, Files& files) {
    for (const auto& [name, path] : std::map<std::string, std::string>{
             {"health.json", "/healthz"}, {"metrics.txt", "/metrics"}}) {
        const Result<Answer> answer = ask(config, path);
        files[name] = answer ? answer->body : "no answer: " + answer.error().text() + "\n";
    }
}

std::string doctor_json() {
    std::ostringstream out;
    DoctorOptions options;
    options.json = true;
    run_doctor(options, out);
    return out.str();
}

/// What was removed from one place must not stand in another.
void scrub(std::string& text, const std::vector<std::string>& secrets) {
    static constexpr std::string_view kRemoved = "(removed)";
    for (const std::string& secret : secrets) {
        for (size_t at = 0; (at = text.find(secret, at)) != std::string::npos;
             at += kRemoved.size()) {
            text.replace(at, secret.size(), kRemoved);
        }
    }
}

Files gather(const SupportOptions& options) {
    const Prepared prepared = read_configuration(options.config);
    Files files;
    files["README.txt"] = kReadme;
    files["versions.json"] = versions_json(sums_of(rule_files(prepared.config)));
    files["system.json"] = system_json();
    files["doctor.json"] = doctor_json();
    files["findings.json"] = findings_json(prepared.findings);
    files["settings.yaml"] =
        config::print_config(without_secrets(config::read_for_showing(options.config).config));
    add_daemon(prepared.config, files);
    const std::vector<std::string> secrets = secrets_of(prepared.config);
    for (auto& [name, text] : files) {
        scrub(text, secrets);
    }
    return files;
}

std::string name_for(std::time_t now) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return fmt::format("saker-support-{:04}{:02}{:02}-{:02}{:02}{:02}.tar.gz", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

Result<void> write_new(const std::string& path, std::string_view bytes) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) {
        return Error{std::strerror(errno), "-o names another file; one that is there is left alone"}
            .within(path);
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return Error{std::strerror(errno)}.within(path);
        }
        bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
    return {};
}

}  // namespace

int run_support(const SupportOptions& options, std::ostream& out) {
    const std::time_t now = std::time(nullptr);
    const std::string path = options.file.empty() ? name_for(now) : options.file;
    const Files files = gather(options);
    Archive archive(static_cast<uint64_t>(now));
    for (const auto& [name, text] : files) {
        archive.add("saker-support/" + name, text);
    }
    const Result<std::string> packed = outputs::gzip(archive.take());
    const Result<void> written = packed ? write_new(path, *packed) : Result<void>(packed.error());
    if (!written) {
        log_error(written.error().text());
        return kOutputCannotOpen;
    }
    out << path << '\n';
    for (const auto& [name, text] : files) {
        out << fmt::format("  {:<16} {:>8} bytes\n", name, text.size());
    }
    return kFine;
}

}  // namespace saker::cli
