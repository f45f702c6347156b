// The domain names rules speak of, and the addresses they have: asked for by a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/value.h"

namespace saker {

/// The addresses of a name; empty when it has none, or nobody could tell.
using LookUp = std::function<std::vector<Address>(const std::string& name)>;

/// By the system's resolver: /etc/hosts, DNS, whatever it is set up to ask.
std::vector<Address> look_up_name(const std::string& name);

/// Forward lookups of known names, again and again; an address nobody named is never asked about,
/// so no stranger's server learns what we see, or answers for it.
class DomainNames {
  public:
    static constexpr std::chrono::seconds kInterval{30};

    /// No thread is started for no names.
    explicit DomainNames(std::vector<std::string> names, LookUp look_up = look_up_name,
                         std::chrono::milliseconds interval = kInterval);
    ~DomainNames();
    DomainNames(const DomainNames&) = delete;
    DomainNames& operator=(const DomainNames&) = delete;

    /// Waits until every name was asked for once; false when that took longer.
    bool wait(std::chrono::milliseconds patience);

    /// Takes over what was found meanwhile. For the thread that asks `names_of`, now and then.
    void refresh();

    /// The names that have the address; empty for others. No lock; valid until `refresh`.
    const std::vector<std::string>& names_of(const Address& address) const;

    /// Names that had no address when last asked for.
    std::vector<std::string> unknown() const;

  private:
    struct Hash {
        size_t operator()(const Address& address) const {
            return std::hash<std::string_view>()(
                {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
        }
    };
    struct Found {
        std::unordered_map<Address, std::vector<std::string>, Hash> names;
        std::vector<std::string> unknown;
    };
    struct Work;

    static void run(const std::shared_ptr<Work>& work);

    Found found_;
    std::shared_ptr<Work> work_;  // null without names
};

}  // namespace saker
