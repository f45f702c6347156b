// Reading a bbolt database that its owner goes on writing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/fd.h"
#include "engine/base/result.h"

namespace saker::containers {

/// The state after one transaction. bbolt never overwrites pages of its newest transaction, so what
/// was read is true if `is_newest` still holds afterwards; else it is to be thrown away. Trusts
/// nothing in the file: a damaged one is an error, or has no such key.
class BoltFile {
  public:
    using Path = std::initializer_list<std::string_view>;
    using Entries = std::vector<std::pair<std::string, std::string>>;

    /// Does not wait for the owner's lock.
    static Result<BoltFile> open(const std::string& path);

    /// Nothing when there is no such bucket or key.
    Result<std::optional<std::string>> value(Path buckets, std::string_view key) const;

    /// All keys of a bucket that are no buckets, in order; none when there is no such bucket.
    Result<Entries> entries(Path buckets) const;

    bool is_newest() const;

  private:
    struct Meta {
        uint32_t page_size = 0;
        uint64_t root = 0;
        uint64_t transaction = 0;
    };
    struct Bucket {
        uint64_t root = 0;
        std::string inlined;  // the whole bucket, when it is small
    };
    struct Found {
        bool is_bucket = false;
        std::string value;
    };

    BoltFile(Fd file, Meta meta) : file_(std::move(file)), meta_(meta) {}

    static std::optional<Meta> read_meta(int file);
    static std::optional<Meta> meta_at(int file, uint64_t offset);
    static Result<Bucket> bucket_of(const std::string& value);
    Result<std::string> page(uint64_t number) const;
    Result<std::string> first_page(const Bucket& bucket) const;
    Result<std::optional<Found>> find(const Bucket& bucket, std::string_view key) const;
    Result<std::optional<Bucket>> descend(Path buckets) const;
    Result<void> collect(const std::string& page, int depth, Entries& into) const;

    Fd file_;
    Meta meta_;
};

}  // namespace saker::containers
