// What a rule found, owning every byte: it outlives the event, the state and the rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/rules/template.h"

namespace saker {

/// One program on the way from the first process to the one that acted.
struct Ancestor {
    uint32_t pid = 0;
    uint64_t start_time = 0;  // boottime ns; with pid the process's identity
    std::string name;
    std::string exepath;
    std::string cmdline;
};

/// Records known to be lost since the alert before, anywhere on the way to the rules: what this
/// alert says may be incomplete by that much.
struct Loss {
    uint64_t critical = 0;  // sequence numbers missing in the lanes
    uint64_t bulk = 0;
    uint64_t malformed = 0;  // records that could not be read

    bool any() const { return critical != 0 || bulk != 0 || malformed != 0; }
};

struct Alert {
    std::string id;  // of boot, cpu, lane, sequence and rule: a replay gives the same
    std::string rule;
    std::string priority;  // as printed: "Warning"
    std::string source;
    std::vector<std::string> tags;  // sorted
    std::string hostname;
    std::map<std::string, std::string> labels;  // what the operator calls this place
    uint64_t time = 0;                          // ns since the epoch
    std::string message;                        // the rendered output, unescaped
    std::vector<rules::OutputField> fields;
    std::vector<Ancestor> lineage;  // the process itself first
    Loss loss;
    bool is_summary = false;         // of alerts held back; `time` is of the first of them
    bool gave_up_container = false;  // judged without what the runtime had not said in time
};

}  // namespace saker
