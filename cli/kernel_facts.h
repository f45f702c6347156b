// What this kernel is, and what it lets us do.
#pragma once

#include <string>
#include <vector>

namespace saker::cli {

struct Capability {
    std::string name;
    bool held = false;
    std::string needed_for;
};

struct KernelFacts {
    std::string release;
    std::string architecture;
    bool has_btf = false;
    std::vector<std::string> security_modules;  // active ones, in order; empty: not known
    std::string lockdown;  // none, integrity, confidentiality; empty: not known
    bool is_securityfs_mounted = false;
    std::vector<Capability> capabilities;
};

KernelFacts kernel_facts();

}  // namespace saker::cli
