// Fills what has a `describe` from a map of a configuration file; every mistake is said.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/tree.h"

namespace saker::config {

/// Collects what is wrong, with the line itself.
class Findings {
  public:
    /// For the carets.
    void know_lines(const std::string& path, std::vector<std::string> lines);

    void add(const Where& where, std::string code, std::string message, std::string hint = "",
             Severity severity = Severity::error);
    void add(std::vector<Diagnostic> more);

    /// File by file, in the order of lines.
    std::vector<Diagnostic> take();

  private:
    std::map<std::string, std::vector<std::string>> lines_;
    std::vector<std::string> order_;  // of files
    std::vector<Diagnostic> all_;
};

class TreeReader {
  public:
    TreeReader(const Tree& map, Findings& findings) : map_(map), findings_(findings) {}

    template <class T>
    void operator()(const char* name, T& target, const char*) {
        known_.emplace_back(name);
        if (const Tree* value = map_.find(name)) {
            read(*value, name, target);
        }
    }

    /// Once every setting was asked for: what is left over is a mistake.
    void refuse_the_rest() const;

  private:
    template <class T>
    void read(const Tree& value, const char* name, T& target) {
        T parsed{};
        if (value.shape != Tree::Shape::scalar || !parse(value.text, parsed)) {
            wrong(value, name, words_for(target), hint_for(value, target));
            return;
        }
        target = parsed;
    }

    template <Described T>
    void read(const Tree& value, const char* name, T& target) {
        if (value.shape != Tree::Shape::map) {
            wrong(value, name, "a map of settings", "");
            return;
        }
        if constexpr (requires { target.where; }) {
            target.where = value.where;
        }
        TreeReader inner(value, findings_);
        target.describe(inner);
        inner.refuse_the_rest();
    }

    template <class T>
    void read(const Tree& value, const char* name, std::vector<T>& target) {
        if (value.shape != Tree::Shape::list && value.shape != Tree::Shape::nothing) {
            wrong(value, name, "a list", "");
            return;
        }
        target.clear();
        for (const Tree& item : value.items) {
            read(item, name, target.emplace_back());
        }
    }

    template <class T>
    void read(const Tree& value, const char* name, std::map<std::string, T>& target) {
        if (value.shape != Tree::Shape::map && value.shape != Tree::Shape::nothing) {
            wrong(value, name, "a map from names to texts", "");
            return;
        }
        target.clear();
        for (const Entry& entry : value.entries) {
            read(entry.value, entry.key.c_str(), target[entry.key]);
        }
    }

    void read(const Tree& value, const char* name, ExtraField& target);
    void read(const Tree& value, const char* name, Secret& target);

    template <class T>
    static std::string hint_for(const Tree& value, const T&) {
        if constexpr (Choice<T>) {
            return meant(lower(value.text), {Choices<T>::names.begin(), Choices<T>::names.end()});
        }
        return "";
    }

    static std::string meant(const std::string& written, const std::vector<std::string>& known);
    void wrong(const Tree& value, const char* name, const std::string& wanted, std::string hint);

    const Tree& map_;
    Findings& findings_;
    std::vector<std::string> known_;
};

}  // namespace saker::config
