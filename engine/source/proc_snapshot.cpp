#include "engine/source/proc_snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>

#include "probes/events.h"

namespace saker {
namespace {

constexpr uint64_t kTick = 10'000'000;  // what /proc counts in: USER_HZ is 100 everywhere
constexpr uint64_t kKernelThread = 0x00200000;
constexpr size_t kLongestText = 4096;
constexpr std::string_view kDeleted = " (deleted)";

/// What /proc/PID/stat and /proc/PID/status say.
struct Seen {
    uint32_t pid = 0;
    uint32_t parent = 0;
    uint32_t group = 0;
    uint32_t session = 0;
    uint32_t tty = 0;
    uint64_t flags = 0;
    uint64_t start_time = 0;
    uint32_t pid_namespace = 0;
    std::string name;
    std::map<std::string, std::vector<uint64_t>, std::less<>> status;  // numbers of each line

    uint64_t status_number(std::string_view key, size_t index) const {
        const auto found = status.find(key);
        return found == status.end() || index >= found->second.size() ? 0 : found->second[index];
    }
    /// In the namespace the process itself is in.
    uint32_t innermost(std::string_view key) const {
        const auto found = status.find(key);
        return found == status.end() || found->second.empty()
                   ? 0
                   : static_cast<uint32_t>(found->second.back());
    }
    size_t depth() const {
        const auto found = status.find("NSpid");
        return found == status.end() ? 0 : found->second.size();
    }
};
using AllSeen = std::unordered_map<uint32_t, Seen>;

std::string place(uint32_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string slurp(const std::string& path, size_t limit = 1 << 20) {
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    text.resize(std::min(text.size(), limit));
    return text;
}

std::string target(const std::string& link) {
    std::error_code failed;
    return std::filesystem::read_symlink(link, failed).string();
}

/// `pid:[4026531836]`
uint32_t namespace_number(uint32_t pid, const char* name) {
    const std::string text = target(place(pid, name));
    const size_t bracket = text.find('[');
    uint32_t number = 0;
    if (bracket != text.npos) {
        std::from_chars(text.data() + bracket + 1, text.data() + text.size(), number);
    }
    return number;
}

bool read_stat(uint32_t pid, Seen& seen) {
    const std::string text = slurp(place(pid, "stat"));
    const size_t open = text.find('(');
    const size_t close = text.rfind(')');  // a name may hold one too
    if (open == text.npos || close == text.npos || close < open) {
        return false;
    }
    seen.pid = pid;
    seen.name = text.substr(open + 1, close - open - 1);
    std::istringstream rest(text.substr(close + 1));
    char state = 0;
    int32_t tty = 0;
    int64_t skipped = 0;
    uint64_t ticks = 0;
    rest >> state >> seen.parent >> seen.group >> seen.session >> tty >> skipped >> seen.flags;
    for (int field = 10; field < 22; ++field) {
        rest >> skipped;
    }
    rest >> ticks;
    seen.tty = static_cast<uint32_t>(tty);
    seen.start_time = ticks * kTick;
    return static_cast<bool>(rest) && state != 'Z';
}

void read_status(Seen& seen) {
    std::istringstream lines(slurp(place(seen.pid, "status")));
    for (std::string line; std::getline(lines, line);) {
        const size_t colon = std::min(line.find(':'), line.size());
        const std::string key = line.substr(0, colon);
        const bool is_hexadecimal = key.starts_with("Cap");
        std::istringstream numbers(line.substr(std::min(colon + 1, line.size())));
        auto& found = seen.status[key];
        uint64_t number = 0;
        numbers >> (is_hexadecimal ? std::hex : std::dec);
        while (numbers >> number) {
            found.push_back(number);
        }
    }
}

AllSeen all_seen() {
    AllSeen all;
    std::error_code failed;
    std::filesystem::directory_iterator at("/proc", failed);
    for (; !failed && at != std::filesystem::directory_iterator(); at.increment(failed)) {
        const std::string name = at->path().filename();
        uint32_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        Seen seen;
        if (error == std::errc() && end == name.data() + name.size() && read_stat(pid, seen)) {
            read_status(seen);
            seen.pid_namespace = namespace_number(pid, "ns/pid");
            all.emplace(pid, std::move(seen));
        }
    }
    return all;
}

/// The path in the hierarchy: lines are `number:controllers:path`.
std::string cgroup_path(uint32_t pid, const CgroupHierarchy& hierarchy) {
    std::istringstream lines(slurp(place(pid, "cgroup")));
    const std::string wanted = hierarchy.name == "unified" ? "" : hierarchy.name;
    for (std::string line; std::getline(lines, line);) {
        const size_t names = line.find(':') + 1;
        const size_t path = line.find(':', names) + 1;
        if (names == 0 || path == 0) {
            continue;
        }
        std::istringstream list(line.substr(names, path - 1 - names));
        std::string name;
        bool is_wanted = wanted.empty() && path == names + 1;
        while (std::getline(list, name, ',')) {
            is_wanted = is_wanted || (!wanted.empty() && name == wanted);
        }
        if (is_wanted) {
            return line.substr(path);
        }
    }
    return "";
}

uint32_t type_of_descriptor(uint32_t pid, int fd) {
    const std::string link = place(pid, "fd/") + std::to_string(fd);
    const std::string text = target(link);
    struct stat status {};
    if (text.empty() || ::stat(link.c_str(), &status) != 0) {
        return FD_TYPE_none;
    }
    if (text.starts_with("anon_inode:")) {
        return FD_TYPE_anonymous;
    }
    if (text.starts_with("/memfd:")) {
        return FD_TYPE_memfd;
    }
    switch (status.st_mode & S_IFMT) {
        case S_IFCHR:
            return FD_TYPE_character;
        case S_IFDIR:
            return FD_TYPE_directory;
        case S_IFIFO:
            return FD_TYPE_pipe;
        case S_IFSOCK:
            return FD_TYPE_unknown;  // its family is not told
        default:
            return FD_TYPE_file;
    }
}

/// A record and the texts behind it.
class Record {
  public:
    Record() : bytes_(sizeof(execve_event)) {}

    execve_event fixed{};

    void text(text_ref& where, std::string_view text) {
        const std::string_view kept = text.substr(0, kLongestText);
        where = {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(kept.size())};
        if (kept.size() < text.size()) {
            fixed.header.flags |= RECORD_TRUNCATED;
        }
        const auto* start = reinterpret_cast<const std::byte*>(kept.data());
        bytes_.insert(bytes_.end(), start, start + kept.size());
    }

    void append_to(std::vector<std::byte>& all) {
        bytes_.resize((bytes_.size() + 7) & ~size_t{7});
        fixed.header.size = static_cast<uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &fixed, sizeof fixed);
        all.insert(all.end(), bytes_.begin(), bytes_.end());
    }

  private:
    std::vector<std::byte> bytes_;
};

void fill_header(const Seen& seen, event_header& header) {
    header.event = EVENT_execve;
    header.flags = RECORD_SNAPSHOT;
    header.lane = LANE_critical;
    header.start_time = header.time = seen.start_time;
    header.pid = header.tid = seen.pid;
    header.vpid = header.vtid = seen.innermost("NSpid");
    header.uid = static_cast<uint32_t>(seen.status_number("Uid", 0));
    header.euid = static_cast<uint32_t>(seen.status_number("Uid", 1));
    header.gid = static_cast<uint32_t>(seen.status_number("Gid", 0));
    header.egid = static_cast<uint32_t>(seen.status_number("Gid", 1));
    header.cap_effective = seen.status_number("CapEff", 0);
    header.mount_namespace = namespace_number(seen.pid, "ns/mnt");
    header.pid_namespace = seen.pid_namespace;
    seen.name.copy(header.comm, sizeof header.comm - 1);
}

void fill_program(uint32_t pid, Record& record) {
    execve_event& event = record.fixed;
    std::string path = target(place(pid, "exe"));
    if (path.ends_with(kDeleted)) {
        path.resize(path.size() - kDeleted.size());
        event.flags |= FILE_DELETED;
    }
    if (path.starts_with("/memfd:")) {
        event.flags |= FILE_MEMFD;
    }
    record.text(event.trusted_exepath, path);
    struct stat status {};
    if (::stat(place(pid, "exe").c_str(), &status) == 0) {
        event.exe_dev = static_cast<uint32_t>(status.st_dev);
        event.exe_ino = status.st_ino;
        event.exe_ino_ctime = static_cast<uint64_t>(status.st_ctim.tv_sec) * 1'000'000'000 +
                              static_cast<uint64_t>(status.st_ctim.tv_nsec);
        event.exe_ino_mtime = static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                              static_cast<uint64_t>(status.st_mtim.tv_nsec);
    }
}

/// The first process of a pid namespace is the one that is 1 there.
uint64_t start_of_namespace(const AllSeen& all, uint32_t pid_namespace) {
    const auto first = std::ranges::find_if(all, [&](const auto& entry) {
        return entry.second.pid_namespace == pid_namespace && entry.second.innermost("NSpid") == 1;
    });
    return first == all.end() ? 0 : first->second.start_time;
}

void fill_family(const Seen& seen, const AllSeen& all, execve_event& event) {
    event.ptid = seen.parent;
    if (const auto parent = all.find(seen.parent); parent != all.end()) {
        event.parent_start_time = parent->second.start_time;
        const size_t level = std::max<size_t>(seen.depth(), 1) - 1;
        event.pvpid = static_cast<uint32_t>(parent->second.status_number("NSpid", level));
    }
    event.pgid = seen.group;
    event.vpgid = seen.innermost("NSpgid");
    event.sid = seen.session;
    event.vsid = seen.innermost("NSsid");
    event.tty = seen.tty;
    event.pidns_init_start_ts = start_of_namespace(all, seen.pid_namespace);
    event.kernel_thread = (seen.flags & kKernelThread) != 0;
}

uint32_t login_user(uint32_t pid) {
    const std::string text = slurp(place(pid, "loginuid"));
    uint32_t user = UINT32_MAX;
    std::from_chars(text.data(), text.data() + text.size(), user);
    return user;
}

void append_process(const Seen& seen, const AllSeen& all, const CgroupHierarchy& hierarchy,
                    bool environment, std::vector<std::byte>& into) {
    Record record;
    execve_event& event = record.fixed;
    fill_header(seen, event.header);
    fill_family(seen, all, event);
    event.loginuid = login_user(seen.pid);
    event.cap_inheritable = seen.status_number("CapInh", 0);
    event.cap_permitted = seen.status_number("CapPrm", 0);
    event.cap_effective = seen.status_number("CapEff", 0);
    event.stdin_type = type_of_descriptor(seen.pid, 0);
    event.stdout_type = type_of_descriptor(seen.pid, 1);
    event.stderr_type = type_of_descriptor(seen.pid, 2);
    fill_program(seen.pid, record);
    record.text(event.exe, slurp(place(seen.pid, "cmdline")));
    record.text(event.cwd, target(place(seen.pid, "cwd")));
    if (environment) {
        record.text(event.env, slurp(place(seen.pid, "environ")));
    }
    const std::string group = cgroup_path(seen.pid, hierarchy);
    record.text(event.cgroups, group);
    if (const auto id = cgroup_id(hierarchy.folder + group); id && !hierarchy.folder.empty()) {
        event.header.cgroup = *id;
    }
    record.append_to(into);
}

}  // namespace

std::vector<std::byte> snapshot_of_proc(const CgroupHierarchy& hierarchy, bool environment) {
    const AllSeen all = all_seen();
    std::vector<std::byte> records;
    for (const auto& [pid, seen] : all) {
        if (pid != static_cast<uint32_t>(::getpid())) {
            append_process(seen, all, hierarchy, environment, records);
        }
    }
    return records;
}

std::vector<tree_node> tree_of_proc() {
    std::vector<tree_node> tree;
    for (const auto& [pid, seen] : all_seen()) {
        tree.push_back({pid, seen.parent, pid});
    }
    return tree;
}

}  // namespace saker
