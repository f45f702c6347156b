#include "engine/state/shown_context.h"

#include <cstring>

namespace saker {
namespace {

// As far up as any field looks.
constexpr size_t kFurthest = 257;

/// `cmdline` is the name and the arguments with blanks for NULs: what was covered in these is in
/// the same place there.
void cover_line(Program& program) {
    const size_t begin = program.name.size() + 1;
    for (size_t i = 0; i < program.args.size() && begin + i < program.cmdline.size(); ++i) {
        if (program.args[i] != '\0') {
            program.cmdline[begin + i] = program.args[i];
        }
    }
}

}  // namespace

/// The same program when it shows no secret.
const Program* ShownContext::covered(const Program& program, const Redactor& redactor) {
    std::string args = program.args;
    std::string env = program.env;
    redactor.cover_arguments(program.name, args);
    redactor.cover_environment(env);
    if (args == program.args && env == program.env) {
        return &program;
    }
    Program& made = programs_.emplace_back(program);
    made.args = std::move(args);
    made.env = std::move(env);
    cover_line(made);
    return &made;
}

/// The process and its ancestors; the real ones when nothing was covered.
const Process* ShownContext::covered_lineage(const Redactor& redactor) {
    const Process* at = &context_.process;
    const Program* last = nullptr;
    const Program* last_covered = nullptr;
    for (size_t depth = 0; at && depth < kFurthest; ++depth, at = at->parent) {
        // Children that have not run another program share their parent's.
        last_covered = at->program == last ? last_covered : covered(*at->program, redactor);
        last = at->program;
        Process& made = processes_.emplace_back(*at);
        made.program = last_covered;
    }
    if (programs_.empty()) {
        return &context_.process;
    }
    for (size_t depth = 0; depth + 1 < processes_.size(); ++depth) {
        processes_[depth].parent = &processes_[depth + 1];
    }
    processes_.back().parent = nullptr;
    return &processes_.front();
}

const Event& ShownContext::covered_event(const Redactor& redactor) {
    if (!Redactor::may_hold_secrets(context_.event.id())) {
        return context_.event;
    }
    const auto bytes = context_.event.bytes();
    record_.resize((bytes.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
    std::memcpy(record_.data(), bytes.data(), bytes.size());
    const std::span<std::byte> copy(reinterpret_cast<std::byte*>(record_.data()), bytes.size());
    redactor.cover_record(copy);
    event_ = Event::parse(copy);
    return event_ ? *event_ : context_.event;
}

ShownContext::ShownContext(const Context& context, const Redactor& redactor) : context_(context) {
    if (redactor.is_on()) {
        const Event& event = covered_event(redactor);
        shown_.emplace(Context{event, *covered_lineage(redactor), context.state});
    }
}

}  // namespace saker
