// The user rows of the field catalogue.
#include "engine/lang/field.h"

namespace saker::lang {

std::span<const Field> user_fields() {
    static const Field rows[] = {
        {"user.uid", FieldType::unsigned_number, {}, ""},
        {"user.name", FieldType::text, {}, ""},
        {"user.homedir", FieldType::text, {}, ""},
        {"user.shell", FieldType::text, {}, ""},
        {"user.loginuid", FieldType::signed_number, {}, ""},
        {"user.loginname", FieldType::text, {}, ""},
        {"group.gid", FieldType::unsigned_number, {}, ""},
        {"group.name", FieldType::text, {}, ""},
    };
    return rows;
}

}  // namespace saker::lang
