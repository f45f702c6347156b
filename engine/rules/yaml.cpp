#include "engine/rules/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <limits>
#include <sstream>

namespace saker::rules {
namespace {

constexpr uint64_t kMostNodes = 4'000'000;
constexpr uint32_t kNoNode = std::numeric_limits<uint32_t>::max();

/// Builds the tree. It cannot stop the parser, so after a mistake it waits for the document's end.
class Builder : public YAML::EventHandler {
  public:
    Builder(std::vector<YamlNode>& nodes, std::vector<uint32_t>& documents)
        : nodes_(nodes), documents_(documents) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        // The parser may find an empty document at a place it cannot leave, again and again.
        if (mark.pos == document_start_) {
            fail("not valid YAML: nothing here can be understood", mark);
        }
        document_start_ = mark.pos;
        open_.clear();
        anchors_.clear();
        at_root_ = true;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(YamlKind::null, mark, anchor);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (const uint32_t node = add(YamlKind::scalar, mark, anchor); node != kNoNode) {
            nodes_[node].value = value;
        }
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const uint32_t node = anchor < anchors_.size() ? anchors_[anchor] : kNoNode;
        if (node == kNoNode || std::ranges::find(open_, node) != open_.end()) {
            fail("an alias may not stand inside what it names", mark);
        } else if (problem_.empty()) {
            attach(node);
            weigh(weights_[node], mark);
            weigh_parent(weights_[node]);
        }
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(YamlKind::sequence, mark, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(YamlKind::map, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    const std::string& problem() const { return problem_; }
    uint32_t problem_offset() const { return problem_offset_; }

  private:
    static uint32_t offset_of(const YAML::Mark& mark) {
        return mark.pos < 0 ? 0 : static_cast<uint32_t>(mark.pos);
    }

    uint32_t add(YamlKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (!problem_.empty()) {
            return kNoNode;
        }
        const auto node = static_cast<uint32_t>(nodes_.size());
        nodes_.push_back({kind, offset_of(mark), {}, {}});
        weights_.push_back(1);
        if (anchor != 0) {
            anchors_.resize(std::max(anchors_.size(), anchor + 1), kNoNode);
            anchors_[anchor] = node;
        }
        attach(node);
        weigh(1, mark);
        if (kind == YamlKind::null || kind == YamlKind::scalar) {
            weigh_parent(1);
        }
        return node;
    }

    void attach(uint32_t node) {
        if (at_root_) {
            documents_.push_back(node);
            at_root_ = false;
        } else if (!open_.empty()) {
            nodes_[open_.back()].children.push_back(node);
        }
    }

    /// Counts what reading every branch would visit: the node itself, and all an alias repeats.
    void weigh(uint64_t weight, const YAML::Mark& mark) {
        total_ += weight;
        if (total_ > kMostNodes) {
            fail("the file holds too much, counting what its aliases repeat", mark);
        }
    }

    void weigh_parent(uint64_t weight) {
        if (!open_.empty()) {
            weights_[open_.back()] += weight;
        }
    }

    void open(YamlKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        const uint32_t node = add(kind, mark, anchor);
        if (node != kNoNode) {
            open_.push_back(node);
        }
    }

    void close() {
        if (!problem_.empty() || open_.empty()) {
            return;
        }
        const uint64_t weight = weights_[open_.back()];
        open_.pop_back();
        weigh_parent(weight);
    }

    void fail(const char* what, const YAML::Mark& mark) {
        if (problem_.empty()) {
            problem_ = what;
            problem_offset_ = offset_of(mark);
        }
    }

    std::vector<YamlNode>& nodes_;
    std::vector<uint32_t>& documents_;
    std::vector<uint64_t> weights_;
    std::vector<uint32_t> anchors_;
    std::vector<uint32_t> open_;
    bool at_root_ = true;
    int document_start_ = -1;
    uint64_t total_ = 0;
    std::string problem_;
    uint32_t problem_offset_ = 0;
};

Error yaml_error(const SourceFile& file, std::string message, int offset) {
    Error error{std::move(message), "", {file.path(), 0, 0}};
    if (offset >= 0) {
        error.where = file.where(static_cast<size_t>(offset));
    }
    return error;
}

}  // namespace

const YamlNode* YamlTree::find(const YamlNode& map, std::string_view key) const {
    for (size_t i = 0; map.kind == YamlKind::map && i + 1 < map.children.size(); i += 2) {
        const YamlNode& name = nodes_[map.children[i]];
        if (name.kind == YamlKind::scalar && name.value == key) {
            return &nodes_[map.children[i + 1]];
        }
    }
    return nullptr;
}

Result<YamlTree> parse_yaml(const SourceFile& file) {
    YamlTree tree;
    Builder builder(tree.nodes_, tree.documents_);
    try {
        std::istringstream stream{std::string(file.text())};
        YAML::Parser parser(stream);
        while (builder.problem().empty() && parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& exception) {
        return yaml_error(file, "not valid YAML: " + exception.msg, exception.mark.pos);
    } catch (const std::exception& exception) {
        return yaml_error(file, std::string("not valid YAML: ") + exception.what(), -1);
    }
    if (!builder.problem().empty()) {
        return yaml_error(file, builder.problem(), static_cast<int>(builder.problem_offset()));
    }
    return tree;
}

}  // namespace saker::rules
