#include "engine/source/hook_watch.h"

#include <sched.h>

#include <algorithm>
#include <cstring>

namespace saker {

namespace {

/// A record of ours may be lost among others; three times in a row it is not chance.
constexpr unsigned kSilencesThatTell = 3;

bool has_program(const Rung& rung, const std::string& program) {
    return rung.program == program ||
           std::ranges::find(rung.companions, program, &Companion::program) !=
               rung.companions.end();
}

/// What stands on some rung.
std::vector<const HookLadder::Standing*> standing_in(const HookWatch::Parts& parts) {
    std::vector<const HookLadder::Standing*> all;
    for (const HookPart* part : parts) {
        for (const auto& standing : part->ladder.standings()) {
            if (standing.rung()) {
                all.push_back(&standing);
            }
        }
    }
    return all;
}

/// Keeps the calling thread on one CPU, and lets it go again.
class Stay {
  public:
    explicit Stay(int cpu) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<size_t>(cpu), &one);
        stays_ = ::sched_getaffinity(0, sizeof before_, &before_) == 0 &&
                 ::sched_setaffinity(0, sizeof one, &one) == 0;
    }
    ~Stay() {
        if (stays_) {
            ::sched_setaffinity(0, sizeof before_, &before_);
        }
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    bool stays() const { return stays_; }

  private:
    cpu_set_t before_{};
    bool stays_ = false;
};

/// The next CPU this thread may run on, after the last one from the first again.
int cpu_after(int cpu) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return 0;
    }
    for (int step = 1; step <= CPU_SETSIZE; ++step) {
        const int next = (cpu + step + CPU_SETSIZE) % CPU_SETSIZE;
        if (CPU_ISSET(static_cast<size_t>(next), &allowed)) {
            return next;
        }
    }
    return 0;
}

}  // namespace

void HookWatch::step(const Parts& parts, const EventSet& wanted, bool is_time) {
    look_at_links(parts);
    if (has_acted_) {
        judge(parts, wanted);
        has_acted_ = false;
    }
    forget_gone(parts);
    const bool is_in_doubt = std::ranges::any_of(silences_, [](const auto& silence) {
        return silence.second > 0 && silence.second < kSilencesThatTell;
    });
    if (is_time || is_in_doubt) {
        cpu_ = is_in_doubt ? cpu_ : cpu_after(cpu_);
        act(parts, wanted);
    }
}

void HookWatch::take(std::span<const std::byte> canary) {
    event_header header;
    std::memcpy(&header, canary.data(), sizeof header);
    if (has_acted_ && header.cpu == cpu_) {
        seen_.take(canary);
    }
}

void HookWatch::judge(const Parts& parts, const EventSet& wanted) {
    ++acts_;
    for (const auto* standing : standing_in(parts)) {
        const Hook& hook = standing->hook;
        if (!standing->proven) {
            continue;
        }
        if (seen_.proves(hook, wanted)) {
            silences_.erase(hook.name);
            recovered(hook.name);
        } else if (undone_.concerns(hook)) {
            silences_.erase(hook.name);  // we could not act, so it had nothing to tell
        } else if (++silences_[hook.name] == kSilencesThatTell) {
            report({hook.name, standing->rung()->name(), HookTrouble::Kind::silent, cpu_,
                    hook.events | hook.supports});
        }
    }
}

void HookWatch::look_at_links(const Parts& parts) {
    for (const HookPart* part : parts) {
        for (const std::string& program : part->object.lost_links()) {
            HookTrouble trouble{"", "", HookTrouble::Kind::removed, -1, {}};
            for (const auto* standing : standing_in(parts)) {
                const Rung& rung = *standing->rung();
                if (has_program(rung, program)) {
                    const bool is_shared = rung.kind == HookKind::syscall_dispatcher;
                    trouble.rung = rung.name();
                    trouble.hook = is_shared ? trouble.rung : standing->hook.name;
                    trouble.events |= standing->hook.events | standing->hook.supports;
                }
            }
            report(std::move(trouble));
        }
    }
}

/// Hooks that a reload took out are nobody's trouble.
void HookWatch::forget_gone(const Parts& parts) {
    const auto all = standing_in(parts);
    const auto is_gone = [&](const std::string& hook) {
        return std::ranges::none_of(all, [&](const auto* standing) {
            return standing->hook.name == hook || standing->rung()->name() == hook;
        });
    };
    std::erase_if(troubles_, [&](const HookTrouble& trouble) { return is_gone(trouble.hook); });
    std::erase_if(silences_, [&](const auto& silence) { return is_gone(silence.first); });
}

void HookWatch::report(HookTrouble trouble) {
    const bool is_known = std::ranges::any_of(troubles_, [&](const HookTrouble& known) {
        return known.hook == trouble.hook && known.kind == trouble.kind;
    });
    if (!is_known) {
        troubles_.push_back(std::move(trouble));
    }
}

void HookWatch::recovered(const std::string& hook) {
    std::erase_if(troubles_, [&](const HookTrouble& trouble) {
        return trouble.hook == hook && trouble.kind == HookTrouble::Kind::silent &&
               trouble.cpu == cpu_;
    });
}

void HookWatch::act(const Parts& parts, const EventSet& wanted) {
    const Stay stay(cpu_);
    if (!stay.stays()) {
        return;
    }
    EventSet acts;
    for (const auto* standing : standing_in(parts)) {
        const Hook& hook = standing->hook;
        acts |= (hook.events | hook.supports) & (hook.always ? hook.events : wanted);
    }
    seen_.forget();
    has_acted_ = true;
    auto& canary = parts.front()->object.shared().canary;
    __atomic_fetch_add(&canary, 1, __ATOMIC_SEQ_CST);
    undone_ = act_for(acts);
    __atomic_fetch_sub(&canary, 1, __ATOMIC_SEQ_CST);
}

}  // namespace saker
