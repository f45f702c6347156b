// What is known of containers beyond their ids, and who is asked for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/state/container.h"
#include "engine/state/container_facts.h"

namespace saker {

/// Somebody who finds out about containers meanwhile, on a thread of his own. What he learns comes
/// back as a record (`container_facts`), also when it is that nobody knows.
class ContainerAsker {
  public:
    virtual ~ContainerAsker() = default;

    /// Never waits; false when too much is asked already.
    virtual bool ask(const Container& container) = 0;
};

struct ContainerCounts {
    uint64_t asked = 0;
    uint64_t answered = 0;
    uint64_t refused = 0;    // could not be asked, too much being asked already
    uint64_t forgotten = 0;  // for want of room
};

/// Bounded: the ones not asked about for longest go first, and are asked for again if need be.
class ContainerTable {
  public:
    enum class Standing : uint8_t { asked, known, nobody_knows };

    struct Known {
        Standing standing = Standing::nobody_knows;
        uint64_t asked_at = 0;  // boottime ns
        uint64_t last_seen = 0;
        ContainerFacts facts;
    };

    /// Without an asker nobody ever knows, unless records are awaited that tell (a replay's).
    ContainerTable(ContainerAsker* asker, bool awaits_records)
        : asker_(asker), awaits_records_(awaits_records) {}

    /// Asks for what is not known, and now and then again for what nobody knew. Not for the host.
    /// Valid until the next call.
    const Known& of(const Container& container, uint64_t now);

    /// What a record says of a container, asked for or not.
    void learn(std::string_view full_id, ContainerFacts facts, uint64_t now);

    const ContainerCounts& counts() const { return counts_; }

  private:
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Rows = std::unordered_map<std::string, Known, Hash, std::equal_to<>>;

    void ask(const Container& container, Known& known, uint64_t now);
    void make_room();

    ContainerAsker* asker_;
    bool awaits_records_;
    Rows rows_;
    ContainerCounts counts_;
};

}  // namespace saker
