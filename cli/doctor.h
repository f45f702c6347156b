// saker doctor: what this kernel lets us see, and what stays hidden.
#pragma once

#include <iosfwd>

namespace saker::cli {

struct DoctorOptions {
    bool json = false;
};

/// Tries every hook, writes the report to `out`; 0 when every event can be seen, else 1.
int run_doctor(const DoctorOptions& options, std::ostream& out);

}  // namespace saker::cli
