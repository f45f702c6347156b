// A configuration as written, before anybody knows what it means: values with their places, merged
// from several files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"

namespace saker::config {

struct Entry;

/// A value of a file. What it holds depends on its shape.
struct Tree {
    enum class Shape : unsigned char { nothing, scalar, list, map };

    Shape shape = Shape::nothing;
    std::string text;
    std::vector<Tree> items;
    std::vector<Entry> entries;  // in the order written, each key once
    Where where;

    /// Null if there is none; only a map has some.
    const Tree* find(std::string_view key) const;
    Tree* find(std::string_view key);
};

struct Entry {
    std::string key;
    Where where;  // of the key
    Tree value;
};

/// What one file says, and what kept it from being understood.
struct Parsed {
    Tree tree;
    std::vector<std::string> lines;  // of the text, for carets
    std::vector<Diagnostic> findings;
};

/// What becomes of `${NAME}` in a value: it is the environment's, `${NAME:-text}` that or the text,
/// `$${` a plain `${`; or all stays as written; or a text with something of the environment in it
/// becomes kHidden, while numbers and truths are replaced.
enum class Variables : unsigned char { replaced, kept, hidden };

inline constexpr const char* kHidden = "(from the environment)";

/// Reads YAML; `path` is what findings call it.
Parsed parse_tree(const std::string& text, const std::string& path,
                  Variables variables = Variables::replaced);

/// Lays `more` over `base`: maps key by key, all else replaced; a key `name+` adds its list to the
/// list `name` has.
void merge(Tree& base, Tree more);

/// Lays `a.b[0].c=value` over `base`. A value that begins with `{` or `[` is YAML, any other a
/// text; `[]` is a list's new last element.
Result<void> apply_setting(Tree& base, const std::string& setting);

}  // namespace saker::config
