#include "engine/state/domain_names.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

namespace saker {

/// The thread's own share in it: a resolver may keep it waiting for half a minute, and the daemon
/// does not wait for that when it ends.
struct DomainNames::Work {
    std::vector<std::string> names;
    LookUp look_up;
    std::chrono::milliseconds interval{};
    std::mutex mutex;
    std::condition_variable changed;
    Found fresh;
    uint64_t rounds = 0;
    bool is_fresh = false;
    bool must_end = false;
};

std::vector<Address> look_up_name(const std::string& name) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;  // else each address comes once for every kind of socket
    addrinfo* first = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &wanted, &first) != 0) {
        return {};
    }
    std::vector<Address> addresses;
    for (const addrinfo* at = first; at; at = at->ai_next) {
        Address address;
        if (at->ai_family == AF_INET) {
            std::memcpy(address.bytes.data(),
                        &reinterpret_cast<const sockaddr_in*>(at->ai_addr)->sin_addr, 4);
        } else if (at->ai_family == AF_INET6) {
            const in6_addr& six = reinterpret_cast<const sockaddr_in6*>(at->ai_addr)->sin6_addr;
            address.is_v6 = !IN6_IS_ADDR_V4MAPPED(&six);
            const size_t skipped = address.is_v6 ? 0 : 12;
            std::memcpy(address.bytes.data(), six.s6_addr + skipped, sizeof(six) - skipped);
        } else {
            continue;
        }
        addresses.push_back(address);
    }
    ::freeaddrinfo(first);
    return addresses;
}

DomainNames::DomainNames(std::vector<std::string> names, LookUp look_up,
                         std::chrono::milliseconds interval) {
    if (names.empty()) {
        return;
    }
    work_ = std::make_shared<Work>();
    work_->names = std::move(names);
    work_->look_up = std::move(look_up);
    work_->interval = interval;
    std::thread([work = work_] { run(work); }).detach();
}

DomainNames::~DomainNames() {
    if (work_) {
        const std::lock_guard lock(work_->mutex);
        work_->must_end = true;
        work_->changed.notify_all();
    }
}

void DomainNames::run(const std::shared_ptr<Work>& work) {
    for (;;) {
        Found found;
        for (const std::string& name : work->names) {
            const std::vector<Address> addresses = work->look_up(name);
            for (const Address& address : addresses) {
                std::vector<std::string>& names = found.names[address];
                if (std::ranges::find(names, name) == names.end()) {
                    names.push_back(name);
                }
            }
            if (addresses.empty()) {
                found.unknown.push_back(name);
            }
        }
        std::unique_lock lock(work->mutex);
        work->fresh = std::move(found);
        work->is_fresh = true;
        ++work->rounds;
        work->changed.notify_all();
        if (work->changed.wait_for(lock, work->interval, [&] { return work->must_end; })) {
            return;
        }
    }
}

bool DomainNames::wait(std::chrono::milliseconds patience) {
    if (!work_) {
        return true;
    }
    std::unique_lock lock(work_->mutex);
    return work_->changed.wait_for(lock, patience, [&] { return work_->rounds > 0; });
}

void DomainNames::refresh() {
    if (!work_) {
        return;
    }
    const std::lock_guard lock(work_->mutex);
    if (work_->is_fresh) {
        found_ = std::move(work_->fresh);
        work_->is_fresh = false;
    }
}

const std::vector<std::string>& DomainNames::names_of(const Address& address) const {
    static const std::vector<std::string> none;
    const auto found = found_.names.find(address);
    return found == found_.names.end() ? none : found->second;
}

std::vector<std::string> DomainNames::unknown() const {
    return found_.unknown;
}

}  // namespace saker
