#include "cli/top.h"

#include <bpf/bpf.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <thread>

#include "cli/exit_code.h"
#include "cli/instance.h"
#include "cli/prepare.h"
#include "cli/server.h"
#include "cli/stop.h"
#include "cli/top_view.h"
#include "engine/base/fd.h"

namespace saker::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kPatience{5};   // with a daemon that answers late
constexpr std::chrono::milliseconds kNap{50};  // how late a signal may be noticed
constexpr int kLinesAside = 18;                // heads, empty lines and outputs
constexpr int kTables = 4;
constexpr size_t kRowsOfAList = 10;  // where there is no terminal; JSON has all
constexpr int kFewestRows = 3;
constexpr const char* kFromTheTop = "\x1b[H\x1b[2J";

Result<Json> ask(const std::string& socket) {
    const Result<Answer> answer = ask_daemon(socket, "GET", "/activity", kPatience);
    if (!answer) {
        return answer.error();
    }
    Json parsed = Json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || parsed.is_discarded()) {
        return Error{"the daemon at " + socket + " does not tell what it does",
                     "is it of the same version?"};
    }
    return parsed;
}

/// A picture fits its terminal.
Picture picture_of(bool is_terminal) {
    winsize size{};
    if (!is_terminal || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
        return {kRowsOfAList, 0};
    }
    const int rows = std::max((size.ws_row - kLinesAside) / kTables, kFewestRows);
    return {static_cast<size_t>(rows), size.ws_col};
}

/// False when it is time to stop.
bool wait(Stop& stop, std::chrono::steady_clock::time_point until) {
    while (std::chrono::steady_clock::now() < until) {
        if (stop.requested()) {
            return false;
        }
        std::this_thread::sleep_for(kNap);
    }
    return !stop.requested();
}

void show(const Json& activity, bool json, std::ostream& out) {
    const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
    if (json) {
        out << activity.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        out << (is_terminal ? kFromTheTop : "") << draw_activity(activity, picture_of(is_terminal))
            << (is_terminal ? "" : "\n");
    }
    out.flush();
}

/// The kernel measures as long as it is open.
Result<Fd> measure_hooks() {
    Fd measuring(::bpf_enable_stats(BPF_STATS_RUN_TIME));
    if (measuring.get() < 0) {
        return Error{
            std::string("the kernel does not measure programs for us: ") + std::strerror(errno),
            "`--hooks` needs CAP_SYS_ADMIN"};
    }
    return measuring;
}

int fail(const Error& error) {
    std::cerr << "saker: " << error.text() << '\n';
    return kUsage;
}

/// The daemon's counts change about once a second: two answers may be the same one.
Result<Json> ask_for_news(const std::string& socket, const Json& before, Stop& stop) {
    Result<Json> now = ask(socket);
    while (now && now->at("taken") == before.at("taken") &&
           wait(stop, std::chrono::steady_clock::now() + kNap)) {
        now = ask(socket);
    }
    return now;
}

}  // namespace

int run_top(const TopOptions& options, std::ostream& out) {
    Result<Fd> measuring = options.measures_hooks ? measure_hooks() : Result<Fd>(Fd());
    if (!measuring) {
        std::cerr << "saker: " << measuring.error().text() << '\n';
        return kPrivileges;
    }
    const std::string socket =
        control_socket(state_directory(read_configuration(options.config).config));
    Stop stop(0);
    Result<Json> before = ask(socket);
    if (!before) {
        return fail(before.error());
    }
    const std::chrono::seconds interval(options.interval_seconds);
    auto next = std::chrono::steady_clock::now();
    for (uint64_t shown = 0; options.count == 0 || shown < options.count;) {
        if (!wait(stop, next += interval)) {
            break;
        }
        Result<Json> now = ask_for_news(socket, *before, stop);
        if (!now) {
            return fail(now.error());
        }
        if (now->at("started") == before->at("started")) {
            show(activity_between(*before, *now), options.json, out);
            ++shown;
        }
        before = std::move(now);
    }
    return kFine;
}

}  // namespace saker::cli
