// An alert as bytes: one function a format.
#pragma once

#include <string>
#include <string_view>

#include "config/output_setting.h"
#include "engine/alert.h"

namespace saker::outputs {

/// What the person who reads alerts chose to have in them.
struct FormatOptions {
    bool include_output = true;
    bool include_message = false;
    bool include_output_fields = true;
    bool include_tags = true;
    bool iso_8601 = false;
    bool colour = false;  // of a terminal; formats that have none ignore it
};

/// Appends one alert to `out`, newline included.
using Formatter = void (*)(const Alert& alert, const FormatOptions& options, std::string& out);

/// `HH:MM:SS.nnnnnnnnn: Priority message`, local time; everything in it escaped.
void format_text(const Alert& alert, const FormatOptions& options, std::string& out);

/// One JSON object on one line, keys in alphabetical order: those of Falco's alerts, and `id`,
/// `lineage` and, after a loss, `lost`.
void format_json(const Alert& alert, const FormatOptions& options, std::string& out);

/// Elastic Common Schema 8, one document on one line.
void format_ecs(const Alert& alert, const FormatOptions& options, std::string& out);

/// A Detection Finding of OCSF 1.4, one object on one line.
void format_ocsf(const Alert& alert, const FormatOptions& options, std::string& out);

/// ArcSight's Common Event Format, one line, texts cut at the lengths it allows.
void format_cef(const Alert& alert, const FormatOptions& options, std::string& out);

/// An OpenTelemetry log record inside the request that carries it, as JSON on one line.
void format_otlp(const Alert& alert, const FormatOptions& options, std::string& out);

/// What a request of OpenTelemetry begins and ends with; in between, with commas, its resources.
inline constexpr std::string_view kOtlpBegin = R"({"resourceLogs":[)";
inline constexpr std::string_view kOtlpEnd = "]}";

/// `usual` is text.
Formatter formatter_of(config::Format format);

/// The text line without its newline: what JSON calls `output`. Not escaped.
std::string text_line(const Alert& alert, bool iso_8601);

/// Local time, `HH:MM:SS.nnnnnnnnn`.
std::string local_time_of_day(uint64_t time);

/// The fields of an alert as one JSON object, sorted by name, each once, with the event's time.
void append_fields(const Alert& alert, bool iso_8601, std::string& out);

/// `2026-07-31T10:22:15.576767292Z`
std::string iso_utc(uint64_t time);

}  // namespace saker::outputs
