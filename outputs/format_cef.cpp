#include <fmt/format.h>

#include <array>
#include <iterator>

#include "engine/base/escape.h"
#include "outputs/facts.h"
#include "outputs/format.h"

namespace saker::outputs {
namespace {

constexpr size_t kLongText = 1023;    // of `msg`, `fname` and names
constexpr size_t kLongCustom = 4000;  // of `cs1` and its like
constexpr uint64_t kMillisecond = 1'000'000;

/// Of 10, from the most urgent priority to the least.
constexpr std::array<int, 8> kSeverities{10, 9, 8, 7, 6, 4, 2, 1};

/// Control characters visible, what is not UTF-8 replaced: one line whatever it holds.
std::string one_line(std::string_view text) {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const size_t length = utf8_length(rest);
        const auto first = static_cast<unsigned char>(rest[0]);
        const bool is_line = first == '\n' || first == '\r';
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (is_line || (first >= 0x20 && first != 0x7F)) {
            out += rest.substr(0, length);
        } else {
            out += ' ';
        }
        rest.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

/// Between bars: no bar, backslash or end of line stays bare.
void append_header(std::string_view text, std::string& out) {
    const std::string line = one_line(text);
    for (const char c : shortened(line, kLongText)) {
        if (c == '|' || c == '\\') {
            out += '\\';
        }
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    out += '|';
}

/// ` key=value`, nothing when there is no value.
void append_pair(std::string_view key, std::string_view text, size_t most, std::string& out) {
    if (text.empty()) {
        return;
    }
    out.append(" ").append(key).append("=");
    const std::string line = one_line(text);
    for (const char c : shortened(line, most)) {
        switch (c) {
            case '=':
            case '\\':
                out += '\\';
                out += c;
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                out += c;
        }
    }
}

void append_custom(int number, std::string_view label, std::string_view text, std::string& out) {
    if (!text.empty()) {
        append_pair(fmt::format("cs{}Label", number), label, kLongText, out);
        append_pair(fmt::format("cs{}", number), text, kLongCustom, out);
    }
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ",") + text;
    }
    return all;
}

void append_process(const Alert& alert, std::string& out) {
    if (alert.lineage.empty()) {
        return;
    }
    const Ancestor& process = alert.lineage.front();
    append_pair("sproc", process.exepath.empty() ? process.name : process.exepath, kLongText, out);
    append_pair("spid", std::to_string(process.pid), kLongText, out);
    append_custom(1, "commandLine", process.cmdline, out);
    if (alert.lineage.size() > 1) {
        append_custom(2, "parentCommandLine", alert.lineage[1].cmdline, out);
    }
}

}  // namespace

void format_cef(const Alert& alert, const FormatOptions&, std::string& out) {
    std::string line = "CEF:0|Saker|Saker|";
    append_header(SAKER_VERSION, line);
    append_header(alert.rule, line);
    append_header(alert.rule, line);
    line += std::to_string(kSeverities[severity_of(alert)]) + "|";
    line += "rt=" + std::to_string(alert.time / kMillisecond);
    append_pair("dvchost", alert.hostname, 100, line);
    append_pair("externalId", alert.id, kLongText, line);
    append_pair("cat", alert.source, kLongText, line);
    append_pair("act", field_text(alert, "evt.type"), 63, line);
    append_pair("suser", field_text(alert, "user.name"), kLongText, line);
    append_pair("suid", field_text(alert, "user.uid"), kLongText, line);
    append_process(alert, line);
    const std::string path = field_text(alert, "fd.name");
    if (path.starts_with('/')) {
        append_pair("filePath", path, kLongText, line);
    }
    append_pair("src", field_text(alert, "fd.cip"), kLongText, line);
    append_pair("dst", field_text(alert, "fd.sip"), kLongText, line);
    append_pair("dpt", field_text(alert, "fd.sport"), kLongText, line);
    append_custom(3, "container", field_text(alert, "container.id"), line);
    append_custom(4, "image", field_text(alert, "container.image.repository"), line);
    append_custom(5, "tags", joined(alert.tags), line);
    append_pair("msg", alert.message, kLongText, line);
    out += line + '\n';
}

}  // namespace saker::outputs
