#include "cli/file_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

namespace saker::cli {
namespace fs = std::filesystem;
namespace {

constexpr uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;

/// The link Kubernetes turns when a mounted ConfigMap changes.
constexpr const char* kConfigMapLink = "..data";

}  // namespace

void FileWatch::watch(const std::vector<std::string>& paths) {
    events_ = Fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    watched_.clear();
    std::map<std::string, Folder> folders;
    for (const std::string& path : paths) {
        add(path, folders);
    }
    for (auto& [path, folder] : folders) {
        const int number = ::inotify_add_watch(events_.get(), path.c_str(), kChanges);
        if (number >= 0) {
            watched_[number] = std::move(folder);
        }
    }
}

void FileWatch::add(const std::string& path, std::map<std::string, Folder>& folders) const {
    std::error_code failed;
    if (fs::is_directory(path, failed)) {
        folders[fs::path(path).lexically_normal().string()].all_yaml = true;
        return;
    }
    const fs::path file = fs::absolute(path, failed).lexically_normal();
    folders[file.parent_path().string()].names.push_back(file.filename().string());
}

bool FileWatch::means(const Folder& folder, const std::string& name) {
    return name == kConfigMapLink || std::ranges::find(folder.names, name) != folder.names.end() ||
           (folder.all_yaml && (name.ends_with(".yaml") || name.ends_with(".yml")));
}

bool FileWatch::take_change() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    bool changed = false;
    while (true) {
        const ssize_t got = events_ ? ::read(events_.get(), buffer.data(), buffer.size()) : -1;
        if (got <= 0) {
            return changed;
        }
        for (ssize_t at = 0; at < got;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            const auto folder = watched_.find(event->wd);
            changed |=
                (event->mask & IN_Q_OVERFLOW) != 0 ||
                (folder != watched_.end() && event->len > 0 && means(folder->second, event->name));
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        }
    }
}

}  // namespace saker::cli
