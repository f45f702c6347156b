// An alert on its way to a remote receiver: written in its format already.
#pragma once

#include <cstdint>
#include <string>

namespace saker::outputs {

struct Parcel {
    uint64_t sequence = 0;  // its place in the spool
    std::string id;         // of the alert
    std::string rule;
    std::string body;
};

}  // namespace saker::outputs
