#include "engine/source/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "probes/events.h"

namespace saker {
namespace {

constexpr size_t kBuffer = 256 * 1024;

}  // namespace

Recorder::Recorder(Fd fd, std::string path, RedactorOptions redaction)
    : fd_(std::move(fd)), path_(std::move(path)), redactor_(std::move(redaction)) {
    buffer_.reserve(kBuffer + recording::kLargestRecord);
}

Result<Recorder> Recorder::create(const std::string& path, const RecordingFacts& facts,
                                  RedactorOptions redaction) {
    static constexpr mode_t kMode = 0600;
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
    if (!fd) {
        return Error{path + ": " + std::strerror(errno), "may you write there?", {}};
    }
    Recorder recorder(std::move(fd), path, std::move(redaction));
    recording::FileHeader header{};
    std::memcpy(header.magic, recording::kMagic, sizeof(header.magic));
    header.version = recording::kVersion;
    header.event_table = recording::event_table_hash();
    header.boot_time = facts.boot_time;
    header.pid_namespace = facts.pid_namespace;
    header.mount_namespace = facts.mount_namespace;
    header.has_container_facts = facts.has_container_facts;
    const std::string* texts[] = {&facts.boot_id, &facts.hostname, &facts.passwd, &facts.group};
    size_t size = sizeof(header);
    for (size_t i = 0; i < std::size(texts); ++i) {
        header.text_sizes[i] =
            static_cast<uint32_t>(std::min(texts[i]->size(), recording::kLargestText));
        size += recording::aligned(header.text_sizes[i]);
    }
    header.header_size = static_cast<uint32_t>(size);
    recorder.append(&header, sizeof(header));
    for (size_t i = 0; i < std::size(texts); ++i) {
        recorder.append(texts[i]->data(), header.text_sizes[i]);
    }
    if (Result<void> written = recorder.flush(); !written) {
        return written.error();
    }
    return recorder;
}

void Recorder::take(std::span<const std::byte> record) {
    const std::span<const std::byte> kept = covered(record);
    append(kept.data(), kept.size());
    ++records_;
    if (buffer_.size() >= kBuffer) {
        write_out();
    }
}

/// The record, or a copy of it without secrets.
std::span<const std::byte> Recorder::covered(std::span<const std::byte> record) {
    if (!redactor_.is_on() || record.size() < sizeof(event_header) ||
        !Redactor::may_hold_secrets(reinterpret_cast<const event_header*>(record.data())->event)) {
        return record;
    }
    copy_.resize((record.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
    std::memcpy(copy_.data(), record.data(), record.size());
    const std::span<std::byte> copy(reinterpret_cast<std::byte*>(copy_.data()), record.size());
    redactor_.cover_record(copy);
    return copy;
}

/// Everything in the file begins 8-byte aligned, so that it can be read in place.
void Recorder::append(const void* bytes, size_t size) {
    buffer_.append(static_cast<const char*>(bytes), size);
    buffer_.append(recording::aligned(size) - size, '\0');
    bytes_ += recording::aligned(size);
}

void Recorder::write_out() {
    size_t at = 0;
    while (at < buffer_.size() && failed_ == 0) {
        const ssize_t written = ::write(fd_.get(), buffer_.data() + at, buffer_.size() - at);
        if (written < 0 && errno != EINTR) {
            failed_ = errno;
        }
        at += written > 0 ? static_cast<size_t>(written) : 0;
    }
    buffer_.clear();
}

Result<void> Recorder::flush() {
    write_out();
    if (failed_ != 0) {
        return Error{path_ + ": " + std::strerror(failed_), "", {}};
    }
    return {};
}

}  // namespace saker
