#include "outputs/filter.h"

#include <algorithm>

#include "engine/lang/text_match.h"
#include "engine/rules/priority.h"

namespace saker::outputs {

Filter::Filter(const config::OutputSetting& setting)
    : least_(setting.priority), rules_(setting.rules), tags_(setting.tags) {}

bool Filter::lets_through(const Alert& alert) const {
    const auto priority = rules::find_priority(alert.priority);
    if (priority && static_cast<uint8_t>(*priority) > static_cast<uint8_t>(least_)) {
        return false;
    }
    if (alert.source == "internal") {
        return true;
    }
    const auto is_rule = [&](const std::string& pattern) {
        return lang::glob_matches(pattern, alert.rule, false);
    };
    const auto is_tag = [&](const std::string& tag) {
        return std::ranges::find(alert.tags, tag) != alert.tags.end();
    };
    return (rules_.empty() || std::ranges::any_of(rules_, is_rule)) &&
           (tags_.empty() || std::ranges::any_of(tags_, is_tag));
}

}  // namespace saker::outputs
