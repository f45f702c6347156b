#include "engine/containers/bolt.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace saker::containers {
namespace {

constexpr uint32_t kMagic = 0xED0CDAED;
constexpr uint32_t kVersion = 2;
constexpr uint16_t kBranch = 1;
constexpr uint16_t kLeaf = 2;
constexpr uint32_t kBucketFlag = 1;
constexpr size_t kLargestPage = size_t{16} << 20;
constexpr size_t kMostEntries = 4096;
constexpr int kDeepest = 32;

// The file's own structures, all little-endian; on a machine that is not, the magic never fits.
struct PageHeader {
    uint64_t number;
    uint16_t flags;
    uint16_t count;
    uint32_t overflow;
};
struct MetaPage {
    uint32_t magic;
    uint32_t version;
    uint32_t page_size;
    uint32_t flags;
    uint64_t root;
    uint64_t root_sequence;
    uint64_t free_list;
    uint64_t page_count;
    uint64_t transaction;
    uint64_t checksum;
};
struct BranchElement {
    uint32_t position;  // of the key, from here
    uint32_t key_size;
    uint64_t child;
};
struct LeafElement {
    uint32_t flags;
    uint32_t position;
    uint32_t key_size;
    uint32_t value_size;
};
struct BucketHeader {
    uint64_t root;  // 0: the page follows
    uint64_t sequence;
};

/// FNV-1a over all that stands before the checksum.
uint64_t checksum_of(const MetaPage& meta) {
    uint64_t hash = 0xcbf29ce484222325;
    const auto* bytes = reinterpret_cast<const uint8_t*>(&meta);
    for (size_t at = 0; at < offsetof(MetaPage, checksum); ++at) {
        hash = (hash ^ bytes[at]) * 0x100000001b3;
    }
    return hash;
}

Error damaged() {
    return Error{"not a bbolt database, or a damaged one"};
}

template <class T>
std::optional<T> read_at(std::string_view bytes, size_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::optional<std::string_view> slice(std::string_view bytes, size_t offset, size_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) {
        return std::nullopt;
    }
    return bytes.substr(offset, size);
}

struct Element {
    std::string_view key;
    std::string_view value;
    uint64_t child = 0;  // of a branch
    bool is_bucket = false;
};

std::optional<Element> element(std::string_view page, const PageHeader& header, uint16_t index) {
    const size_t at = sizeof(PageHeader) + index * sizeof(LeafElement);
    static_assert(sizeof(LeafElement) == sizeof(BranchElement));
    Element found;
    if ((header.flags & kBranch) != 0) {
        const auto branch = read_at<BranchElement>(page, at);
        const auto key =
            branch ? slice(page, at + branch->position, branch->key_size) : std::nullopt;
        return key ? std::optional(Element{*key, {}, branch->child, false}) : std::nullopt;
    }
    const auto leaf = read_at<LeafElement>(page, at);
    const auto key = leaf ? slice(page, at + leaf->position, leaf->key_size) : std::nullopt;
    const auto value =
        key ? slice(page, at + leaf->position + leaf->key_size, leaf->value_size) : std::nullopt;
    if (!value) {
        return std::nullopt;
    }
    return Element{*key, *value, 0, (leaf->flags & kBucketFlag) != 0};
}

}  // namespace

std::optional<BoltFile::Meta> BoltFile::meta_at(int file, uint64_t offset) {
    MetaPage meta{};
    const auto place = static_cast<off_t>(offset + sizeof(PageHeader));
    if (::pread(file, &meta, sizeof meta, place) != sizeof meta || meta.magic != kMagic ||
        meta.version != kVersion || meta.checksum != checksum_of(meta) ||
        meta.page_size < sizeof(PageHeader) + sizeof(MetaPage) || meta.page_size > kLargestPage) {
        return std::nullopt;
    }
    return Meta{meta.page_size, meta.root, meta.transaction};
}

/// There are two, written in turn; the second lies a page behind the first, whatever a page is.
std::optional<BoltFile::Meta> BoltFile::read_meta(int file) {
    const std::optional<Meta> first = meta_at(file, 0);
    const auto page_size =
        first ? first->page_size : static_cast<uint32_t>(::sysconf(_SC_PAGESIZE));
    const std::optional<Meta> second = meta_at(file, page_size);
    if (!first || (second && second->transaction > first->transaction)) {
        return second;
    }
    return first;
}

Result<BoltFile> BoltFile::open(const std::string& path) {
    Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        return Error{path + ": " + std::strerror(errno)};
    }
    const std::optional<Meta> meta = read_meta(file.get());
    if (!meta) {
        return damaged().within(path);
    }
    return BoltFile(std::move(file), *meta);
}

bool BoltFile::is_newest() const {
    const std::optional<Meta> meta = read_meta(file_.get());
    return meta && meta->transaction == meta_.transaction;
}

Result<std::string> BoltFile::page(uint64_t number) const {
    PageHeader header{};
    const uint64_t offset = number * meta_.page_size;
    if (number > (uint64_t{1} << 40) ||
        ::pread(file_.get(), &header, sizeof header, static_cast<off_t>(offset)) != sizeof header ||
        header.number != number) {
        return damaged();
    }
    const uint64_t size = (uint64_t{header.overflow} + 1) * meta_.page_size;
    if (size > kLargestPage) {
        return damaged();
    }
    std::string bytes(size, '\0');
    const ssize_t got = ::pread(file_.get(), bytes.data(), size, static_cast<off_t>(offset));
    if (got != static_cast<ssize_t>(size)) {
        return damaged();
    }
    return bytes;
}

Result<std::string> BoltFile::first_page(const Bucket& bucket) const {
    if (bucket.root == 0) {
        return bucket.inlined;
    }
    return page(bucket.root);
}

Result<BoltFile::Bucket> BoltFile::bucket_of(const std::string& value) {
    const auto header = read_at<BucketHeader>(value, 0);
    if (!header) {
        return damaged();
    }
    return Bucket{header->root, value.substr(sizeof(BucketHeader))};
}

Result<std::optional<BoltFile::Found>> BoltFile::find(const Bucket& bucket,
                                                      std::string_view key) const {
    auto bytes = first_page(bucket);
    for (int depth = 0; depth < kDeepest && bytes; ++depth) {
        const auto header = read_at<PageHeader>(*bytes, 0);
        if (!header || (header->flags & (kBranch | kLeaf)) == 0) {
            return damaged();
        }
        std::optional<Element> last;  // the last that is not beyond the key
        for (uint16_t index = 0; index < header->count; ++index) {
            const auto next = element(*bytes, *header, index);
            if (!next) {
                return damaged();
            }
            if (last && next->key > key) {
                break;
            }
            last = next;
        }
        if ((header->flags & kLeaf) != 0) {
            return last && last->key == key
                       ? std::optional(Found{last->is_bucket, std::string(last->value)})
                       : std::optional<Found>();
        }
        if (!last) {
            return damaged();
        }
        bytes = page(last->child);
    }
    return bytes ? damaged() : bytes.error();
}

Result<std::optional<BoltFile::Bucket>> BoltFile::descend(Path buckets) const {
    Bucket at{meta_.root, {}};
    for (const std::string_view name : buckets) {
        auto found = find(at, name);
        if (!found) {
            return found.error();
        }
        if (!*found || !(*found)->is_bucket) {
            return std::optional<Bucket>();
        }
        auto bucket = bucket_of((*found)->value);
        if (!bucket) {
            return bucket.error();
        }
        at = *std::move(bucket);
    }
    return std::optional(std::move(at));
}

Result<std::optional<std::string>> BoltFile::value(Path buckets, std::string_view key) const {
    auto bucket = descend(buckets);
    if (!bucket) {
        return bucket.error();
    }
    if (!*bucket) {
        return std::optional<std::string>();
    }
    auto found = find(**bucket, key);
    if (!found) {
        return found.error();
    }
    return *found && !(*found)->is_bucket ? std::optional(std::move((*found)->value))
                                          : std::optional<std::string>();
}

Result<void> BoltFile::collect(const std::string& bytes, int depth, Entries& into) const {
    const auto header = read_at<PageHeader>(bytes, 0);
    if (!header || (header->flags & (kBranch | kLeaf)) == 0 || depth > kDeepest) {
        return damaged();
    }
    for (uint16_t index = 0; index < header->count && into.size() < kMostEntries; ++index) {
        const auto next = element(bytes, *header, index);
        if (!next) {
            return damaged();
        }
        if ((header->flags & kLeaf) != 0) {
            if (!next->is_bucket) {
                into.emplace_back(next->key, next->value);
            }
            continue;
        }
        auto child = page(next->child);
        auto collected = child ? collect(*child, depth + 1, into) : child.error();
        if (!collected) {
            return collected.error();
        }
    }
    return {};
}

Result<BoltFile::Entries> BoltFile::entries(Path buckets) const {
    Entries found;
    auto bucket = descend(buckets);
    if (!bucket) {
        return bucket.error();
    }
    if (!*bucket) {
        return found;
    }
    auto first = first_page(**bucket);
    if (!first) {
        return first.error();
    }
    auto collected = collect(*first, 0, found);
    if (!collected) {
        return collected.error();
    }
    return found;
}

}  // namespace saker::containers
