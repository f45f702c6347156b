#include "cli/deliveries.h"

#include <algorithm>

#include "outputs/table.h"

namespace saker::cli {
namespace {

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
        settings.push_back({"stdout", config::Format::json, "", {}});
    }
    return settings;
}

}  // namespace

Result<Deliveries> Deliveries::open(const config::Config& config, bool json_only,
                                    outputs::WhenFull when_full) {
    Deliveries deliveries;
    for (const config::OutputSetting& setting : wanted(config, json_only)) {
        const outputs::OutputRow* row = outputs::find_output(setting.type);
        if (row == nullptr) {
            return Error{"there is no output of type '" + setting.type + "'", "", setting.where};
        }
        const bool is_json = setting.format == config::Format::json;
        auto opened = row->open({is_json ? outputs::format_json : outputs::format_text,
                                 format_options(config), setting.path});
        if (!opened) {
            return std::move(opened.error()).within("output '" + setting.type + "'");
        }
        deliveries.all_.push_back(std::make_unique<outputs::Delivery>(
            setting.type, std::move(*opened), config.output_queue, when_full));
    }
    return deliveries;
}

void Deliveries::offer(Alert alert) {
    for (size_t i = 0; i + 1 < all_.size(); ++i) {
        all_[i]->offer(alert);
    }
    if (!all_.empty()) {
        all_.back()->offer(std::move(alert));
    }
}

void Deliveries::finish(std::chrono::milliseconds patience) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + patience;
    for (const auto& delivery : all_) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        delivery->finish(std::max(left, std::chrono::milliseconds(0)));
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

outputs::DeliveryCounts Deliveries::counts() const {
    outputs::DeliveryCounts sum;
    for (const auto& delivery : all_) {
        const outputs::DeliveryCounts counts = delivery->counts();
        sum.delivered += counts.delivered;
        sum.dropped += counts.dropped;
        sum.failed += counts.failed;
    }
    return sum;
}

}  // namespace saker::cli
