#include "outputs/table.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "outputs/file.h"
#include "outputs/http.h"
#include "outputs/journald.h"
#include "outputs/kafka.h"
#include "outputs/program.h"
#include "outputs/spooled.h"
#include "outputs/stream.h"
#include "outputs/syslog.h"

namespace saker::outputs {
namespace {

using config::Format;
using config::OutputSetting;

constexpr std::string_view kCommonSettings = "type name format priority rules tags";
constexpr std::string_view kSpoolSettings = "spool spool_size when_full timeout";

const std::array<OutputRow, 7> kTable{{
    {"file", "appended to a file, made if it is not there", Format::text, "path",
     "rotate_size rotate_age rotate_keep", File::open, nullptr},
    {"http", "an HTTP or HTTPS receiver", Format::json, "url",
     "headers token_file ca_file cert_file key_file batch batch_form gzip", nullptr, connect_http},
    {"journald", "the journal of systemd", Format::text, "", "path", nullptr, connect_journald},
    {"kafka", "a topic of Kafka", Format::json, "brokers topic",
     "key acks idempotence properties ca_file cert_file key_file", nullptr, connect_kafka},
    {"program", "a program's standard input", Format::json, "command", "", nullptr,
     connect_program},
    {"stdout", "standard output", Format::text, "", "", open_stdout, nullptr},
    {"syslog", "a syslog receiver, RFC 5424", Format::text, "address",
     "facility ca_file cert_file key_file", nullptr, connect_syslog},
}};

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) {
            return true;
        }
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

std::string spelled(const std::string& value) {
    return value;
}
std::string spelled(const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) {
        all += value + '\n';
    }
    return all;
}
std::string spelled(const std::map<std::string, std::string>& values) {
    std::string all;
    for (const auto& [name, value] : values) {
        all.append(name).append(": ").append(value).append("\n");
    }
    return all;
}
template <class T>
std::string spelled(const T& value) {
    return config::print(value);
}

using Spelled = std::vector<std::pair<std::string_view, std::string>>;

/// Every setting with its value as a text, always in the same order.
Spelled spell(OutputSetting setting) {
    Spelled all;
    setting.describe([&](const char* name, const auto& value, const char*) {
        all.emplace_back(name, spelled(value));
    });
    return all;
}

Result<std::unique_ptr<Spool>> open_spool(const OutputOptions& options) {
    const std::filesystem::path path = options.spool_path;
    if (!path.empty()) {
        std::error_code failed;
        std::filesystem::create_directories(path.parent_path(), failed);
        if (!failed) {
            // What waits tells what rules found: for nobody else to read.
            std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all,
                                         failed);
        }
        if (failed) {
            return Error{path.parent_path().string() + ": " + failed.message(),
                         "set state_directory to a directory you may write to"};
        }
    }
    return Spool::open({path, options.setting.spool_size.number, options.setting.when_full});
}

}  // namespace

std::span<const OutputRow> output_table() {
    return kTable;
}

const OutputRow* find_output(std::string_view name) {
    const auto found = std::ranges::find(kTable, name, &OutputRow::name);
    return found == kTable.end() ? nullptr : &*found;
}

Result<std::unique_ptr<Output>> open_output(const OutputRow& row, const OutputOptions& options) {
    if (!row.is_remote()) {
        return row.open(options);
    }
    Result<Remote> remote = row.connect(options);
    if (!remote) {
        return remote.error();
    }
    if (options.spool_comes_later) {
        return std::unique_ptr<Output>(std::make_unique<Spooled>(
            SpoolOptions{"", options.setting.spool_size.number, options.setting.when_full},
            std::move(*remote), options.waits_for_room));
    }
    Result<std::unique_ptr<Spool>> spool = open_spool(options);
    if (!spool) {
        return spool.error();
    }
    return std::unique_ptr<Output>(
        std::make_unique<Spooled>(std::move(*spool), std::move(*remote), options.waits_for_room));
}

std::vector<std::string> mistakes_in(const OutputSetting& setting) {
    const OutputRow& row = *find_output(setting.type);
    const std::string kind = "an output of type '" + setting.type + "'";
    const Spelled usual = spell({});
    const Spelled given = spell(setting);
    std::vector<std::string> mistakes;
    for (size_t i = 0; i < given.size(); ++i) {
        const auto& [name, value] = given[i];
        if (has_word(row.needs, name) && value.empty()) {
            mistakes.push_back(kind + " needs '" + std::string(name) + "'");
        }
        const bool is_taken = has_word(kCommonSettings, name) || has_word(row.needs, name) ||
                              has_word(row.takes, name) ||
                              (row.is_remote() && has_word(kSpoolSettings, name));
        if (!is_taken && value != usual[i].second) {
            mistakes.push_back(kind + " has no '" + std::string(name) + "'");
        }
    }
    return mistakes;
}

}  // namespace saker::outputs
