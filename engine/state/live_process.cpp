#include "engine/state/live_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "engine/base/fd.h"
#include "engine/event/format.h"
#include "engine/state/account_file.h"

namespace saker {
namespace {

constexpr uint64_t kTick = 10'000'000;  // ns, what /proc counts start times in
constexpr size_t kLargestFile = 64 * 1024;
constexpr size_t kMostDescriptors = 4096;

std::string slurp(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return {};
    }
    auto text = read_bounded(file.get(), kLargestFile);
    return text ? *std::move(text) : std::string();
}

uint64_t number_at(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The numbers of a stat file by the places proc(5) gives them; the name may hold anything.
struct Stat {
    explicit Stat(const std::string& path) : text(slurp(path)) {
        size_t at = text.rfind(')');
        for (size_t place = 3; place < places.size() && at != text.npos; ++place) {
            at = text.find(' ', at);
            at = at == text.npos ? at : at + 1;
            places[place] = at == text.npos ? 0 : number_at(std::string_view(text).substr(at));
        }
    }

    std::string text;
    std::array<uint64_t, 25> places{};
};

enum StatPlace {
    kMinorFaults = 10,
    kMajorFaults = 12,
    kThreads = 20,
    kStart = 22,
    kSize,
    kResident
};

/// The number behind `name` at the start of a line.
std::optional<uint64_t> line_of(std::string_view text, std::string_view name) {
    for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
        if (at == 0 || text[at - 1] == '\n') {
            const std::string_view rest = text.substr(at + name.size());
            const size_t digit = rest.find_first_not_of(" \t");
            const bool is_number = digit != rest.npos && rest[digit] >= '0' && rest[digit] <= '9';
            return is_number ? std::optional(number_at(rest)) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::string place_of(const event_header& header) {
    return "/proc/" + std::to_string(header.pid);
}

std::string thread_place(const event_header& header) {
    return place_of(header) + "/task/" + std::to_string(header.tid);
}

ProcessFigures read_figures(const event_header& header) {
    const Stat process(place_of(header) + "/stat");
    const Stat thread(thread_place(header) + "/stat");
    const std::string status = slurp(place_of(header) + "/status");
    const auto page_kib = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    ProcessFigures made;
    made.virtual_kib = process.places[kSize] / 1024;
    made.resident_kib = line_of(status, "VmRSS:").value_or(process.places[kResident] * page_kib);
    made.swapped_kib = line_of(status, "VmSwap:").value_or(0);
    made.threads = process.places[kThreads];
    made.major_faults = thread.places[kMajorFaults];
    made.minor_faults = thread.places[kMinorFaults];
    made.processor_time = number_at(slurp(thread_place(header) + "/schedstat"));
    if (const auto limit = line_of(slurp(place_of(header) + "/limits"), "Max open files")) {
        made.most_descriptors = static_cast<int64_t>(*limit);
    }
    return made;
}

/// By the name the kernel gives a socket's protocol: TCP, UDPv6, UNIX-STREAM …
std::string_view socket_type(const std::string& link) {
    char name[64];
    const ssize_t length = ::getxattr(link.c_str(), "system.sockprotoname", name, sizeof(name));
    const std::string_view protocol(name,
                                    length < 0 ? 0 : ::strnlen(name, static_cast<size_t>(length)));
    if (protocol.starts_with("UNIX")) {
        return fd_type_name(FD_TYPE_unix);
    }
    if (protocol.starts_with("NETLINK")) {
        return fd_type_name(FD_TYPE_netlink);
    }
    for (const std::string_view known : {"TCP", "UDP", "RAW", "PING", "SCTP", "DCCP"}) {
        if (protocol.starts_with(known)) {
            return fd_type_name(protocol.ends_with("v6") ? FD_TYPE_ipv6 : FD_TYPE_ipv4);
        }
    }
    return fd_type_name(FD_TYPE_unknown);
}

std::string_view anonymous_type(std::string_view name) {
    static constexpr std::string_view kKnown[] = {"eventfd", "eventpoll",   "inotify", "signalfd",
                                                  "timerfd", "userfaultfd", "io_uring"};
    for (const std::string_view known : kKnown) {
        if (name.find(known) != name.npos) {
            return known == "eventfd" ? "event" : known;
        }
    }
    return name.find("pidfd") != name.npos ? "pidfd"
           : name.find("bpf") != name.npos ? "bpf"
                                           : fd_type_name(FD_TYPE_unknown);
}

/// Whether what a descriptor's link leads to is a directory; the file system itself is not asked.
bool is_directory(const std::string& link) {
    struct statx status {};
    return ::statx(AT_FDCWD, link.c_str(), AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE,
                   &status) == 0 &&
           S_ISDIR(status.stx_mode);
}

std::string_view type_of(const std::string& link, std::string_view name) {
    if (name.starts_with("socket:")) {
        return socket_type(link);
    }
    if (name.starts_with("anon_inode:") || name.starts_with("pidfd:")) {
        return anonymous_type(name);
    }
    if (name.starts_with("/memfd:")) {
        return fd_type_name(FD_TYPE_memfd);
    }
    if (name.starts_with("pipe:") || !name.starts_with('/')) {
        return fd_type_name(name.starts_with("pipe:") ? FD_TYPE_pipe : FD_TYPE_unknown);
    }
    return fd_type_name(is_directory(link) ? FD_TYPE_directory : FD_TYPE_file);
}

std::vector<OpenDescriptor> read_descriptors(const std::string& folder) {
    std::vector<OpenDescriptor> made;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
    while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
        char name[4096];
        const std::string link = folder + "/" + entry->d_name;
        const ssize_t length = ::readlink(link.c_str(), name, sizeof(name));
        if (length > 0 && made.size() < kMostDescriptors) {
            const std::string_view text(name, static_cast<size_t>(length));
            made.push_back({static_cast<int>(number_at(entry->d_name)), type_of(link, text),
                            std::string(text)});
        }
    }
    std::ranges::sort(made, {}, &OpenDescriptor::number);
    return made;
}

}  // namespace

/// Whether the event's process is still there; forgets what was read for another event.
bool LiveProcess::turn_to(const Event& event) {
    const event_header& header = event.header();
    const uint64_t sequence = header.sequence << 1U | header.lane;
    if (time_ == header.time && lane_and_sequence_ == sequence) {
        return is_there_;
    }
    time_ = header.time;
    lane_and_sequence_ = sequence;
    figures_.reset();
    descriptors_.reset();
    cgroups_.reset();
    is_there_ = false;
    if (host_.is_live) {
        const uint64_t start = Stat(place_of(header) + "/stat").places[kStart];
        const uint64_t known = header.start_time / kTick;
        is_there_ = start != 0 && (start > known ? start - known : known - start) <= 1;
    }
    return is_there_;
}

const ProcessFigures* LiveProcess::figures(const Event& event) {
    if (!turn_to(event)) {
        return nullptr;
    }
    if (!figures_) {
        figures_ = read_figures(event.header());
    }
    return &*figures_;
}

const std::vector<OpenDescriptor>* LiveProcess::descriptors(const Event& event) {
    if (!turn_to(event)) {
        return nullptr;
    }
    if (!descriptors_) {
        descriptors_ = read_descriptors(thread_place(event.header()) + "/fd");
    }
    return &*descriptors_;
}

std::optional<std::string_view> LiveProcess::cgroups(const Event& event) {
    if (!turn_to(event)) {
        return std::nullopt;
    }
    if (!cgroups_) {
        cgroups_ = slurp(thread_place(event.header()) + "/cgroup");
    }
    return cgroups_->empty() ? std::nullopt : std::optional<std::string_view>(*cgroups_);
}

}  // namespace saker
