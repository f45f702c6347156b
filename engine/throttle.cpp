#include "engine/throttle.h"

#include <algorithm>
#include <utility>

#include "engine/context_reader.h"

namespace saker {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;  // of keys: programs choose how long they are

void append_number(std::string& key, uint32_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

/// Each value is followed by its length: nobody can make two keys one.
void Throttle::make_key(const Context& context, uint32_t rule,
                        const rules::Throttling& throttling) {
    scratch_.reset();
    key_.clear();
    append_number(key_, rule);
    ContextReader reader(context);
    for (const rules::NamedTemplate& field : throttling.by) {
        const size_t before = key_.size();
        field.value.render(reader, scratch_, key_);
        append_number(key_, static_cast<uint32_t>(key_.size() - before));
    }
    rule_ = rule;
    interval_ = throttling.interval;
}

bool Throttle::holds_back(const Context& context, uint32_t rule,
                          const rules::Throttling& throttling) {
    make_key(context, rule, throttling);
    const auto flood = floods_.find(key_);
    if (flood == floods_.end()) {
        return false;
    }
    const uint64_t time = context.event.header().time;
    HeldBack& held = flood->second;
    held.first = held.count == 0 ? time : std::min(held.first, time);
    held.last = std::max(held.last, time);
    ++held.count;
    ++held_back_;
    return true;
}

bool Throttle::begin(const Context& context, const std::string& id,
                     std::vector<rules::OutputField> alike) {
    if (floods_.size() >= most_keys_ || bytes_ + key_.size() > kMostBytes) {
        return false;
    }
    HeldBack held;
    held.rule = rule_;
    held.after = id;
    held.alike = std::move(alike);
    const auto [flood, is_new] = floods_.emplace(key_, std::move(held));
    if (is_new) {
        bytes_ += key_.size();
        ends_.emplace(context.event.header().time + interval_, flood);
    }
    return true;
}

std::optional<HeldBack> Throttle::take_due(uint64_t now) {
    while (!ends_.empty() && ends_.begin()->first <= now) {
        const Floods::iterator flood = ends_.begin()->second;
        ends_.erase(ends_.begin());
        bytes_ -= flood->first.size();
        HeldBack held = std::move(flood->second);
        floods_.erase(flood);
        if (held.count > 0) {
            held_back_ -= held.count;
            return held;
        }
    }
    return std::nullopt;
}

}  // namespace saker
