// What saker top shows: what happened between two answers of the daemon.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace saker::cli {

/// Both as `activity_json` writes them, of one daemon, the later one taken later.
nlohmann::ordered_json activity_between(const nlohmann::ordered_json& earlier,
                                        const nlohmann::ordered_json& later);

struct Picture {
    size_t rows = 0;   // of each table, its head aside; 0: all
    size_t width = 0;  // of a line, in characters; 0: as long as it is
};

/// What `activity_between` gave, for people: lines that can be printed whatever names are in it.
std::string draw_activity(const nlohmann::ordered_json& activity, const Picture& picture);

}  // namespace saker::cli
