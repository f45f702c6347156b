// Whether two parts of configurations ask for the same: all their values as one text, secrets too,
// so it is for comparing and never for eyes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config.h"

namespace saker::config {

class Fingerprint {
  public:
    template <class T>
    void add(const T& value) {
        text_ += print(value) + "\n";
    }
    void add(const Secret& value) { text_ += value.text + "\n"; }
    void add(const ExtraField& value) { text_ += value.name + "\n" + value.format + "\n"; }

    template <class T>
    void add(const std::vector<T>& values) {
        add(static_cast<uint32_t>(values.size()));
        for (const T& value : values) {
            add(value);
        }
    }
    template <class T>
    void add(const std::map<std::string, T>& values) {
        add(static_cast<uint32_t>(values.size()));
        for (const auto& [name, value] : values) {
            add(name);
            add(value);
        }
    }
    template <Described T>
    void add(const T& value) {
        T copy = value;  // `describe` is for writers too
        copy.describe([this](const char*, auto& member, const char*) { add(member); });
    }

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

template <class T>
std::string fingerprint(const T& value) {
    Fingerprint all;
    all.add(value);
    return all.text();
}

}  // namespace saker::config
