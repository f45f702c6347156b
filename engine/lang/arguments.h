// The arguments of an event: its members, and those it has from the record's header.
#pragma once

#include <string_view>

#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {

/// `evt.arg.name` or `evt.arg[n]`: the argument in its readable form (flags, errors, users by name,
/// paths made absolute); adds nothing when the event has no such argument.
void add_argument(const Context& context, const FieldArgument& argument, Values& out);

/// `evt.rawarg.name`: the argument as it is, of the type `event_argument_type` says.
void add_raw_argument(const Context& context, const FieldArgument& argument, Values& out);

/// All of them: `fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=passwd(/etc/passwd) …`.
void add_all_arguments(const Context& context, Values& out);

}  // namespace saker::lang
