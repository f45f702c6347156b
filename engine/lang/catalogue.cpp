// Finding fields among the rows of fields_*.cpp.
#include <algorithm>
#include <unordered_map>

#include "engine/lang/field.h"

namespace saker::lang {

std::span<const Field* const> all_fields() {
    static const std::vector<const Field*> fields = [] {
        std::vector<const Field*> all;
        for (const auto rows : {evt_fields(), evt_act_fields(), proc_fields(), proc_state_fields(),
                                proc_live_fields(), user_fields(), fd_fields(), fs_fields(),
                                container_fields(), kubernetes_fields()}) {
            for (const Field& row : rows) {
                all.push_back(&row);
            }
        }
        return all;
    }();
    return fields;
}

unsigned bits_of(const Field& field) {
    static constexpr std::string_view kShort[] = {
        "user.uid", "group.gid",    "proc.tty",     "evt.type.is",
        "fd.dev",   "fd.dev.major", "fd.dev.minor",
    };
    if (field.name == "evt.cpu") {
        return 16;
    }
    const bool is_short = field.name.starts_with("evt.count") ||
                          std::ranges::find(kShort, field.name) != std::end(kShort);
    return is_short ? 32 : 64;
}

const Field* find_field(std::string_view spelling, FieldArgument& rest) {
    static const std::unordered_map<std::string_view, const Field*> by_name = [] {
        std::unordered_map<std::string_view, const Field*> map;
        for (const Field* field : all_fields()) {
            map.emplace(field->name, field);
        }
        return map;
    }();
    rest = {};
    auto name = spelling;
    for (;;) {
        if (const auto found = by_name.find(name); found != by_name.end()) {
            if (name.size() < spelling.size()) {
                rest.text = spelling.substr(name.size() + 1);
                rest.given = true;
            }
            return found->second;
        }
        const size_t dot = name.rfind('.');
        if (dot == std::string_view::npos) {
            return nullptr;
        }
        name = name.substr(0, dot);
    }
}

}  // namespace saker::lang
