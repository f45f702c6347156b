#include "engine/source/call_plans.h"

#include <array>
#include <cstddef>

#include "engine/event/event_table.h"

namespace saker {
namespace {

/// Fills a plan from the words of a row, while this is compiled; a row that does not fit does not
/// compile.
class PlanMaker {
  public:
    constexpr explicit PlanMaker(size_t record_size) : size_(record_size) {}

    constexpr void result(size_t offset, size_t size) {
        add(offset, size == sizeof(uint32_t) ? STEP_result32 : STEP_result, 0);
    }

    constexpr void argument(size_t offset, size_t size, MemberType type, int index) {
        add(offset, kind_of(type, size), index);
    }

    constexpr void pointed(size_t offset, MemberType type, int index) {
        add(offset, type == MemberType::fd ? STEP_pointed_int : STEP_pointed64, index);
    }

    constexpr void pointed_second(size_t offset, int index) {
        add(offset, STEP_pointed_int_second, index);
    }

    constexpr void directory(size_t name, size_t directory, int index) {
        plan_.names[plan_.names_used] = {static_cast<uint16_t>(name),
                                         static_cast<uint16_t>(directory),
                                         static_cast<uint8_t>(index)};
        ++plan_.names_used;
    }

    constexpr void object(size_t offset, call_object how, int index) {
        if (how == OBJECT_none) {
            return;  // members that the object before them fills too, or nobody
        }
        plan_.object = how;
        plan_.object_offset = static_cast<uint16_t>(offset);
        plan_.object_argument = static_cast<uint8_t>(index);
    }

    /// Without a step it is no plan.
    constexpr call_plan finish() const {
        call_plan plan = plan_;
        plan.size = static_cast<uint16_t>(steps_ == 0 ? 0 : size_);
        if (plan.size > sizeof(event_header) + CALL_MEMBERS_MAX) {
            throw "a record longer than CALL_MEMBERS_MAX";
        }
        return plan;
    }

  private:
    static constexpr step_kind kind_of(MemberType type, size_t size) {
        switch (type) {
            case MemberType::fd:
            case MemberType::pid:
                return STEP_int;
            case MemberType::number:
            case MemberType::result:
                return STEP_long;
            case MemberType::uid:
            case MemberType::gid:
                return STEP_id;
            case MemberType::text:
            case MemberType::path:
                return STEP_text;
            case MemberType::sockaddr:
                return STEP_sockaddr;
            default:
                break;
        }
        if (is_variable(type) || type == MemberType::endpoint) {
            throw "no argument is of this type";
        }
        return size == sizeof(uint64_t) ? STEP_word64 : STEP_word32;
    }

    constexpr void add(size_t offset, step_kind kind, int index) {
        plan_.steps[steps_++] = {static_cast<uint16_t>(offset), static_cast<uint8_t>(kind),
                                 static_cast<uint8_t>(index)};
    }

    size_t size_;
    size_t steps_ = 0;
    call_plan plan_{};
};

#define FIELD(type, name, doc)
#define RESULT(type, name, doc) maker.result(offsetof(Record, name), sizeof(Record::name));
#define ARGUMENT(index, type, name, doc) \
    maker.argument(offsetof(Record, name), sizeof(Record::name), MemberType::type, index);
#define POINTED(index, type, name, doc) \
    maker.pointed(offsetof(Record, name), MemberType::type, index);
#define POINTED_SECOND(index, type, name, doc) maker.pointed_second(offsetof(Record, name), index);
#define DIRECTORY(index, of, name, doc) \
    maker.directory(offsetof(Record, of), offsetof(Record, name), index);
#define OBJECT(how, index, type, name, doc) \
    maker.object(offsetof(Record, name), OBJECT_##how, index);
#define EVENT(name, lane, category, doc, ...)         \
    constexpr call_plan make_plan_of_##name() {       \
        using Record [[maybe_unused]] = name##_event; \
        PlanMaker maker(sizeof(Record));              \
        __VA_ARGS__                                   \
        return maker.finish();                        \
    }
#include "probes/events.def"
#undef EVENT
#undef FIELD

constexpr std::array<call_plan, EVENT_COUNT> kPlans{
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) make_plan_of_##name(),
#include "probes/events.def"
#undef EVENT
#undef FIELD
};

}  // namespace

std::span<const call_plan, EVENT_COUNT> call_plans() {
    return kPlans;
}

}  // namespace saker
