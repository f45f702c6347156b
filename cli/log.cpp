#include "cli/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "engine/base/escape.h"

namespace saker::cli {
namespace {

/// One line, whatever hostile bytes the message holds.
std::string safe(std::string_view message) {
    std::string out;
    append_escaped(out, message);
    return out;
}

void log(spdlog::level::level_enum level, const char* pattern, std::string_view message) {
    spdlog::logger logger("saker", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger.set_pattern(pattern);
    logger.log(level, safe(message));
    logger.flush();
}

}  // namespace

void log_info(std::string_view message) {
    log(spdlog::level::info, "saker: %v", message);
}

void log_warning(std::string_view message) {
    log(spdlog::level::warn, "saker: warning: %v", message);
}

void log_error(std::string_view message) {
    log(spdlog::level::err, "saker: error: %v", message);
}

void announce_ready() {
    static constexpr std::string_view kLine = "saker: ready\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kLine.data(), kLine.size());
}

}  // namespace saker::cli
