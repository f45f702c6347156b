#include "config/tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <utility>

#include "config/kinds.h"

namespace saker::config {
namespace {

constexpr size_t kLongestNumber = 5;  // a port has so many digits; a longer one may be a secret
constexpr size_t kDeepest = 32;
constexpr size_t kMostNodes = 100'000;  // aliases can make very much of very little

/// From YAML to a Tree; what is wrong is collected with its line.
class TreeMaker {
  public:
    TreeMaker(const std::string& text, const std::string& path, Variables variables)
        : path_(path), variables_(variables) {
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines_.push_back(line);
        }
    }

    Tree make(const YAML::Node& node, size_t depth = 0) {
        Tree tree;
        tree.where = place(node.Mark());
        if (++nodes_ > kMostNodes || depth > kDeepest) {
            add(node.Mark(), "CONFIG_TOO_LARGE", "too much, or nested too deeply");
            return tree;
        }
        if (node.IsScalar()) {
            tree.shape = Tree::Shape::scalar;
            tree.text = text_of(node);
        } else if (node.IsSequence()) {
            tree.shape = Tree::Shape::list;
            for (const YAML::Node& item : node) {
                if (stuck()) {
                    break;
                }
                tree.items.push_back(make(item, depth + 1));
            }
        } else if (node.IsMap()) {
            make_map(node, depth, tree);
        }
        return tree;
    }

    void add(const YAML::Mark& mark, std::string code, std::string message, std::string hint = "") {
        Diagnostic found{Severity::error,
                         std::move(code),
                         std::move(message),
                         std::move(hint),
                         "",
                         place(mark),
                         ""};
        if (found.where.line > 0 && found.where.line <= lines_.size()) {
            found.line = lines_[found.where.line - 1];
        }
        findings_.push_back(std::move(found));
    }

    void hand_over(Parsed& parsed) {
        parsed.lines = std::move(lines_);
        parsed.findings = std::move(findings_);
    }

  private:
    bool stuck() const { return nodes_ > kMostNodes; }

    Where place(const YAML::Mark& mark) const {
        if (mark.is_null() || mark.line < 0) {
            return {path_, 0, 0};
        }
        return {path_, static_cast<uint32_t>(mark.line) + 1,
                static_cast<uint32_t>(mark.column) + 1};
    }

    void make_map(const YAML::Node& node, size_t depth, Tree& tree) {
        tree.shape = Tree::Shape::map;
        for (const auto& entry : node) {
            if (stuck()) {
                return;
            }
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (tree.find(key) != nullptr) {
                add(entry.first.Mark(), "CONFIG_TWICE", "'" + key + "' is set twice");
                continue;
            }
            Tree value = make(entry.second, depth + 1);
            if (value.shape == Tree::Shape::nothing) {
                value.where = place(entry.first.Mark());  // what is not there has no place
            }
            tree.entries.push_back({key, place(entry.first.Mark()), std::move(value)});
        }
    }

    std::string text_of(const YAML::Node& node) {
        if (variables_ == Variables::kept) {
            return node.Scalar();
        }
        replaced_ = false;
        std::string text = expanded(node);
        bool truth = false;
        const bool tells_little =
            parse(text, truth) || (text.size() <= kLongestNumber &&
                                   text.find_first_not_of("0123456789") == std::string::npos);
        return variables_ == Variables::hidden && replaced_ && !tells_little ? kHidden : text;
    }

    /// The text with `${NAME}` replaced.
    std::string expanded(const YAML::Node& node) {
        const std::string& text = node.Scalar();
        std::string out;
        size_t at = 0;
        while (true) {
            const size_t begin = text.find("${", at);
            const size_t end = begin == std::string::npos ? begin : text.find('}', begin);
            if (end == std::string::npos) {
                return out.append(text, at);
            }
            if (begin > at && text[begin - 1] == '$') {
                out.append(text, at, begin - at - 1).append("${");
                at = begin + 2;
                continue;
            }
            out.append(text, at, begin - at);
            out += variable(node, text.substr(begin + 2, end - begin - 2));
            at = end + 1;
        }
    }

    std::string variable(const YAML::Node& node, const std::string& written) {
        replaced_ = true;
        const size_t otherwise = written.find(":-");
        const std::string name = written.substr(0, otherwise);
        const char* value = std::getenv(name.c_str());
        if (value != nullptr && *value != '\0') {
            return value;
        }
        if (otherwise != std::string::npos) {
            return written.substr(otherwise + 2);
        }
        if (value == nullptr) {
            add(node.Mark(), "CONFIG_ENVIRONMENT",
                "there is no environment variable '" + name + "'",
                "set it, give it a default as in ${" + name +
                    ":-text}, or write $${ for a plain ${");
        }
        return "";
    }

    const std::string& path_;
    const Variables variables_;
    bool replaced_ = false;  // something, in the text at hand
    std::vector<std::string> lines_;
    std::vector<Diagnostic> findings_;
    size_t nodes_ = 0;
};

/// One step of a path: a name, or a place in a list.
struct Step {
    std::string name;
    size_t index = 0;
    bool is_index = false;
    bool is_end = false;  // `[]`
};

Result<std::vector<Step>> steps_of(const std::string& path) {
    const Error wrong{"'" + path + "' is no place of a setting",
                      "write it as name, name.name or name[0].name"};
    std::vector<Step> steps;
    size_t at = 0;
    while (at < path.size()) {
        if (path[at] == '[') {
            const size_t end = path.find(']', at);
            if (end == std::string::npos || steps.empty()) {
                return wrong;
            }
            Step step{"", 0, true, end == at + 1};
            const auto [stopped, failed] =
                std::from_chars(path.data() + at + 1, path.data() + end, step.index);
            if (!step.is_end && (failed != std::errc() || stopped != path.data() + end)) {
                return wrong;
            }
            steps.push_back(step);
            at = end + 1;
            continue;
        }
        if (!steps.empty() && path[at++] != '.') {
            return wrong;
        }
        const size_t end = std::min(path.find_first_of(".[", at), path.size());
        if (end == at) {
            return wrong;
        }
        steps.push_back({path.substr(at, end - at), 0, false, false});
        at = end;
    }
    return steps.empty() ? Result<std::vector<Step>>(wrong) : Result(std::move(steps));
}

/// The value at one step below; made where there is none. Null when the list is too short.
Tree* descend(Tree& at, const Step& step, const Where& where) {
    if (step.is_index) {
        if (at.shape != Tree::Shape::list) {
            at = {Tree::Shape::list, "", {}, {}, where};
        }
        const size_t index = step.is_end ? at.items.size() : step.index;
        if (index > at.items.size()) {
            return nullptr;
        }
        if (index == at.items.size()) {
            at.items.push_back({Tree::Shape::nothing, "", {}, {}, where});
        }
        return &at.items[index];
    }
    if (at.shape != Tree::Shape::map) {
        at = {Tree::Shape::map, "", {}, {}, where};
    }
    if (Tree* there = at.find(step.name)) {
        return there;
    }
    at.entries.push_back({step.name, where, {Tree::Shape::nothing, "", {}, {}, where}});
    return &at.entries.back().value;
}

void replace_places(Tree& tree, const Where& where) {
    tree.where = where;
    for (Tree& item : tree.items) {
        replace_places(item, where);
    }
    for (Entry& entry : tree.entries) {
        entry.where = where;
        replace_places(entry.value, where);
    }
}

}  // namespace

const Tree* Tree::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

Tree* Tree::find(std::string_view key) {
    return const_cast<Tree*>(std::as_const(*this).find(key));
}

Parsed parse_tree(const std::string& text, const std::string& path, Variables variables) {
    Parsed parsed;
    TreeMaker maker(text, path, variables);
    try {
        parsed.tree = maker.make(YAML::Load(text));
    } catch (const YAML::Exception& broken) {
        maker.add(broken.mark, "CONFIG_YAML", "not YAML: " + broken.msg);
    }
    maker.hand_over(parsed);
    return parsed;
}

void merge(Tree& base, Tree more) {
    if (more.shape != Tree::Shape::map) {
        base = std::move(more);
        return;
    }
    if (base.shape != Tree::Shape::map) {
        base = {Tree::Shape::map, "", {}, {}, more.where};
    }
    for (Entry& entry : more.entries) {
        const bool adds = entry.key.ends_with('+') && entry.value.shape == Tree::Shape::list;
        const std::string key = adds ? entry.key.substr(0, entry.key.size() - 1) : entry.key;
        Tree* there = base.find(key);
        if (there == nullptr) {
            there = &base.entries.emplace_back(Entry{key, entry.where, {}}).value;
        }
        if (adds && there->shape == Tree::Shape::list) {
            std::ranges::move(entry.value.items, std::back_inserter(there->items));
        } else {
            merge(*there, std::move(entry.value));
        }
    }
}

Result<void> apply_setting(Tree& base, const std::string& setting) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
        return Error{"'" + setting + "' sets nothing", "write -o name=value"};
    }
    auto steps = steps_of(setting.substr(0, equals));
    if (!steps) {
        return steps.error();
    }
    const Where where{"-o " + setting, 0, 0};
    const std::string written = setting.substr(equals + 1);
    Tree value{Tree::Shape::scalar, written, {}, {}, where};
    if (written.starts_with('{') || written.starts_with('[')) {
        Parsed parsed = parse_tree(written, where.file);
        if (!parsed.findings.empty()) {
            return Error{"'" + written + "': " + parsed.findings.front().message};
        }
        value = std::move(parsed.tree);
        replace_places(value, where);
    }
    Tree* at = &base;
    for (const Step& step : *steps) {
        at = descend(*at, step, where);
        if (at == nullptr) {
            return Error{"the list in '" + setting.substr(0, equals) + "' is shorter than that",
                         "[] adds to it"};
        }
    }
    *at = std::move(value);
    return {};
}

}  // namespace saker::config
