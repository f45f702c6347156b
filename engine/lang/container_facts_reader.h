// How fields ask for what a container's runtime says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/lang/field.h"
#include "engine/lang/text_match.h"
#include "engine/state/context.h"

namespace saker::lang {

/// A text of the runtime's; absent when it said nothing.
template <std::string ContainerFacts::*member>
struct Fact {
    std::optional<std::string_view> operator()(const Context& context) const {
        const ContainerFacts* facts = context.state.container_facts(context.event);
        if (!facts || (facts->*member).empty()) {
            return std::nullopt;
        }
        return std::string_view(facts->*member);
    }
};

template <std::optional<bool> ContainerFacts::*member>
struct Truth {
    std::optional<bool> operator()(const Context& context) const {
        const ContainerFacts* facts = context.state.container_facts(context.event);
        return facts ? facts->*member : std::nullopt;
    }
};

/// The value of one label.
template <ContainerFacts::Labels ContainerFacts::*member>
struct Label {
    std::optional<std::string_view> operator()(const Context& context,
                                               const FieldArgument& argument) const {
        if (const ContainerFacts* facts = context.state.container_facts(context.event)) {
            for (const auto& [key, value] : facts->*member) {
                if (key == argument.text) {
                    return std::string_view(value);
                }
            }
        }
        return std::nullopt;
    }
};

/// The mount that is the nth, or the first whose `key` fits the pattern.
template <std::string ContainerMount::*key = &ContainerMount::source>
const ContainerMount* mount_of(const Context& context, const FieldArgument& argument) {
    const ContainerFacts* facts = context.state.container_facts(context.event);
    if (!facts) {
        return nullptr;
    }
    if (argument.index) {
        const auto at = static_cast<size_t>(*argument.index);
        return *argument.index >= 0 && at < facts->mounts.size() ? &facts->mounts[at] : nullptr;
    }
    for (const ContainerMount& mount : facts->mounts) {
        if (glob_matches(argument.text, mount.*key, false)) {
            return &mount;
        }
    }
    return nullptr;
}

/// One member of a mount found by its number or by another member.
template <std::string ContainerMount::*member,
          std::string ContainerMount::*key = &ContainerMount::source>
struct MountFact {
    std::optional<std::string_view> operator()(const Context& context,
                                               const FieldArgument& argument) const {
        const ContainerMount* mount = mount_of<key>(context, argument);
        return mount ? std::optional<std::string_view>(mount->*member) : std::nullopt;
    }
};

}  // namespace saker::lang
