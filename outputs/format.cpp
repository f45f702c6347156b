#include "outputs/format.h"

namespace saker::outputs {

Formatter formatter_of(config::Format format) {
    switch (format) {
        case config::Format::json:
            return format_json;
        case config::Format::ecs:
            return format_ecs;
        case config::Format::ocsf:
            return format_ocsf;
        case config::Format::cef:
            return format_cef;
        case config::Format::otlp:
            return format_otlp;
        case config::Format::text:
        case config::Format::usual:
            break;
    }
    return format_text;
}

}  // namespace saker::outputs
