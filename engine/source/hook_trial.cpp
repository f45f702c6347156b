#include "engine/source/hook_trial.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "engine/base/fd.h"
#include "engine/source/probe_object.h"

namespace saker {

namespace {

/// `return 0`, for every kind of hook.
constexpr std::array<bpf_insn, 2> kNothing{{
    {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
}};

Error refused(int error) {
    Error made{std::strerror(error)};
    made.kind = error == EPERM ? ErrorKind::privileges : ErrorKind::kernel;
    return made;
}

struct Place {
    bpf_attach_type attach;
    bpf_prog_type program;
    std::string name;
    uint32_t kind;  // of the type that stands for it
};

/// Of the kernel's tens of thousands of functions those that rungs name or programs call.
bool is_of_interest(std::string_view function) {
    constexpr std::string_view kPrefixes[]{"__x64_sys_", "__arm64_sys_", "__ia32_",
                                           "bpf_lsm_",   "security_",    "bpf_rdonly_cast"};
    return std::ranges::any_of(
        kPrefixes, [&](std::string_view prefix) { return function.starts_with(prefix); });
}

/// Where a rung's program hooks, in the words of the kernel's types; for those without types an
/// empty name.
Place place_of(const Rung& rung) {
    switch (rung.kind) {
        case HookKind::tp_btf:
        case HookKind::syscall_dispatcher:
            return {BPF_TRACE_RAW_TP, BPF_PROG_TYPE_TRACING, "btf_trace_" + rung.target,
                    BTF_KIND_TYPEDEF};
        case HookKind::fexit:
            return {BPF_TRACE_FEXIT, BPF_PROG_TYPE_TRACING, rung.target, BTF_KIND_FUNC};
        case HookKind::fentry:
            return {BPF_TRACE_FENTRY, BPF_PROG_TYPE_TRACING, rung.target, BTF_KIND_FUNC};
        case HookKind::lsm:
            return {BPF_LSM_MAC, BPF_PROG_TYPE_LSM, "bpf_lsm_" + rung.target, BTF_KIND_FUNC};
        case HookKind::kprobe:
        case HookKind::syscall_tracepoint:
            break;
    }
    return {BPF_TRACE_RAW_TP, BPF_PROG_TYPE_UNSPEC, "", 0};
}

/// Without types the kernel only says when attaching; what it needs for that can be seen before.
Result<void> attempt_untyped(const Rung& rung) {
    const bool is_kprobe = rung.kind == HookKind::kprobe;
    const std::string needed = is_kprobe
                                   ? "/sys/bus/event_source/devices/kprobe/type"
                                   : "/sys/kernel/tracing/events/syscalls/" + rung.target + "/id";
    if (::access(needed.c_str(), R_OK) != 0) {
        return Error{is_kprobe ? "this kernel has no kprobes"
                               : "there is no such tracepoint, or tracefs is not mounted",
                     "",
                     {},
                     ErrorKind::kernel};
    }
    return {};
}

}  // namespace

struct HookTrial::Types {
    btf* all = nullptr;
    std::unordered_map<std::string_view, uint32_t> functions;
    std::unordered_map<std::string_view, uint32_t> tracepoints;

    ~Types() { btf__free(all); }
};

HookTrial::HookTrial(btf* types) : types_(std::make_unique<Types>()) {
    types_->all = types;
    const uint32_t count = btf__type_cnt(types);
    for (uint32_t id = 1; id < count; ++id) {
        const btf_type* type = btf__type_by_id(types, id);
        if (btf_is_func(type)) {
            const std::string_view name = btf__name_by_offset(types, type->name_off);
            if (is_of_interest(name)) {
                types_->functions.emplace(name, id);
            }
        } else if (btf_is_typedef(type)) {
            const std::string_view name = btf__name_by_offset(types, type->name_off);
            if (name.starts_with("btf_trace_")) {
                types_->tracepoints.emplace(name, id);
            }
        }
    }
}

HookTrial::HookTrial(HookTrial&&) noexcept = default;
HookTrial::~HookTrial() = default;

Result<HookTrial> HookTrial::open() {
    const LibbpfWords words;
    btf* types = btf__load_vmlinux_btf();
    if (!types) {
        return Error{
            "this kernel does not describe its types",
            "a kernel built with CONFIG_DEBUG_INFO_BTF is needed, and /sys must be mounted",
            {},
            ErrorKind::kernel};
    }
    return HookTrial(types);
}

bool HookTrial::has_function(const std::string& name) const {
    return types_->functions.count(name) != 0;
}

Result<void> HookTrial::attempt(const Rung& rung) const {
    const Place place = place_of(rung);
    if (place.name.empty()) {
        return attempt_untyped(rung);
    }
    const auto& known = place.kind == BTF_KIND_FUNC ? types_->functions : types_->tracepoints;
    const auto found = known.find(place.name);
    if (found == known.end()) {
        return Error{"this kernel has no " + rung.target, "", {}, ErrorKind::kernel};
    }
    bpf_prog_load_opts options{};
    options.sz = sizeof(options);
    options.expected_attach_type = place.attach;
    options.attach_btf_id = found->second;
    const Fd program(bpf_prog_load(place.program, "saker_trial", "Dual BSD/GPL", kNothing.data(),
                                   kNothing.size(), &options));
    if (!program) {
        return refused(errno);
    }
    return {};
}

}  // namespace saker
