#include "engine/source/probe_object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "engine/base/fd.h"

extern "C" {
extern const char saker_probes_begin[];
extern const char saker_probes_end[];
}

namespace saker {

namespace {

/// libbpf's callback takes no context, so the listener is found here.
thread_local std::string* listener = nullptr;

constexpr size_t kMostWords = 8 << 20;

int listen_to(libbpf_print_level level, const char* format, va_list arguments) {
    if (!listener || level == LIBBPF_DEBUG || listener->size() > kMostWords) {
        return 0;
    }
    va_list again;
    va_copy(again, arguments);
    const int length = std::vsnprintf(nullptr, 0, format, again);
    va_end(again);
    const size_t before = listener->size();
    listener->resize(before + static_cast<size_t>(std::max(length, 0)) + 1);
    std::vsnprintf(listener->data() + before, listener->size() - before, format, arguments);
    listener->pop_back();  // the NUL
    return length;
}

Error refused(int error, const std::string& doing) {
    const bool privileges = error == EPERM;  // EACCES is how the verifier refuses
    Error made{std::strerror(error)};
    made.kind = privileges ? ErrorKind::privileges : ErrorKind::kernel;
    if (privileges) {
        made.hint = "CAP_BPF and CAP_PERFMON are needed; root has them";
    }
    return std::move(made).within(doing);
}

/// 0 when the descriptor is no link, or one the kernel says nothing of. Descriptors of other things
/// of BPF answer too, but not with a link's type.
uint32_t link_id(int descriptor) {
    bpf_link_info info{};
    uint32_t length = sizeof info;
    if (descriptor < 0 || bpf_obj_get_info_by_fd(descriptor, &info, &length) != 0) {
        return 0;
    }
    return info.id;
}

/// libbpf has copied what it needs: the pages of the file are the page cache's again, not counted
/// as ours. Should they be read once more, they are still there.
void give_back_embedded() {
    const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    const uintptr_t begin =
        (reinterpret_cast<uintptr_t>(saker_probes_begin) + page - 1) & ~(page - 1);
    const uintptr_t end = reinterpret_cast<uintptr_t>(saker_probes_end) & ~(page - 1);
    if (begin < end) {
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
}

/// libbpf looks among the types of modules for what the kernel itself lacks. Without CAP_SYS_ADMIN
/// it may not, and before version 1.2 it then gives up, even for what is optional. But it looks
/// only once: here, for a name nobody has, so that what is optional is simply absent later. That is
/// the cast alone; nothing of ours is in a module.
void forgo_modules(bpf_object* object) {
    if (bpf_program* any = bpf_object__next_program(object, nullptr)) {
        [[maybe_unused]] const int absent =
            bpf_program__set_attach_target(any, 0, "saker_asks_for_no_module");
    }
}

}  // namespace

LibbpfWords::LibbpfWords() : before_(listener) {
    listener = &words_;
    libbpf_set_print(listen_to);
}

LibbpfWords::~LibbpfWords() {
    listener = before_;
}

std::string LibbpfWords::reason() const {
    // The verifier tells the whole walk before the step that failed: the reason is at its end.
    constexpr size_t kLines = 4;
    const size_t mark = words_.find("-- END PROG LOAD LOG");
    const size_t end = mark == std::string::npos ? words_.size() : words_.rfind('\n', mark);
    size_t start = end;
    for (size_t line = 0; line < kLines && start != 0 && start != std::string::npos; ++line) {
        start = words_.rfind('\n', start - 1);
    }
    return start == std::string::npos ? words_.substr(0, end)
                                      : words_.substr(start + 1, end - start - 1);
}

std::string LibbpfWords::culprit() const {
    const std::string before = "prog '";
    const size_t failed = words_.find("failed to load");
    const size_t start = failed == std::string::npos ? failed : words_.rfind(before, failed);
    if (start == std::string::npos) {
        return "";
    }
    const size_t name = start + before.size();
    return words_.substr(name, words_.find('\'', name) - name);
}

void ProbeObject::CloseObject::operator()(bpf_object* object) const {
    bpf_object__close(object);
}

void ProbeObject::CloseLink::operator()(bpf_link* link) const {
    bpf_link__destroy(link);
}

ProbeObject::ProbeObject(ProbeObject&& other) noexcept
    : object_(std::move(other.object_)),
      links_(std::move(other.links_)),
      knobs_(std::exchange(other.knobs_, nullptr)),
      control_(std::exchange(other.control_, nullptr)),
      with_casts_(other.with_casts_) {}

ProbeObject& ProbeObject::operator=(ProbeObject&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(links_, other.links_);
    std::swap(knobs_, other.knobs_);
    std::swap(control_, other.control_);
    std::swap(with_casts_, other.with_casts_);
    return *this;
}

ProbeObject::~ProbeObject() {
    if (control_) {
        ::munmap(control_, sizeof(control));
    }
}

Result<ProbeObject> ProbeObject::open(bool with_casts) {
    const LibbpfWords words;
    bpf_object_open_opts options{};
    options.sz = sizeof(options);
    options.object_name = "saker";
    bpf_object* opened = bpf_object__open_mem(
        saker_probes_begin, static_cast<size_t>(saker_probes_end - saker_probes_begin), &options);
    if (!opened) {
        return refused(errno, "opening the probes").within(words.all());
    }
    give_back_embedded();
    ProbeObject object(opened, with_casts);
    bpf_program* program = nullptr;
    while ((program = bpf_object__next_program(opened, program)) != nullptr) {
        bpf_program__set_autoload(program, false);
    }
    if (!with_casts) {
        forgo_modules(opened);
    }
    bpf_map* map = bpf_object__find_map_by_name(opened, ".rodata.knobs");
    size_t size = 0;
    const void* value = map ? bpf_map__initial_value(map, &size) : nullptr;
    if (!value || size < sizeof(knobs)) {
        return Error{"the probes in this binary are not those it was built for"};
    }
    // libbpf 1.1 gives the place the value will be loaded from, and calls it const.
    object.knobs_ = new (const_cast<void*>(value)) knobs{};
    return object;
}

void ProbeObject::resize(std::string_view map, uint32_t entries) {
    bpf_map* found = bpf_object__find_map_by_name(object_.get(), std::string(map).c_str());
    if (found) {
        bpf_map__set_max_entries(found, entries);
    }
}

bpf_program* ProbeObject::find(std::string_view program) const {
    const std::string name(program);
    bpf_program* found = nullptr;
    if (with_casts_) {
        const std::string variant = name + std::string(kCastsSuffix);
        found = bpf_object__find_program_by_name(object_.get(), variant.c_str());
    }
    return found ? found : bpf_object__find_program_by_name(object_.get(), name.c_str());
}

bool ProbeObject::is_enabled(std::string_view program) const {
    const bpf_program* found = find(program);
    return found && bpf_program__autoload(found);
}

void ProbeObject::share_maps(const std::vector<const ProbeObject*>& others) {
    bpf_map* map = nullptr;
    while ((map = bpf_object__next_map(object_.get(), map)) != nullptr) {
        const std::string_view name = bpf_map__name(map);
        if (name.find(".rodata") != std::string_view::npos) {
            continue;
        }
        for (const ProbeObject* other : others) {
            if (const int there = other->map_fd(name); there >= 0) {
                bpf_map__reuse_fd(map, there);
                break;
            }
        }
    }
}

void ProbeObject::leave_out(std::string_view map) {
    if (bpf_map* found = bpf_object__find_map_by_name(object_.get(), std::string(map).c_str())) {
        bpf_map__set_autocreate(found, false);
    }
}

void ProbeObject::enable(std::string_view program) {
    if (bpf_program* found = find(program)) {
        bpf_program__set_autoload(found, true);
    }
}

void ProbeObject::aim(std::string_view program, const std::string& function) {
    if (bpf_program* found = find(program)) {
        const LibbpfWords words;
        bpf_program__set_attach_target(found, 0, function.c_str());
    }
}

Result<void> ProbeObject::load(std::string& culprit) {
    const LibbpfWords words;
    const int error = bpf_object__load(object_.get());
    if (error != 0) {
        culprit = words.culprit();
        Error made = refused(-error, "loading the probes");
        if (std::string reason = words.reason(); !reason.empty()) {
            made.hint = std::move(reason);
        }
        return made;
    }
    return map_control();
}

Result<void> ProbeObject::map_control() {
    void* value = ::mmap(nullptr, sizeof(control), PROT_READ | PROT_WRITE, MAP_SHARED,
                         map_fd(".data.control"), 0);
    if (value == MAP_FAILED) {
        return refused(errno, "mapping the control of the probes");
    }
    control_ = static_cast<control*>(value);
    return {};
}

void ProbeObject::add_costs(std::vector<ProgramCost>& costs) const {
    bpf_program* program = nullptr;
    while ((program = bpf_object__next_program(object_.get(), program)) != nullptr) {
        bpf_prog_info info{};
        uint32_t size = sizeof(info);
        if (bpf_program__fd(program) >= 0 &&
            bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0 &&
            info.run_cnt > 0) {
            costs.push_back({bpf_program__name(program), info.run_cnt, info.run_time_ns});
        }
    }
}

int ProbeObject::map_fd(std::string_view map) const {
    return bpf_object__find_map_fd_by_name(object_.get(), std::string(map).c_str());
}

int ProbeObject::program_fd(std::string_view program) const {
    const bpf_program* found = find(program);
    return found ? bpf_program__fd(found) : -1;
}

Result<void> ProbeObject::attach(std::string_view program) {
    const LibbpfWords words;
    return keep(bpf_program__attach(find(program)), program);
}

Result<void> ProbeObject::attach_tracepoint(std::string_view program,
                                            const std::string& tracepoint) {
    const LibbpfWords words;
    return keep(bpf_program__attach_tracepoint(find(program), "syscalls", tracepoint.c_str()),
                program);
}

/// With null, errno says why there is no link.
Result<void> ProbeObject::keep(bpf_link* link, std::string_view program) {
    if (!link) {
        return refused(errno, "attaching " + std::string(program));
    }
    links_.push_back({std::string(program), std::unique_ptr<bpf_link, CloseLink>(link),
                      link_id(bpf_link__fd(link))});
    return {};
}

std::vector<std::string> ProbeObject::lost_links() const {
    std::vector<std::string> lost;
    for (const Attached& each : links_) {
        if (each.id != 0 && link_id(bpf_link__fd(each.link.get())) != each.id) {
            lost.push_back(each.program);
        }
    }
    return lost;
}

void ProbeObject::detach(std::string_view program) {
    std::erase_if(links_, [&](const Attached& each) { return each.program == program; });
}

bool ProbeObject::is_attached(std::string_view program) const {
    return std::ranges::find(links_, program, &Attached::program) != links_.end();
}

Result<std::vector<std::byte>> ProbeObject::iterate(std::string_view program) const {
    const LibbpfWords words;
    const std::unique_ptr<bpf_link, CloseLink> link(
        bpf_program__attach_iter(find(program), nullptr));
    if (!link) {
        return refused(errno, "attaching " + std::string(program));
    }
    const Fd reader(bpf_iter_create(bpf_link__fd(link.get())));
    if (!reader) {
        return refused(errno, "making an iterator of " + std::string(program));
    }
    std::vector<std::byte> all;
    std::array<std::byte, 64 * 1024> part{};
    while (true) {
        const ssize_t got = ::read(reader.get(), part.data(), part.size());
        if (got == 0) {
            return all;
        }
        if (got > 0) {
            all.insert(all.end(), part.begin(), part.begin() + got);
        } else if (errno != EAGAIN && errno != EINTR) {
            return refused(errno, "reading the iterator of " + std::string(program));
        }
    }
}

}  // namespace saker
