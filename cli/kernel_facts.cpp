#include "cli/kernel_facts.h"

#include <sys/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace saker::cli {
namespace {

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

/// Of `none [integrity] confidentiality` the one in brackets.
std::string chosen(const std::string& choices) {
    const size_t open = choices.find('[');
    const size_t close = choices.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) {
        return "";
    }
    return choices.substr(open + 1, close - open - 1);
}

bool is_held(cap_value_t capability) {
    const cap_t held = ::cap_get_proc();
    cap_flag_value_t value = CAP_CLEAR;
    if (held != nullptr) {
        ::cap_get_flag(held, capability, CAP_EFFECTIVE, &value);
        ::cap_free(held);
    }
    return value == CAP_SET;
}

}  // namespace

KernelFacts kernel_facts() {
    KernelFacts facts;
    utsname names{};
    if (::uname(&names) == 0) {
        facts.release = names.release;
        facts.architecture = names.machine;
    }
    facts.has_btf = ::access("/sys/kernel/btf/vmlinux", R_OK) == 0;
    const std::string modules = first_line("/sys/kernel/security/lsm");
    facts.is_securityfs_mounted = !modules.empty();
    facts.security_modules = split(modules, ',');
    facts.lockdown = chosen(first_line("/sys/kernel/security/lockdown"));
    facts.capabilities = {
        {"CAP_BPF", is_held(CAP_BPF), "loading probes"},
        {"CAP_PERFMON", is_held(CAP_PERFMON), "attaching them and reading kernel objects"},
        {"CAP_SYS_PTRACE", is_held(CAP_SYS_PTRACE), "users and groups of containers"},
        {"CAP_DAC_READ_SEARCH", is_held(CAP_DAC_READ_SEARCH), "the same"},
    };
    return facts;
}

}  // namespace saker::cli
