#include "engine/state/container_facts.h"

#include <algorithm>

namespace saker {
namespace {

struct TextMember {
    std::string_view key;
    std::string ContainerFacts::*member;
};
constexpr TextMember kTexts[] = {
    {"name", &ContainerFacts::name},
    {"image", &ContainerFacts::image},
    {"image_id", &ContainerFacts::image_id},
    {"image_repository", &ContainerFacts::image_repository},
    {"image_tag", &ContainerFacts::image_tag},
    {"image_digest", &ContainerFacts::image_digest},
    {"type", &ContainerFacts::type},
    {"address", &ContainerFacts::address},
    {"pod_name", &ContainerFacts::pod_name},
    {"pod_namespace", &ContainerFacts::pod_namespace},
    {"pod_uid", &ContainerFacts::pod_uid},
    {"sandbox_id", &ContainerFacts::sandbox_id},
    {"healthcheck", &ContainerFacts::healthcheck},
    {"network_result", &ContainerFacts::network_result},
};

struct TruthMember {
    std::string_view key;
    std::optional<bool> ContainerFacts::*member;
};
constexpr TruthMember kTruths[] = {
    {"privileged", &ContainerFacts::privileged},
    {"host_pid", &ContainerFacts::host_pid},
    {"host_network", &ContainerFacts::host_network},
    {"host_ipc", &ContainerFacts::host_ipc},
};

struct MountMember {
    std::string_view key;
    std::string ContainerMount::*member;
};
// The first begins another mount.
constexpr MountMember kMounts[] = {
    {"mount.source", &ContainerMount::source},
    {"mount.destination", &ContainerMount::destination},
    {"mount.mode", &ContainerMount::mode},
    {"mount.is_writable", &ContainerMount::is_writable},
    {"mount.propagation", &ContainerMount::propagation},
};

constexpr std::string_view kIsKnown = "is_known";
constexpr std::string_view kLabel = "label";
constexpr std::string_view kPodLabel = "pod_label";

/// Keys and values one after the other, up to a limit. An entry is written whole or not at all.
class Writer {
  public:
    Writer(size_t limit, bool& was_cut) : limit_(limit), was_cut_(was_cut) {}

    void entry(std::string_view key, std::string_view value) {
        std::string made(key);
        made += '\0';
        // A NUL of the runtime's would begin an entry of its own.
        made += value.substr(0, value.find('\0'));
        made += '\0';
        add(made);
    }

    void mount(const ContainerMount& mount) {
        std::string made;
        for (const auto& [key, member] : kMounts) {
            const std::string& value = mount.*member;
            made += key;
            made += '\0';
            made += value.substr(0, value.find('\0'));
            made += '\0';
        }
        add(made);
    }

    std::string take() { return std::move(text_); }

  private:
    void add(const std::string& entry) {
        if (text_.size() + entry.size() > limit_) {
            was_cut_ = true;
            return;
        }
        text_ += entry;
    }

    size_t limit_;
    bool& was_cut_;
    std::string text_;
};

std::string_view take_text(std::string_view& text) {
    const size_t end = std::min(text.find('\0'), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

template <size_t N, class Member>
const Member* row_of(const Member (&rows)[N], std::string_view key) {
    const auto* found = std::ranges::find(rows, key, &Member::key);
    return found == std::end(rows) ? nullptr : found;
}

void add_label(ContainerFacts::Labels& labels, std::string_view entry) {
    const size_t equals = std::min(entry.find('='), entry.size());
    labels.emplace_back(entry.substr(0, equals), entry.substr(std::min(equals + 1, entry.size())));
}

void read_entry(std::string_view key, std::string_view value, ContainerFacts& facts) {
    if (const auto* text = row_of(kTexts, key)) {
        facts.*text->member = value;
    } else if (const auto* truth = row_of(kTruths, key)) {
        facts.*truth->member = value == "true";
    } else if (const auto* mount = row_of(kMounts, key)) {
        if (mount == std::begin(kMounts) || facts.mounts.empty()) {
            facts.mounts.emplace_back();
        }
        facts.mounts.back().*mount->member = value;
    } else if (key == kLabel || key == kPodLabel) {
        add_label(key == kLabel ? facts.labels : facts.pod_labels, value);
    } else if (key == kIsKnown) {
        facts.is_known = value == "true";
    }
}

std::string joined(const ContainerFacts::Labels& labels) {
    std::string text;
    for (const auto& [key, value] : labels) {
        text.append(text.empty() ? "" : ", ").append(key).append(":").append(value);
    }
    return text;
}

}  // namespace

std::string text_of(const ContainerMount& mount) {
    return mount.source + ":" + mount.destination + ":" + mount.mode + ":" + mount.is_writable +
           ":" + mount.propagation;
}

void join_lists(ContainerFacts& facts) {
    for (const ContainerMount& mount : facts.mounts) {
        facts.all_mounts.append(facts.all_mounts.empty() ? "" : " ").append(text_of(mount));
    }
    facts.all_labels = joined(facts.labels);
    facts.all_pod_labels = joined(facts.pod_labels);
}

std::string text_of(const ContainerFacts& facts, size_t limit, bool& was_cut) {
    Writer writer(limit, was_cut);
    writer.entry(kIsKnown, facts.is_known ? "true" : "false");
    for (const auto& [key, member] : kTexts) {
        if (const std::string& value = facts.*member; !value.empty()) {
            writer.entry(key, value);
        }
    }
    for (const auto& [key, member] : kTruths) {
        if (const std::optional<bool>& value = facts.*member) {
            writer.entry(key, *value ? "true" : "false");
        }
    }
    for (const ContainerMount& mount : facts.mounts) {
        writer.mount(mount);
    }
    for (const auto& [key, value] : facts.labels) {
        writer.entry(kLabel, key + "=" + value);
    }
    for (const auto& [key, value] : facts.pod_labels) {
        writer.entry(kPodLabel, key + "=" + value);
    }
    return writer.take();
}

ContainerFacts container_facts_of(std::string_view text) {
    ContainerFacts facts;
    while (!text.empty()) {
        const std::string_view key = take_text(text);
        read_entry(key, take_text(text), facts);
    }
    join_lists(facts);
    return facts;
}

}  // namespace saker
