// Alerts to deliver.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "engine/alert.h"
#include "tests/support/folder.h"

namespace saker::testing {

inline Alert alert_of(const std::string& id, const std::string& rule = "A rule") {
    Alert made;
    made.id = id;
    made.rule = rule;
    made.priority = "Notice";
    made.source = "syscall";
    made.hostname = "node-1";
    made.time = 1'700'000'000'000'000'000;
    made.message = "something happened: " + id;
    return made;
}

using support::Folder;

inline std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

}  // namespace saker::testing
