#include "outputs/format.h"

namespace saker::outputs {

Formatter formatter_of(config::Format format) {
    switch (format) {
        case config::Format::json:
            return format_json;
        case config::Format::text:
        case config::Format::usual:
            break;
    }
    return format_text;
}

}  // namespace saker::outputs
