// What field rows read of an act: the bytes it moved, and whom it reached.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/state/context.h"

namespace saker::lang {

/// The socket was connected, or is being connected, to another address than the one the caller's
/// memory holds now. No address in particular is asked for by all zeros.
bool has_other_peer(const Event& event);

/// The bytes an act moved, if it is a read or a write as wanted; 0 when it failed.
std::optional<uint64_t> moved(const Context& context, bool reads, bool writes);

/// By the path of the socket at the other end; the journal listens by a name of its own.
bool writes_to_log(const Context& context);

}  // namespace saker::lang
