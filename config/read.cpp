#include "config/read.h"

#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include "engine/base/nearest.h"

namespace saker::config {
namespace {

constexpr size_t kLargestFile = 1 << 20;

template <class T>
struct Choices;
template <>
struct Choices<Format> {
    static constexpr std::array<std::string_view, 2> names{"text", "json"};
};
template <>
struct Choices<Matching> {
    static constexpr std::array<std::string_view, 2> names{"first", "all"};
};
template <>
struct Choices<Urgency> {
    static constexpr std::array<std::string_view, 8> names{
        "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"};
};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// Collects what is wrong, with the place and the line itself.
class Findings {
  public:
    Findings(const std::string& text, const std::string& path) : path_(path) {
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines_.push_back(line);
        }
    }

    void add(const YAML::Mark& mark, std::string code, std::string message, std::string hint = "",
             Severity severity = Severity::error) {
        Diagnostic found{
            severity, std::move(code), std::move(message), std::move(hint), "", place(mark), ""};
        if (found.where.line > 0 && found.where.line <= lines_.size()) {
            found.line = lines_[found.where.line - 1];
        }
        all_.push_back(std::move(found));
    }

    Where place(const YAML::Mark& mark) const {
        if (mark.is_null() || mark.line < 0) {
            return {path_, 0, 0};
        }
        return {path_, static_cast<uint32_t>(mark.line) + 1,
                static_cast<uint32_t>(mark.column) + 1};
    }

    /// In the order of the file.
    std::vector<Diagnostic> take() {
        std::ranges::stable_sort(all_, {}, [](const Diagnostic& found) {
            return std::pair(found.where.line, found.where.column);
        });
        return std::move(all_);
    }

  private:
    std::string path_;
    std::vector<std::string> lines_;
    std::vector<Diagnostic> all_;
};

/// Fills what has a `describe` from a YAML map; every kind of value has one `read`.
class MapReader {
  public:
    MapReader(const YAML::Node& map, Findings& findings) : map_(map), findings_(findings) {}

    template <class T>
    void operator()(const char* name, T& target, const char*) {
        known_.emplace_back(name);
        if (const YAML::Node value = map_[name]; value.IsDefined()) {
            read(value, name, target);
        }
    }

    /// Once every setting was asked for: what is left over is a mistake.
    void refuse_the_rest() {
        std::vector<std::string> seen;
        for (const auto& entry : map_) {
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (std::ranges::find(seen, key) != seen.end()) {
                findings_.add(entry.first.Mark(), "CONFIG_TWICE", "'" + key + "' is set twice");
            } else if (std::ranges::find(known_, key) == known_.end()) {
                findings_.add(entry.first.Mark(), "CONFIG_UNKNOWN_SETTING",
                              "there is no setting '" + key + "' here", hint_for(key, known_));
            }
            seen.push_back(key);
        }
    }

  private:
    template <class Names>
    static std::string hint_for(const std::string& written, const Names& known) {
        const std::string_view meant = nearest(written, known);
        return meant.empty() ? "" : "did you mean '" + std::string(meant) + "'?";
    }

    void wrong(const YAML::Node& value, const char* name, const std::string& wanted,
               std::string hint = "") {
        const std::string got = value.IsScalar() ? ", not '" + value.Scalar() + "'" : "";
        findings_.add(value.Mark(), "CONFIG_WRONG_TYPE",
                      "'" + std::string(name) + "' must be " + wanted + got, std::move(hint));
    }

    void read(const YAML::Node& value, const char* name, bool& target) {
        if (!value.IsScalar() || !YAML::convert<bool>::decode(value, target)) {
            wrong(value, name, "true or false");
        }
    }

    void read(const YAML::Node& value, const char* name, uint32_t& target) {
        const std::string text = value.IsScalar() ? value.Scalar() : "";
        uint32_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size() || number == 0) {
            wrong(value, name, "a whole number from 1 to 4294967295");
            return;
        }
        target = number;
    }

    void read(const YAML::Node& value, const char* name, RingMegabytes& target) {
        uint32_t number = 0;
        if (value.IsScalar()) {
            YAML::convert<uint32_t>::decode(value, number);
        }
        if (number == 0 || number > RingMegabytes::kMost || (number & (number - 1)) != 0) {
            wrong(value, name, "a power of two, 1024 at most");
            return;
        }
        target.number = number;
    }

    void read(const YAML::Node& value, const char* name, std::string& target) {
        if (!value.IsScalar()) {
            wrong(value, name, "a text");
            return;
        }
        target = value.Scalar();
    }

    template <class T>
    requires requires { Choices<T>::names; }
    void read(const YAML::Node& value, const char* name, T& target) {
        const auto& names = Choices<T>::names;
        const std::string written = value.IsScalar() ? lower(value.Scalar()) : "";
        const auto found = std::ranges::find(names, written == "info" ? "informational" : written);
        if (found == names.end()) {
            std::string wanted = "one of";
            for (const std::string_view choice : names) {
                wanted.append(" ").append(choice);
            }
            wrong(value, name, wanted, hint_for(written, names));
            return;
        }
        target = static_cast<T>(found - names.begin());
    }

    void read(const YAML::Node& value, const char* name, ExtraField& target) {
        if (value.IsScalar()) {
            target = {value.Scalar(), ""};
        } else if (value.IsMap() && value.size() == 1 && value.begin()->first.IsScalar() &&
                   value.begin()->second.IsScalar()) {
            target = {value.begin()->first.Scalar(), value.begin()->second.Scalar()};
        } else {
            wrong(value, name, "field names or {name: text with %fields}");
        }
    }

    template <class T>
    void read(const YAML::Node& value, const char* name, std::vector<T>& target) {
        if (value.IsNull()) {
            target.clear();
            return;
        }
        if (!value.IsSequence()) {
            wrong(value, name, "a list");
            return;
        }
        target.clear();
        for (const YAML::Node& item : value) {
            read(item, name, target.emplace_back());
        }
    }

    template <class T>
    requires requires(T& described) {
        described.describe([](const char*, auto&, const char*) {});
    }
    void read(const YAML::Node& value, const char* name, T& target) {
        if (!value.IsMap()) {
            wrong(value, name, "a map of settings");
            return;
        }
        if constexpr (requires { target.where; }) {
            target.where = findings_.place(value.Mark());
        }
        MapReader inner(value, findings_);
        target.describe(inner);
        inner.refuse_the_rest();
    }

    const YAML::Node& map_;
    Findings& findings_;
    std::vector<std::string> known_;
};

void read_document(const YAML::Node& document, Config& config, Findings& findings) {
    if (document.IsNull()) {
        return;  // a file of comments: all defaults
    }
    if (!document.IsMap()) {
        findings.add(document.Mark(), "CONFIG_WRONG_TYPE",
                     "a configuration is a map of settings, `name: value` on each line");
        return;
    }
    MapReader reader(document, findings);
    config.describe(reader);
    reader.refuse_the_rest();
}

}  // namespace

bool Reading::ok() const {
    return std::ranges::none_of(
        findings, [](const Diagnostic& found) { return found.severity == Severity::error; });
}

Reading read_text(const std::string& text, const std::string& path) {
    Reading reading;
    Findings findings(text, path);
    try {
        read_document(YAML::Load(text), reading.config, findings);
    } catch (const YAML::Exception& broken) {
        findings.add(broken.mark, "CONFIG_YAML", "not YAML: " + broken.msg);
    }
    reading.findings = findings.take();
    return reading;
}

Reading read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    struct stat status {};
    if (!file || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        Reading reading;
        reading.findings.push_back({Severity::error, "CONFIG_FILE_READ", "cannot be read",
                                    "is it there, a file, and readable by you?", "",
                                    Where{path, 0, 0}, ""});
        return reading;
    }
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
    if (text.size() > kLargestFile) {
        Reading reading;
        reading.findings.push_back({Severity::error, "CONFIG_FILE_READ", "larger than 1 MiB", "",
                                    "", Where{path, 0, 0}, ""});
        return reading;
    }
    Reading reading = read_text(text, path);
    if ((status.st_mode & S_IWOTH) != 0) {
        reading.findings.push_back({Severity::warning, kWritableByOthers,
                                    "anybody may write this file", "chmod o-w " + path, "",
                                    Where{path, 0, 0}, ""});
    }
    return reading;
}

}  // namespace saker::config
