// An event somebody wrote as a JSON map from field to value.
#pragma once

#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/lang/condition.h"

namespace saker::cli {

/// Reads `{"proc.name": "cat", "proc.aname[2]": "sshd", "fd.types": ["file"]}`. A field's type is
/// the catalogue's, whatever the JSON value's; `{"$hex": "61ff"}` is a text or buffer of those
/// bytes. Fields not in the map are absent; keys that are no fields are ignored.
class JsonEvent final : public lang::FieldReader {
  public:
    /// What is not a JSON object has no fields.
    explicit JsonEvent(const nlohmann::json& fields);

    void read(const lang::FieldUse& use, lang::Values& out) override;

  private:
    void add(const std::string& name, const nlohmann::json& value);
    Value convert(lang::FieldType type, const nlohmann::json& value);
    Value keep(std::string text);

    std::deque<std::string> texts_;  // a deque: values view what it holds
    std::unordered_map<std::string, std::vector<Value>> values_;
};

}  // namespace saker::cli
