// Several alerts as one request: what goes before, between and behind them.
#pragma once

#include <span>
#include <string>

#include "config/output_setting.h"
#include "outputs/parcel.h"

namespace saker::outputs {

/// One parcel alone is its body without the newline, but for `array`.
void append_batch(std::span<const Parcel> parcels, config::Format format, config::BatchForm form,
                  std::string& out);

/// What the bytes are, as HTTP calls it.
const char* content_type(config::Format format, config::BatchForm form, bool is_single);

}  // namespace saker::outputs
