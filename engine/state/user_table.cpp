#include "engine/state/user_table.h"

#include <fcntl.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/fd.h"
#include "engine/state/account_file.h"

namespace saker {
namespace {

constexpr uint64_t kCheckInterval = 1'000'000'000;
// A container's mount namespace is made with the host's root in it; its own comes moments later.
constexpr uint64_t kSettles = 3'000'000'000;
constexpr size_t kMostNamespaces = 4096;
constexpr size_t kMostMounts = 1 << 20;

uint64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

std::string_view take_until(std::string_view& text, char end_mark) {
    const size_t end = std::min(text.find(end_mark), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

std::optional<uint32_t> number(std::string_view text) {
    uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

bool may_be_read(uint32_t pid) {
    const std::string place = "/proc/" + std::to_string(pid) + "/mountinfo";
    const Fd mounts(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
    if (!mounts) {
        return false;
    }
    const auto text = read_bounded(mounts.get(), kMostMounts);
    return text && !are_accounts_served_by_program(*text);
}

}  // namespace

void read_passwd(std::string_view text, Accounts& into) {
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        const std::string_view name = take_until(line, ':');
        take_until(line, ':');
        const auto uid = number(take_until(line, ':'));
        take_until(line, ':');
        take_until(line, ':');
        const std::string_view home = take_until(line, ':');
        if (uid && !name.empty()) {
            into.users.try_emplace(*uid,
                                   User{std::string(name), std::string(home), std::string(line)});
        }
    }
}

void read_group(std::string_view text, Accounts& into) {
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        const std::string_view name = take_until(line, ':');
        take_until(line, ':');
        const auto gid = number(take_until(line, ':'));
        if (gid && !name.empty()) {
            into.groups.try_emplace(*gid, std::string(name));
        }
    }
}

struct UserTable::Known {
    Accounts accounts;
    FileStamp passwd;
    FileStamp group;
    uint64_t next_check = 0;
    uint64_t first_asked = 0;

    void refresh(const std::string& root) {
        if (auto file = read_account_file(root, "etc/passwd", passwd);
            file && file->stamp != passwd) {
            accounts.users.clear();
            read_passwd(file->text, accounts);
            passwd = file->stamp;
        }
        if (auto file = read_account_file(root, "etc/group", group); file && file->stamp != group) {
            accounts.groups.clear();
            read_group(file->text, accounts);
            group = file->stamp;
        }
    }
};

UserTable::UserTable(const Host& host) : host_(host) {}
UserTable::~UserTable() = default;

const Accounts& UserTable::accounts(uint32_t mount_namespace, uint32_t pid) {
    std::unique_ptr<Known>& known = by_namespace_[mount_namespace];
    if (!known) {
        if (by_namespace_.size() > kMostNamespaces) {
            by_namespace_.clear();
            return accounts(mount_namespace, pid);
        }
        known = std::make_unique<Known>();
    }
    const uint64_t time = now();
    if (host_.is_live && time >= known->next_check) {
        known->first_asked = known->first_asked == 0 ? time : known->first_asked;
        const bool is_host = mount_namespace == host_.mount_namespace || host_.mount_namespace == 0;
        const bool is_settled = is_host || time - known->first_asked > kSettles;
        // A process that is gone tells nothing: the next one asked about may.
        if (is_host || may_be_read(pid)) {
            known->refresh(is_host ? host_.root : "/proc/" + std::to_string(pid) + "/root");
            known->next_check = is_settled ? time + kCheckInterval : time;
        }
    }
    return known->accounts;
}

const User* UserTable::user(uint32_t mount_namespace, uint32_t pid, uint32_t uid) {
    const auto& users = accounts(mount_namespace, pid).users;
    const auto found = users.find(uid);
    return found == users.end() ? nullptr : &found->second;
}

const std::string* UserTable::group(uint32_t mount_namespace, uint32_t pid, uint32_t gid) {
    const auto& groups = accounts(mount_namespace, pid).groups;
    const auto found = groups.find(gid);
    return found == groups.end() ? nullptr : &found->second;
}

void UserTable::learn_user(uint32_t mount_namespace, uint32_t uid, User user) {
    learn(mount_namespace).users.insert_or_assign(uid, std::move(user));
}

void UserTable::learn_group(uint32_t mount_namespace, uint32_t gid, std::string name) {
    learn(mount_namespace).groups.insert_or_assign(gid, std::move(name));
}

Accounts& UserTable::learn(uint32_t mount_namespace) {
    std::unique_ptr<Known>& known = by_namespace_[mount_namespace];
    if (!known) {
        known = std::make_unique<Known>();
    }
    return known->accounts;
}

}  // namespace saker
