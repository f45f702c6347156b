#include "cli/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "cli/diagnostics.h"
#include "engine/base/escape.h"

namespace saker::cli {
namespace {

/// One line, whatever hostile bytes the message holds.
std::string safe(std::string_view message) {
    std::string out;
    append_escaped(out, message);
    return out;
}

/// systemd says which file its journal reads.
bool is_journal() {
    const char* said = std::getenv("JOURNAL_STREAM");
    struct stat found {};
    return said != nullptr && ::fstat(STDERR_FILENO, &found) == 0 &&
           said == fmt::format("{}:{}", found.st_dev, found.st_ino);
}

/// `<4>` in the journal.
std::string mark(int syslog_level) {
    return is_journal() ? fmt::format("<{}>", syslog_level) : std::string();
}

std::string beginning(int syslog_level) {
    return mark(syslog_level) + "saker: ";
}

/// spdlog's registry holds the level; it and the sinks may be used from any thread.
void log(spdlog::level::level_enum level, const std::string& line) {
    if (level < spdlog::get_level()) {
        return;
    }
    spdlog::logger logger("saker", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger.set_pattern("%v");
    logger.log(level, line);
    logger.flush();
}

}  // namespace

void set_log_level(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::error:
            return spdlog::set_level(spdlog::level::err);
        case config::LogLevel::warning:
            return spdlog::set_level(spdlog::level::warn);
        case config::LogLevel::info:
            return spdlog::set_level(spdlog::level::info);
    }
}

void log_info(std::string_view message) {
    log(spdlog::level::info, beginning(LOG_INFO) + safe(message));
}

void log_warning(std::string_view message) {
    log(spdlog::level::warn, beginning(LOG_WARNING) + "warning: " + safe(message));
}

void log_error(std::string_view message) {
    log(spdlog::level::err, beginning(LOG_ERR) + "error: " + safe(message));
}

void log_findings(const std::vector<Diagnostic>& findings) {
    for (const Diagnostic& found : findings) {
        const std::string level = mark(found.severity == Severity::error ? LOG_ERR : LOG_WARNING);
        std::istringstream lines(describe(found));
        for (std::string line; std::getline(lines, line);) {
            std::cerr << level << line << '\n';
        }
    }
}

void announce_ready() {
    const std::string line = beginning(LOG_INFO) + "ready\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace saker::cli
