// Syslog receivers, RFC 5424: a unix socket, UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425).
#pragma once

#include "outputs/table.h"

namespace saker::outputs {

/// Fails when the address or facility is none, or a certificate cannot be read; not when the
/// receiver is away.
Result<Remote> connect_syslog(const OutputOptions& options);

}  // namespace saker::outputs
