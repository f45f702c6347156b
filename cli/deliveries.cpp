#include "cli/deliveries.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "config/fingerprint.h"
#include "outputs/spool.h"
#include "outputs/table.h"

namespace saker::cli {
namespace {

// For what is on its way to arrive, so that it need not be sent again; new alerts queue meanwhile.
constexpr std::chrono::milliseconds kHandover{1500};

outputs::FormatOptions format_options(const config::Config& config) {
    return {.include_output = config.json_include_output_property,
            .include_message = config.json_include_message_property,
            .include_output_fields = config.json_include_output_fields_property,
            .include_tags = config.json_include_tags_property,
            .iso_8601 = config.time_format_iso_8601};
}

std::vector<config::OutputSetting> wanted(const config::Config& config, bool json_only) {
    std::vector<config::OutputSetting> settings = config.outputs;
    if (json_only) {
        std::erase_if(settings, [](const config::OutputSetting& setting) {
            return setting.type == "stdout";
        });
        settings.push_back(config::OutputSetting::of_type("stdout", config::Format::json));
    }
    return settings;
}

/// A replay keeps nothing on disk: what it cannot deliver it tells at its end.
std::string spool_path(const config::Config& config, const config::OutputSetting& setting,
                       outputs::WhenFull when_full) {
    const bool in_memory =
        setting.spool == config::SpoolPlace::memory || when_full == outputs::WhenFull::waits;
    return in_memory ? "" : state_directory(config) + "/spool/" + spool_name(setting) + ".db";
}

/// All that makes an output what it is.
std::string fingerprint_of(const config::OutputSetting& setting, const config::Config& config) {
    config::Fingerprint all;
    all.add(setting);
    all.add(config.output_queue);
    for (const bool said :
         {config.json_include_output_property, config.json_include_message_property,
          config.json_include_output_fields_property, config.json_include_tags_property,
          config.time_format_iso_8601}) {
        all.add(said);
    }
    return all.text();
}

/// None once it has passed.
std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline) {
    const auto left = deadline - std::chrono::steady_clock::now();
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                    std::chrono::milliseconds(0));
}

}  // namespace

std::string state_directory(const config::Config& config) {
    if (!config.state_directory.empty()) {
        return config.state_directory;
    }
    const char* given = std::getenv("STATE_DIRECTORY");  // by systemd
    return given != nullptr && *given != '\0' ? given : "/var/lib/saker";
}

std::string spool_name(const config::OutputSetting& setting) {
    std::string name = setting.called();
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; }, '_');
    return name;
}

outputs::DeliveryCounts sum_of(const std::vector<OutputStatus>& outputs) {
    outputs::DeliveryCounts sum;
    for (const OutputStatus& output : outputs) {
        sum.add(output.counts);
    }
    return sum;
}

Result<Deliveries> Deliveries::open(const config::Config& config, bool json_only,
                                    outputs::WhenFull when_full, const Deliveries* running) {
    Deliveries deliveries;
    for (config::OutputSetting setting : wanted(config, json_only)) {
        const outputs::OutputRow* row = outputs::find_output(setting.type);
        if (row == nullptr) {
            return Error{"there is no output of type '" + setting.type + "'", "", setting.where};
        }
        deliveries.fingerprints_.push_back(fingerprint_of(setting, config));
        const std::string path = row->is_remote() ? spool_path(config, setting, when_full) : "";
        deliveries.spool_paths_.push_back(path);
        const size_t alike = deliveries.count(deliveries.fingerprints_.back());
        if (running != nullptr && running->count(deliveries.fingerprints_.back()) >= alike) {
            deliveries.all_.push_back(nullptr);
            continue;
        }
        if (setting.format == config::Format::usual) {
            setting.format = row->usual_format;
        }
        const outputs::OutputOptions options{
            outputs::formatter_of(setting.format),
            format_options(config),
            setting,
            path,
            running != nullptr && running->with_spool(path) != nullptr,
            when_full == outputs::WhenFull::waits};
        auto opened = outputs::open_output(*row, options);
        const std::string& name = setting.called();
        if (!opened) {
            return std::move(opened.error()).within("output '" + name + "'");
        }
        deliveries.all_.push_back(std::make_unique<outputs::Delivery>(
            name, std::move(*opened), config.output_queue, when_full, outputs::Filter(setting)));
    }
    return deliveries;
}

size_t Deliveries::count(const std::string& fingerprint) const {
    return static_cast<size_t>(std::ranges::count(fingerprints_, fingerprint));
}

outputs::Delivery* Deliveries::with_spool(const std::string& path) const {
    const auto found = std::ranges::find(spool_paths_, path);
    const bool is_there = !path.empty() && found != spool_paths_.end();
    return is_there ? all_[static_cast<size_t>(found - spool_paths_.begin())].get() : nullptr;
}

void Deliveries::take_over(Deliveries& old) {
    for (size_t i = 0; i < all_.size(); ++i) {
        const auto there = std::ranges::find(old.fingerprints_, fingerprints_[i]);
        if (all_[i] == nullptr && there != old.fingerprints_.end()) {
            const auto at = there - old.fingerprints_.begin();
            all_[i] = std::move(old.all_[static_cast<size_t>(at)]);
            old.all_.erase(old.all_.begin() + at);
            old.spool_paths_.erase(old.spool_paths_.begin() + at);
            old.fingerprints_.erase(there);
        }
    }
}

std::vector<OutputStatus> Deliveries::replace(Deliveries& old,
                                              std::chrono::milliseconds patience) const {
    std::vector<OutputStatus> ended;
    const auto end = [&](outputs::Delivery& parting, std::chrono::milliseconds wait) {
        parting.finish(wait);
        ended.push_back({parting.name(), parting.counts()});
    };
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::vector<outputs::Delivery*> without_heir;
    for (size_t i = 0; i < old.all_.size(); ++i) {
        outputs::Delivery& parting = *old.all_[i];
        if (outputs::Delivery* const heir = with_spool(old.spool_paths_[i])) {
            end(parting, kHandover);
            ended.back().counts.spooled = ended.back().counts.spooled_bytes = 0;
            heir->adopt_spool(parting.release_spool());
        } else {
            without_heir.push_back(&parting);
        }
    }
    for (outputs::Delivery* const parting : without_heir) {
        end(*parting, time_until(deadline));
    }
    return ended;
}

void Deliveries::offer(const Alert& alert) {
    for (const auto& delivery : all_) {
        if (delivery->wants(alert)) {
            delivery->offer(alert);
        }
    }
}

std::vector<OutputStatus> Deliveries::each() const {
    std::vector<OutputStatus> all;
    for (const auto& delivery : all_) {
        all.push_back({delivery->name(), delivery->counts()});
    }
    return all;
}

uint64_t Deliveries::oldest_unsettled() const {
    uint64_t oldest = UINT64_MAX;
    for (const auto& delivery : all_) {
        oldest = std::min(oldest, delivery->oldest_unsettled());
    }
    return oldest;
}

void Deliveries::reopen() {
    for (const auto& delivery : all_) {
        delivery->reopen();
    }
}

void Deliveries::finish(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto& delivery : all_) {
        delivery->finish(time_until(deadline));
    }
}

std::vector<std::string> Deliveries::take_errors() {
    std::vector<std::string> errors;
    for (const auto& delivery : all_) {
        if (std::string error = delivery->take_error(); !error.empty()) {
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

}  // namespace saker::cli
