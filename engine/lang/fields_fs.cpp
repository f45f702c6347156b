// The fs rows of the field catalogue.
#include "engine/lang/field.h"

namespace saker::lang {

std::span<const Field> fs_fields() {
    static const Field rows[] = {
        {"fs.path.name", FieldType::text, {.several = Several::names}, ""},
        {"fs.path.nameraw", FieldType::text, {}, ""},
        {"fs.path.source", FieldType::text, {.several = Several::names}, ""},
        {"fs.path.sourceraw", FieldType::text, {}, ""},
        {"fs.path.target", FieldType::text, {.several = Several::names}, ""},
        {"fs.path.targetraw", FieldType::text, {}, ""},
        {"util.cnt", FieldType::unsigned_number, {}, ""},
        {"fdlist.nums", FieldType::text, {}, ""},
        {"fdlist.names", FieldType::text, {}, ""},
        {"fdlist.cips", FieldType::text, {}, ""},
        {"fdlist.sips", FieldType::text, {}, ""},
        {"fdlist.cports", FieldType::text, {}, ""},
        {"fdlist.sports", FieldType::text, {}, ""},
    };
    return rows;
}

}  // namespace saker::lang
