// Kafka, through librdkafka.
#pragma once

#include "outputs/table.h"

namespace saker::outputs {

/// Fails when librdkafka refuses a setting; not when the brokers are away.
Result<Remote> connect_kafka(const OutputOptions& options);

}  // namespace saker::outputs
