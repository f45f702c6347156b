// How rules and templates read the fields of an event.
#pragma once

#include "engine/lang/condition.h"
#include "engine/state/context.h"

namespace saker {

/// Reads fields of the event at hand; a loan for its judging.
class ContextReader final : public lang::FieldReader {
  public:
    explicit ContextReader(const Context& context) : context_(context) {}

    void read(const lang::FieldUse& use, lang::Values& out) override {
        if (use.field->read != nullptr) {
            use.field->read(context_, use.argument, out);
        }
    }

  private:
    const Context& context_;
};

}  // namespace saker
