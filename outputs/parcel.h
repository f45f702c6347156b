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
    uint64_t time = 0;  // of the act, ns since the epoch; 0: not to be measured by
};

}  // namespace saker::outputs
