#include "config/settings.h"

#include <algorithm>
#include <sstream>
#include <type_traits>

namespace saker::config {
namespace {

constexpr const char* kBeginning =
    "# Saker's configuration, with every setting at its default: what you leave out stays as it "
    "is\n"
    "# here. Files in the folder saker.d beside this one are laid over it, by name.\n"
    "# `saker check -c FILE` reports every mistake with its place. See docs/configuration.md.\n";
constexpr size_t kWidth = 98;

/// Lists settings with those inside of them.
class Lister {
  public:
    Lister(std::vector<SettingWords>& out, std::string prefix)
        : out_(out), prefix_(std::move(prefix)) {}

    template <class T>
    void operator()(const char* name, T& value, const char* help) {
        add(prefix_ + name, value, help);
    }

  private:
    template <class T>
    void add(const std::string& name, T& value, const char* help) {
        out_.push_back({name, words_for(value), print(value), help});
    }

    template <Described T>
    void add(const std::string& name, T& value, const char* help) {
        out_.push_back({name, "a map of settings", "", help});
        Lister inner(out_, name + ".");
        value.describe(inner);
    }

    template <class T>
    void add(const std::string& name, std::vector<T>& value, const char* help) {
        if constexpr (Described<T>) {
            out_.push_back({name, "a list of maps", value.empty() ? "[]" : "", help});
            T item{};
            Lister inner(out_, name + "[].");
            item.describe(inner);
        } else {
            out_.push_back({name, "a list of texts", flow(value), help});
        }
    }

    template <class T>
    static std::string flow(const std::vector<T>& value) {
        std::string out;
        if constexpr (std::is_same_v<T, std::string>) {
            for (const T& each : value) {
                out += (out.empty() ? "" : ", ") + print(each);
            }
        }
        return "[" + out + "]";
    }

    template <class T>
    void add(const std::string& name, std::map<std::string, T>& value, const char* help) {
        out_.push_back(
            {name, "a map from names to " + words_for(T{}), value.empty() ? "{}" : "", help});
    }

    std::vector<SettingWords>& out_;
    std::string prefix_;
};

std::string wrapped(const std::string& words, const std::string& before) {
    std::istringstream stream(words);
    std::string out;
    std::string line = before;
    for (std::string word; stream >> word;) {
        if (line.size() + 1 + word.size() > kWidth) {
            out += line + "\n";
            line = before;
        }
        line += " " + word;
    }
    return out + line + "\n";
}

/// Writes YAML: everything, or what differs from the defaults.
class Writer {
  public:
    Writer(std::string& out, std::string indent, bool explains)
        : out_(out), indent_(std::move(indent)), explains_(explains) {}

    template <class T>
    void operator()(const char* name, T& value, const char* help) {
        if (explains_) {
            std::string words = help;
            if constexpr (Choice<T>) {
                words += "; " + words_for(value);
            }
            out_ += "\n" + wrapped(words, indent_ + "#");
        }
        write(name, value);
    }

  private:
    template <class T>
    void write(const std::string& name, T& value) {
        out_ += indent_ + name + ": " + print(value) + "\n";
    }

    template <Described T>
    void write(const std::string& name, T& value) {
        out_ += indent_ + name + ":\n";
        Writer inner(out_, indent_ + "  ", explains_);
        value.describe(inner);
    }

    void write(const std::string& name, ExtraField& value) {
        out_ += indent_ + name + ": " + item(value) + "\n";
    }

    template <class T>
    void write(const std::string& name, std::vector<T>& value) {
        explain_items<T>();
        out_ += indent_ + name + (value.empty() ? ": []\n" : ":\n");
        for (T& each : value) {
            out_ += indent_ + "  - " + item(each) + "\n";
        }
    }

    template <class T>
    void write(const std::string& name, std::map<std::string, T>& value) {
        out_ += indent_ + name + (value.empty() ? ": {}\n" : ":\n");
        for (const auto& [key, text] : value) {
            out_ += indent_ + "  " + print(key) + ": " + print(text) + "\n";
        }
    }

    template <class T>
    void explain_items() {
        if constexpr (Described<T>) {
            if (explains_) {
                T item{};
                std::vector<SettingWords> words;
                Lister lister(words, "");
                item.describe(lister);
                for (const SettingWords& each : words) {
                    out_ += wrapped(each.name + ": " + each.help, indent_ + "#  ");
                }
            }
        }
    }

    template <class T>
    static std::string item(T& value) {
        return print(value);
    }
    static std::string item(ExtraField& value) {
        return value.format.empty() ? print(value.name)
                                    : "{" + print(value.name) + ": " + print(value.format) + "}";
    }
    /// On one line, what is not the default alone.
    template <Described T>
    static std::string item(T& value) {
        T defaults{};
        std::vector<std::string> all;
        collect(defaults, [&](const std::string&, std::string text) { all.push_back(text); });
        std::string out;
        size_t at = 0;
        collect(value, [&](const std::string& name, const std::string& text) {
            if (text != all[at++]) {
                out += (out.empty() ? "" : ", ") + name + ": " + text;
            }
        });
        return "{" + out + "}";
    }

    template <class T, class Each>
    static void collect(T& value, Each each) {
        value.describe(
            [&](const char* name, auto& member, const char*) { each(name, flow(member)); });
    }

    template <class T>
    static std::string flow(T& value) {
        return item(value);
    }
    template <class T>
    static std::string flow(std::vector<T>& value) {
        std::string out;
        for (T& each : value) {
            out += (out.empty() ? "" : ", ") + item(each);
        }
        return "[" + out + "]";
    }
    template <class T>
    static std::string flow(std::map<std::string, T>& value) {
        std::string out;
        for (auto& [key, each] : value) {
            out += (out.empty() ? "" : ", ") + print(key) + ": " + print(each);
        }
        return "{" + out + "}";
    }

    std::string& out_;
    std::string indent_;
    bool explains_;
};

/// Every setting of the outermost level as it would stand in a file.
std::vector<std::string> written_settings(Config config) {
    std::vector<std::string> all;
    config.describe([&](const char* name, auto& value, const char* help) {
        Writer writer(all.emplace_back(), "", false);
        writer(name, value, help);
    });
    return all;
}

std::string cell(std::string text) {
    for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
        text.insert(at, "\\");
    }
    return text;
}

}  // namespace

std::vector<SettingWords> all_settings() {
    std::vector<SettingWords> words;
    Config defaults;
    Lister lister(words, "");
    defaults.describe(lister);
    return words;
}

std::string settings_table() {
    std::string out = "| setting | default | meaning | value |\n|---|---|---|---|\n";
    for (const SettingWords& each : all_settings()) {
        out += "| `" + each.name + "` | " +
               (each.default_value.empty() ? "" : "`" + cell(each.default_value) + "`") + " | " +
               cell(each.help) + " | " + cell(each.kind) + " |\n";
    }
    return out;
}

std::string default_file() {
    std::string out = kBeginning;
    Config defaults;
    Writer writer(out, "", true);
    defaults.describe(writer);
    return out;
}

std::string print_config(const Config& config) {
    std::string out;
    Config copy = config;  // `describe` is for writers too
    Writer writer(out, "", false);
    copy.describe(writer);
    return out;
}

std::string print_changes(const Config& config) {
    const std::vector<std::string> usual = written_settings({});
    const std::vector<std::string> given = written_settings(config);
    std::string out;
    for (size_t i = 0; i < given.size(); ++i) {
        if (given[i] != usual[i]) {
            out += given[i];
        }
    }
    return out;
}

}  // namespace saker::config
