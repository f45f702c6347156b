#include "cli/public_settings.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>

#include "engine/event/redact.h"

namespace saker::cli {
namespace {

constexpr const char* kRemoved = "(removed)";
constexpr size_t kShortestSecret = 6;  // a shorter text is in many others by chance

/// Where the authority of a URL begins and ends; what is before an @ in it is no host.
struct Parts {
    std::string scheme;
    std::string host;
    std::string user;
    std::string rest;
};

Parts parts_of(const std::string& url) {
    Parts parts;
    const size_t colon = url.find("://");
    const size_t begin = colon == std::string::npos ? 0 : colon + 3;
    const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    parts.scheme = url.substr(0, begin);
    parts.host = url.substr(begin, end - begin);
    parts.rest = url.substr(end);
    if (const size_t at = parts.host.rfind('@'); at != std::string::npos) {
        parts.user = parts.host.substr(0, at);
        parts.host.erase(0, at + 1);
    }
    return parts;
}

std::string host_of(const std::string& url) {
    const Parts parts = parts_of(url);
    return url.empty() ? url
                       : parts.scheme + parts.host +
                             (parts.rest.size() > 1 ? std::string("/") + kRemoved : parts.rest);
}

void add(std::vector<std::string>& secrets, const std::string& text) {
    if (text.size() >= kShortestSecret) {
        secrets.push_back(text);
    }
}

void add_lines(std::vector<std::string>& secrets, const std::string& path) {
    std::ifstream file(path);
    for (std::string line; !path.empty() && std::getline(file, line);) {
        add(secrets, line);
    }
}

void add_of_output(std::vector<std::string>& secrets, const config::OutputSetting& output) {
    for (const auto& [name, value] : output.headers) {
        add(secrets, value);
    }
    for (const auto& [name, value] : output.properties) {
        add(secrets, value);
    }
    for (size_t i = 1; i < output.command.size(); ++i) {
        add(secrets, output.command[i]);
    }
    const Parts parts = parts_of(output.url);
    add(secrets, parts.user);
    add(secrets, parts.rest);
    add_lines(secrets, output.token_file);
    add_lines(secrets, output.key_file);
}

}  // namespace

config::Config without_secrets(config::Config config) {
    const Redactor redactor({true, config.redact_names});
    const auto cover = [&](std::string& text) { redactor.cover_text({text.data(), text.size()}); };
    for (config::OutputSetting& output : config.outputs) {
        output.url = host_of(output.url);
        for (auto* texts : {&output.headers, &output.properties}) {
            for (auto& [name, value] : *texts) {
                value = kRemoved;
            }
        }
        if (output.command.size() > 1) {
            output.command = {output.command.front(), kRemoved};
        }
    }
    for (auto& [name, value] : config.labels) {
        if (redactor.is_secret_name(name)) {
            value = kRemoved;
        }
        cover(value);
    }
    for (config::AppendOutput& append : config.append_output) {
        cover(append.extra_output);
        for (config::ExtraField& field : append.extra_fields) {
            cover(field.format);
        }
    }
    return config;
}

std::vector<std::string> secrets_of(const config::Config& config) {
    const Redactor redactor({true, config.redact_names});
    std::vector<std::string> secrets;
    for (const config::OutputSetting& output : config.outputs) {
        add_of_output(secrets, output);
    }
    for (const auto& [name, value] : config.labels) {
        if (redactor.is_secret_name(name)) {
            add(secrets, value);
        }
    }
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        const size_t equals = std::min(text.find('='), text.size());
        if (redactor.is_secret_name(text.substr(0, equals)) && equals < text.size()) {
            add(secrets, std::string(text.substr(equals + 1)));
        }
    }
    std::ranges::stable_sort(secrets, std::ranges::greater(), &std::string::size);
    return secrets;
}

}  // namespace saker::cli
