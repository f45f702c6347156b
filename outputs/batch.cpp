#include "outputs/batch.h"

#include <string_view>

#include "outputs/format.h"

namespace saker::outputs {
namespace {

std::string_view without_newline(std::string_view body) {
    return body.ends_with('\n') ? body.substr(0, body.size() - 1) : body;
}

bool is_json(config::Format format) {
    return format == config::Format::json || format == config::Format::ecs ||
           format == config::Format::ocsf || format == config::Format::otlp;
}

/// One request of OpenTelemetry with the resources of all of them.
void append_otlp(std::span<const Parcel> parcels, std::string& out) {
    out += kOtlpBegin;
    bool is_first = true;
    for (const Parcel& parcel : parcels) {
        std::string_view body = without_newline(parcel.body);
        body.remove_prefix(kOtlpBegin.size());
        body.remove_suffix(kOtlpEnd.size());
        out += is_first ? "" : ",";
        is_first = false;
        out += body;
    }
    out += kOtlpEnd;
}

}  // namespace

void append_batch(std::span<const Parcel> parcels, config::Format format, config::BatchForm form,
                  std::string& out) {
    if (format == config::Format::otlp) {
        append_otlp(parcels, out);
        return;
    }
    const bool is_array = is_json(format) && form == config::BatchForm::array;
    out += is_array ? "[" : "";
    bool is_first = true;
    for (const Parcel& parcel : parcels) {
        if (!is_first) {
            out += is_array ? ',' : '\n';
        }
        is_first = false;
        out += without_newline(parcel.body);
    }
    if (is_array) {
        out += ']';
    } else if (parcels.size() > 1) {
        out += '\n';
    }
}

const char* content_type(config::Format format, config::BatchForm form, bool is_single) {
    if (!is_json(format)) {
        return "text/plain; charset=utf-8";
    }
    return is_single || format == config::Format::otlp || form == config::BatchForm::array
               ? "application/json"
               : "application/x-ndjson";
}

}  // namespace saker::outputs
