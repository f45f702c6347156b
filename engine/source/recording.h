// A recorded file: what its first bytes say. Behind them lie records exactly as in the ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace saker {

/// What a replay must know of the machine and moment the records are from.
struct RecordingFacts {
    std::string boot_id;
    std::string hostname;
    uint64_t boot_time = 0;  // ns since the epoch at boottime 0
    uint32_t pid_namespace = 0;
    uint32_t mount_namespace = 0;
    std::string passwd;  // of the host: who its user and group ids were
    std::string group;
    bool has_container_facts = false;  // runtimes were asked meanwhile: their answers are records
};

namespace recording {

inline constexpr char kMagic[8] = {'s', 'a', 'k', 'e', 'r', 'r', 'e', 'c'};
inline constexpr uint32_t kVersion = 2;
inline constexpr size_t kLargestText = 1 << 20;
inline constexpr size_t kLargestRecord = 1 << 20;

/// The file's first bytes; the texts of RecordingFacts follow in their order, each 8-byte aligned.
struct FileHeader {
    char magic[8];
    uint32_t version;
    uint32_t header_size;  // where records begin
    uint64_t event_table;  // differs when the records of that build mean something else
    uint64_t boot_time;
    uint32_t pid_namespace;
    uint32_t mount_namespace;
    uint32_t text_sizes[4];  // boot_id, hostname, passwd, group
    uint32_t has_container_facts;
    uint32_t reserved;
};

/// Made of every event, member, type and place of probes/events.def.
uint64_t event_table_hash();

constexpr size_t aligned(size_t size) {
    return (size + 7) & ~size_t{7};
}

}  // namespace recording
}  // namespace saker
