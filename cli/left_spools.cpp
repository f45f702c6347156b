#include "cli/left_spools.h"

#include <algorithm>
#include <filesystem>

#include "cli/instance.h"
#include "outputs/spool.h"
#include "outputs/table.h"

namespace saker::cli {
namespace {

bool is_claimed(const std::string& name, const config::Config& config) {
    return std::ranges::any_of(config.outputs, [&](const config::OutputSetting& setting) {
        const outputs::OutputRow* row = outputs::find_output(setting.type);
        return row != nullptr && row->is_remote() && setting.spool == config::SpoolPlace::disk &&
               spool_name(setting) == name;
    });
}

}  // namespace

std::vector<OutputStatus> left_spools(const config::Config& config) {
    namespace fs = std::filesystem;
    std::vector<OutputStatus> left;
    const std::string state = said_state_directory(config);
    if (state.empty()) {
        return left;
    }
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(state + "/spool", none)) {
        const std::string name = entry.path().stem().string();
        if (entry.path().extension() != ".db" || is_claimed(name, config)) {
            continue;
        }
        const auto spool = outputs::Spool::open({entry.path().string()});
        if (spool && ((*spool)->counts().waiting > 0 || (*spool)->put_aside())) {
            OutputStatus& status = left.emplace_back();
            status.name = name;
            status.counts.broken_spools = (*spool)->put_aside() ? 1 : 0;
            status.counts.spooled = (*spool)->counts().waiting;
            status.counts.spooled_bytes = (*spool)->counts().waiting_bytes;
        }
    }
    std::ranges::sort(left, {}, &OutputStatus::name);
    return left;
}

}  // namespace saker::cli
