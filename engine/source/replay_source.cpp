#include "engine/source/replay_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/fd.h"
#include "engine/event/event_table.h"

namespace saker {
namespace recording {

uint64_t event_table_hash() {
    uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](std::string_view text) {
        for (const char c : text) {
            hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
        }
        hash = (hash ^ 0xFF) * 0x100000001b3;
    };
    add(std::to_string(sizeof(event_header)));
    for (const EventRow& row : kEventTable) {
        add(row.name);
        for (const Member& member : row.members) {
            add(member.name);
            add(std::to_string(static_cast<int>(member.type)));
            add(std::to_string(member.offset));
        }
    }
    return hash;
}

}  // namespace recording

namespace {

constexpr size_t kBatch = 1024;             // records a poll hands over at most
constexpr size_t kAhead = 8 * 1024 * 1024;  // bytes poll_critical looks ahead at most

}  // namespace

ReplaySource::ReplaySource(const std::byte* bytes, size_t size, std::string path)
    : bytes_(bytes), size_(size), path_(std::move(path)) {}

ReplaySource::ReplaySource(ReplaySource&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)),
      size_(other.size_),
      path_(std::move(other.path_)),
      facts_(std::move(other.facts_)),
      at_(other.at_),
      given_(other.given_),
      ahead_(other.ahead_),
      cut_off_(other.cut_off_) {}

ReplaySource::~ReplaySource() {
    if (bytes_ != nullptr) {
        ::munmap(const_cast<std::byte*>(bytes_), size_);
    }
}

Result<ReplaySource> ReplaySource::open(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        return Error{path + ": " + std::strerror(errno), "", {}};
    }
    const auto size = static_cast<size_t>(status.st_size);
    if (!S_ISREG(status.st_mode) || size < sizeof(recording::FileHeader)) {
        return Error{path + ": not a recording", "make one with `saker record -o FILE`", {}};
    }
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (mapped == MAP_FAILED) {
        return Error{path + ": " + std::strerror(errno), "", {}};
    }
    ReplaySource source(static_cast<const std::byte*>(mapped), size, path);
    if (Result<void> read = source.read_header(); !read) {
        return read.error();
    }
    return source;
}

Result<void> ReplaySource::read_header() {
    recording::FileHeader header{};
    std::memcpy(&header, bytes_, sizeof(header));
    if (std::memcmp(header.magic, recording::kMagic, sizeof(header.magic)) != 0) {
        return Error{path_ + ": not a recording", "make one with `saker record -o FILE`", {}};
    }
    if (header.version != recording::kVersion ||
        header.event_table != recording::event_table_hash()) {
        return Error{path_ + ": recorded by a build of Saker whose events differ from this one's",
                     "replay it with the build that recorded it",
                     {}};
    }
    std::string* texts[] = {&facts_.boot_id, &facts_.hostname, &facts_.passwd, &facts_.group};
    size_t at = sizeof(header);
    for (size_t i = 0; i < std::size(texts); ++i) {
        if (header.text_sizes[i] > recording::kLargestText || at + header.text_sizes[i] > size_) {
            return Error{path_ + ": cut off before the first record", "", {}};
        }
        texts[i]->assign(reinterpret_cast<const char*>(bytes_) + at, header.text_sizes[i]);
        at += recording::aligned(header.text_sizes[i]);
    }
    if (header.header_size != at) {
        return Error{path_ + ": its header is damaged", "", {}};
    }
    facts_.boot_time = header.boot_time;
    facts_.pid_namespace = header.pid_namespace;
    facts_.mount_namespace = header.mount_namespace;
    facts_.has_container_facts = header.has_container_facts != 0;
    at_ = ahead_ = std::min(at, size_);
    return {};
}

/// The size of the record that begins there; 0 when no whole one does.
size_t ReplaySource::record_at(size_t at) const {
    if (size_ - at < sizeof(event_header)) {
        return 0;
    }
    const uint32_t size = reinterpret_cast<const event_header*>(bytes_ + at)->size;
    const bool is_whole =
        size >= sizeof(event_header) && size <= recording::kLargestRecord && size <= size_ - at;
    return is_whole ? size : 0;
}

Result<size_t> ReplaySource::poll(RecordSink& sink, int) {
    size_t count = 0;
    while (at_ < size_ && count < kBatch) {
        const size_t size = record_at(at_);
        if (size == 0) {
            cut_off_ = size_ - at_;
            at_ = size_;
            break;
        }
        given_ = at_;
        at_ = std::min(at_ + recording::aligned(size), size_);
        const auto* header = reinterpret_cast<const event_header*>(bytes_ + given_);
        if (given_ < ahead_ && header->lane == LANE_critical) {
            continue;
        }
        ++count;
        sink.take({bytes_ + given_, size});
    }
    return count;
}

/// What a live source would have had waiting: critical records not younger than the one just given.
void ReplaySource::poll_critical(RecordSink& sink) {
    const uint64_t now = reinterpret_cast<const event_header*>(bytes_ + given_)->time;
    size_t at = std::max(at_, ahead_);
    const size_t end = std::min(size_, at_ + kAhead);
    while (at < end) {
        const size_t size = record_at(at);
        if (size == 0) {
            break;
        }
        const auto* header = reinterpret_cast<const event_header*>(bytes_ + at);
        if (header->lane == LANE_critical) {
            if (header->time > now) {
                break;
            }
            sink.take({bytes_ + at, size});
        }
        at = std::min(at + recording::aligned(size), size_);
        ahead_ = at;
    }
    ahead_ = std::max(ahead_, at);
}

}  // namespace saker
