// Names of users and groups, the host's and each container's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/state/host.h"

namespace saker {

struct User {
    std::string name;
    std::string home;
    std::string shell;
};

/// The users and groups of one mount namespace.
struct Accounts {
    std::unordered_map<uint32_t, User> users;
    std::unordered_map<uint32_t, std::string> groups;
};

/// What /etc/passwd and /etc/group say. Hostile text is expected: bad lines are skipped, the first
/// line of an id wins.
void read_passwd(std::string_view text, Accounts& into);
void read_group(std::string_view text, Accounts& into);

/// Reads files at most once a second and namespace (but while that is new), and only when they
/// changed.
class UserTable {
  public:
    explicit UserTable(const Host& host);
    ~UserTable();

    /// By a process's mount namespace; `pid` is one inside it, by whose root a container's files
    /// are found. Null when nobody knows the id. Valid until the next call.
    const User* user(uint32_t mount_namespace, uint32_t pid, uint32_t uid);
    const std::string* group(uint32_t mount_namespace, uint32_t pid, uint32_t gid);

    /// What a recording says; of a live host the files are asked.
    void learn_user(uint32_t mount_namespace, uint32_t uid, User user);
    void learn_group(uint32_t mount_namespace, uint32_t gid, std::string name);

  private:
    struct Known;

    Accounts& learn(uint32_t mount_namespace);

    const Accounts& accounts(uint32_t mount_namespace, uint32_t pid);

    const Host& host_;
    std::unordered_map<uint32_t, std::unique_ptr<Known>> by_namespace_;
};

}  // namespace saker
