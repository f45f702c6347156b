#include "cli/heartbeat.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <limits>

#include "engine/event/format.h"

namespace saker::cli {
namespace {

constexpr std::array<const char*, 2> kStates{"running", "stopped"};

/// One line, always as long as any other: a write replaces it whole.
std::string line_of(const Beat& beat) {
    return fmt::format("saker {} {:020} {:020}\n", kStates[static_cast<size_t>(beat.state)],
                       beat.time, beat.held_back);
}

/// What cannot be read was cut off by the end of the run that wrote it.
Beat beat_of(const std::string& line) {
    Beat beat;
    std::array<char, 8> state{};
    int used = 0;
    const int found = std::sscanf(line.c_str(), "saker %7s %20" SCNu64 " %20" SCNu64 "%n",
                                  state.data(), &beat.time, &beat.held_back, &used);
    if (found != 3 || line.substr(static_cast<size_t>(used)) != "\n") {
        return {};
    }
    beat.state =
        state.data() == std::string_view("stopped") ? Beat::State::stopped : Beat::State::running;
    return beat;
}

Error failure(const std::string& path) {
    return Error{std::strerror(errno), "`state_directory` says where state is kept"}.within(path);
}

}  // namespace

Result<Heartbeat> Heartbeat::open(const std::string& state_directory) {
    const std::string path = state_directory + "/heartbeat";
    constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    Fd file(::open(path.c_str(), kFlags));
    const bool is_first = !file && errno == ENOENT;
    if (is_first) {
        file = Fd(::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600));
    }
    if (!file) {
        return failure(path);
    }
    Heartbeat heartbeat(std::move(file), path);
    if (is_first) {
        const Fd folder(::open(state_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder || ::fsync(folder.get()) != 0) {
            return failure(state_directory);
        }
    }
    const Result<void> done =
        is_first ? heartbeat.commit({Beat::State::stopped, 0, 0}) : heartbeat.read();
    if (!done) {
        return done.error();
    }
    return heartbeat;
}

Result<void> Heartbeat::read() {
    std::array<char, 128> text{};
    const ssize_t size = ::pread(file_.get(), text.data(), text.size(), 0);
    if (size < 0) {
        return failure(path_);
    }
    const Beat beat = beat_of({text.data(), static_cast<size_t>(size)});
    if (beat.state == Beat::State::running || beat.time != 0) {
        earlier_ = beat;  // else nobody ever got so far as to watch
    }
    return {};
}

Result<void> Heartbeat::write(const Beat& beat) {
    const std::string line = line_of(beat);
    const ssize_t written = ::pwrite(file_.get(), line.data(), line.size(), 0);
    if (written != static_cast<ssize_t>(line.size())) {
        return failure(path_);
    }
    return {};
}

Result<void> Heartbeat::commit(const Beat& beat) {
    if (Result<void> written = write(beat); !written) {
        return written;
    }
    // A file that was there and held more is cut to the line.
    if (::ftruncate(file_.get(), static_cast<off_t>(line_of(beat).size())) != 0 ||
        ::fdatasync(file_.get()) != 0) {
        return failure(path_);
    }
    return {};
}

BlindTime blind_time(const Beat& last, uint64_t proven) {
    // A clock that was set back meanwhile makes it no less than nothing.
    const uint64_t passed = proven > last.time ? proven - last.time : 0;
    const double seconds = last.time == 0 ? std::numeric_limits<double>::infinity()
                                          : static_cast<double>(passed) / 1e9;
    return {last.state == Beat::State::stopped, seconds};
}

InternalNotice describe_gap(const Beat& last, uint64_t proven) {
    const bool was_stopped = last.state == Beat::State::stopped;
    const std::string from = last.time == 0 ? "an unknown time" : iso_time(last.time);
    const std::string to = iso_time(proven);
    InternalNotice notice{was_stopped ? kWasStopped : kBlind, "", {}};
    notice.priority = was_stopped ? rules::Priority::notice : rules::Priority::critical;
    notice.message =
        was_stopped ? fmt::format("not watching from {} to {}: Saker was stopped", from, to)
                    : fmt::format(
                          "blind from {} to {}: Saker ended without being stopped; what happened "
                          "meanwhile may not have been told",
                          from, to);
    if (last.held_back > 0) {
        notice.message += fmt::format(", and {} alert{} held back before {} not told by a summary",
                                      last.held_back, last.held_back == 1 ? "" : "s",
                                      last.held_back == 1 ? "was" : "were");
    }
    notice.fields = {
        {"saker.blind.from", last.time == 0 ? rules::OutputScalar{} : rules::OutputScalar(from)},
        {"saker.blind.to", rules::OutputScalar(to)},
        {"saker.blind.throttled", rules::OutputScalar(last.held_back)}};
    return notice;
}

}  // namespace saker::cli
