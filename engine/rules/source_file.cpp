#include "engine/rules/source_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/base/escape.h"

namespace saker::rules {
namespace {

constexpr size_t kLongestLine = 400;
constexpr size_t kDeepest = 1000;

/// A descriptor that closes itself.
struct Descriptor {
    int number;
    explicit Descriptor(int number) : number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) {
            ::close(number);
        }
    }
};

Error cannot_read(const std::string& path, const std::string& why) {
    return Error{"cannot be read: " + why, "", {path, 0, 0}};
}

Error not_text(std::string what, std::string hint, Where where) {
    return Error{std::move(what), std::move(hint), std::move(where)};
}

}  // namespace

SourceFile::SourceFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
        text_.erase(0, 3);
    }
    line_starts_.push_back(0);
    for (size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', end + 1)) {
        line_starts_.push_back(static_cast<uint32_t>(end + 1));
    }
}

Result<SourceFile> SourceFile::read(const std::string& path) {
    // A fifo must not make us wait for a writer that never comes.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat about {};
    if (file.number < 0 || ::fstat(file.number, &about) != 0) {
        return cannot_read(path, std::strerror(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        return cannot_read(path, "it is not a regular file");
    }
    std::string text;
    char buffer[65536];
    while (text.size() <= kLargest) {
        const ssize_t got = ::read(file.number, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cannot_read(path, std::strerror(errno));
        }
        if (got == 0) {
            return SourceFile(path, std::move(text));
        }
        text.append(buffer, static_cast<size_t>(got));
    }
    return cannot_read(path, "it is larger than 16 MB");
}

Result<void> SourceFile::inspect() const {
    size_t depth = 0;
    for (size_t at = 0; at < text_.size();) {
        const size_t length = utf8_length(std::string_view(text_).substr(at));
        if (length == 0) {
            return not_text("the file is not UTF-8", "save it as UTF-8", where(at));
        }
        const char c = text_[at];
        if (c == '\0') {
            return not_text("the file holds a NUL byte", "rule files are text", where(at));
        }
        // The YAML library needs memory for every bracket it has not seen closed.
        if (c == '[' || c == '{') {
            if (++depth > kDeepest) {
                return not_text("brackets are nested too deeply", "", where(at));
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
        at += length;
    }
    return {};
}

size_t SourceFile::line_index(size_t offset) const {
    const auto after = std::ranges::upper_bound(line_starts_, offset);
    return static_cast<size_t>(after - line_starts_.begin()) - 1;
}

Where SourceFile::where(size_t offset) const {
    offset = std::min(offset, text_.size());
    const size_t line = line_index(offset);
    uint32_t column = 1;
    for (size_t at = line_starts_[line]; at < offset; ++at) {
        column += (static_cast<unsigned char>(text_[at]) & 0xC0U) != 0x80U ? 1 : 0;
    }
    return {path_, static_cast<uint32_t>(line + 1), column};
}

std::string SourceFile::line_of(size_t offset) const {
    offset = std::min(offset, text_.size());
    const size_t start = line_starts_[line_index(offset)];
    const size_t end = std::min(text_.find('\n', start), text_.size());
    std::string line = text_.substr(start, std::min(end - start, kLongestLine));
    while (line.ends_with('\r')) {
        line.pop_back();
    }
    return valid_utf8(line);
}

std::string SourceFile::line_number(uint32_t line) const {
    return line == 0 || line > line_starts_.size() ? "" : line_of(line_starts_[line - 1]);
}

Result<std::vector<std::string>> rule_files_of(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code failure;
    if (!fs::is_directory(path, failure)) {
        return std::vector<std::string>{path};
    }
    std::vector<std::string> files;
    fs::directory_iterator entry(path, failure);
    for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
        const std::string extension = entry->path().extension().string();
        std::error_code unknown;
        const bool is_rule_file = extension == ".yaml" || extension == ".yml";
        if (is_rule_file && !entry->is_directory(unknown)) {
            files.push_back(entry->path().string());
        }
    }
    if (failure) {
        return cannot_read(path, failure.message());
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace saker::rules
