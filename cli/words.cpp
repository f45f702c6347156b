#include "cli/words.h"

#include <algorithm>

namespace saker::cli {

std::string_view name_of(lang::FieldType type) {
    switch (type) {
        case lang::FieldType::signed_number:
            return "signed";
        case lang::FieldType::unsigned_number:
            return "unsigned";
        case lang::FieldType::real:
            return "real";
        case lang::FieldType::boolean:
            return "bool";
        case lang::FieldType::text:
            return "text";
        case lang::FieldType::path:
            return "path";
        case lang::FieldType::bytes:
            return "bytes";
        case lang::FieldType::address:
            return "ip";
        case lang::FieldType::network:
            return "net";
        case lang::FieldType::port:
            return "port";
        case lang::FieldType::relative_time:
            return "duration";
        case lang::FieldType::absolute_time:
            return "time";
        case lang::FieldType::dynamic:
            break;
    }
    return "dynamic";
}

std::string_view name_of(MemberType type) {
    switch (type) {
        case MemberType::number:
            return "number";
        case MemberType::size:
            return "size";
        case MemberType::result:
            return "result";
        case MemberType::fd:
            return "descriptor";
        case MemberType::pid:
            return "pid";
        case MemberType::uid:
            return "uid";
        case MemberType::gid:
            return "gid";
        case MemberType::device:
            return "device";
        case MemberType::inode:
            return "inode";
        case MemberType::time:
            return "time";
        case MemberType::duration:
            return "duration";
        case MemberType::capabilities:
            return "capabilities";
        case MemberType::boolean:
            return "bool";
        case MemberType::open_flags:
            return "open-flags";
        case MemberType::file_mode:
            return "file-mode";
        case MemberType::permissions:
            return "permissions";
        case MemberType::octal:
            return "octal";
        case MemberType::clone_flags:
            return "clone-flags";
        case MemberType::at_flags:
            return "at-flags";
        case MemberType::mount_flags:
            return "mount_flags";
        case MemberType::umount_flags:
            return "umount_flags";
        case MemberType::descriptor_flags:
            return "descriptor_flags";
        case MemberType::rename_flags:
            return "rename-flags";
        case MemberType::resolve_flags:
            return "resolve-flags";
        case MemberType::setid_flags:
            return "setid-flags";
        case MemberType::access_bits:
            return "access-bits";
        case MemberType::attribute_flags:
            return "attribute-flags";
        case MemberType::access_mode:
            return "access-mode";
        case MemberType::capability:
            return "capability";
        case MemberType::bpf_command:
            return "bpf-command";
        case MemberType::bpf_program_type:
            return "bpf-program-type";
        case MemberType::bpf_attach_type:
            return "bpf-attach-type";
        case MemberType::bpf_map_type:
            return "bpf-map-type";
        case MemberType::protection:
            return "protection";
        case MemberType::map_flags:
            return "map-flags";
        case MemberType::kernel_file:
            return "kernel-file";
        case MemberType::module_taints:
            return "module-taints";
        case MemberType::uring_flags:
            return "io_uring-flags";
        case MemberType::resource:
            return "resource";
        case MemberType::ptrace_request:
            return "ptrace-request";
        case MemberType::prctl_option:
            return "prctl-option";
        case MemberType::keyctl_operation:
            return "keyctl-operation";
        case MemberType::uring_register:
            return "io_uring-operation";
        case MemberType::uring_enter_flags:
            return "io_uring-enter-flags";
        case MemberType::seccomp_operation:
            return "seccomp-operation";
        case MemberType::memfd_flags:
            return "memfd-flags";
        case MemberType::module_flags:
            return "module-flags";
        case MemberType::reboot_command:
            return "reboot-command";
        case MemberType::fanotify_flags:
            return "fanotify-flags";
        case MemberType::mlockall_flags:
            return "mlockall-flags";
        case MemberType::userfault_flags:
            return "userfaultfd-flags";
        case MemberType::clock:
            return "clock";
        case MemberType::persona:
            return "personality";
        case MemberType::file_flags:
            return "file-flags";
        case MemberType::fd_type:
            return "descriptor-type";
        case MemberType::signal:
            return "signal";
        case MemberType::family:
            return "address-family";
        case MemberType::socket_type:
            return "socket-type";
        case MemberType::protocol:
            return "protocol";
        case MemberType::endpoint:
            return "address-and-port";
        case MemberType::text:
            return "text";
        case MemberType::path:
            return "path";
        case MemberType::strings:
            return "texts";
        case MemberType::bytes:
            return "bytes";
        case MemberType::sockaddr:
            return "socket-address";
    }
    return "";
}

std::vector<std::string> event_names(const lang::EventSet& events) {
    std::vector<std::string> names;
    for (size_t i = 0; i < kEventKinds; ++i) {
        if (events.test(i)) {
            names.emplace_back(name_of(static_cast<EventKind>(i)));
        }
    }
    return names;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : between).append(word);
    }
    return text;
}

std::string shortened(const std::vector<std::string>& words) {
    static constexpr size_t kShown = 12;
    if (words.size() <= kShown) {
        return words.empty() ? "no event" : joined(words, ", ");
    }
    const std::vector<std::string> first(words.begin(), words.begin() + kShown);
    return joined(first, ", ") + " and " + std::to_string(words.size() - kShown) + " more";
}

}  // namespace saker::cli
