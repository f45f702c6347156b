// The compiled probes: opened from the bytes in this binary, told their knobs, loaded, attached.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "probes/knobs.h"

struct bpf_link;
struct bpf_object;
struct bpf_program;

namespace saker {

/// What ends the name of a program that reads by casts.
inline constexpr std::string_view kCastsSuffix = "_casts";

/// What the kernel measured of one program (BPF statistics).
struct ProgramCost {
    std::string name;
    uint64_t runs = 0;
    uint64_t nanoseconds = 0;
};

/// Closes what it holds: programs leave the kernel with the object.
class ProbeObject {
  public:
    /// With casts, programs compiled both ways are those that call the kernel's `bpf_rdonly_cast`.
    static Result<ProbeObject> open(bool with_casts);

    ProbeObject(ProbeObject&& other) noexcept;
    ProbeObject& operator=(ProbeObject&& other) noexcept;
    ~ProbeObject();

    // Before load.

    knobs& settings() { return *knobs_; }
    /// Number of elements of a map, or bytes of a ring.
    void resize(std::string_view map, uint32_t entries);
    /// Maps that others already have are theirs; knobs are everybody's own.
    void share_maps(const std::vector<const ProbeObject*>& others);
    /// This map will not be made: nothing that is loaded reaches it.
    void leave_out(std::string_view map);
    /// This program will be loaded; the others will not.
    void enable(std::string_view program);
    /// What an fentry or fexit program is to hook instead of what its section says.
    void aim(std::string_view program, const std::string& function);

    /// On failure `culprit` names the program the kernel refused, if it was one.
    Result<void> load(std::string& culprit);

    // After load.

    control& shared() { return *control_; }
    int map_fd(std::string_view map) const;
    int program_fd(std::string_view program) const;
    Result<void> attach(std::string_view program);
    /// At a tracepoint of system calls, instead of what its section says.
    Result<void> attach_tracepoint(std::string_view program, const std::string& tracepoint);
    void detach(std::string_view program);
    bool is_attached(std::string_view program) const;
    bool has_attached() const { return !links_.empty(); }

    /// What the programs loaded here cost, where the kernel measures it; adds to `costs`.
    void add_costs(std::vector<ProgramCost>& costs) const;

    /// Everything an iterator program writes.
    Result<std::vector<std::byte>> iterate(std::string_view program) const;

    bool is_enabled(std::string_view program) const;

    /// Programs that were attached and are no more: somebody took away the link, which we did not.
    std::vector<std::string> lost_links() const;

  private:
    struct CloseObject {
        void operator()(bpf_object* object) const;
    };
    struct CloseLink {
        void operator()(bpf_link* link) const;
    };

    ProbeObject(bpf_object* object, bool with_casts) : object_(object), with_casts_(with_casts) {}
    bpf_program* find(std::string_view program) const;
    Result<void> map_control();
    Result<void> keep(bpf_link* link, std::string_view program);

    std::unique_ptr<bpf_object, CloseObject> object_;
    struct Attached {
        std::string program;
        std::unique_ptr<bpf_link, CloseLink> link;
        uint32_t id;  // by which the kernel knows it; 0: older kernels have no link of this kind
    };
    std::vector<Attached> links_;  // close before the object
    knobs* knobs_ = nullptr;
    control* control_ = nullptr;
    bool with_casts_;
};

/// What libbpf says while this lives, on this thread: the only place it tells why.
class LibbpfWords {
  public:
    LibbpfWords();
    ~LibbpfWords();
    LibbpfWords(const LibbpfWords&) = delete;
    LibbpfWords& operator=(const LibbpfWords&) = delete;

    const std::string& all() const { return words_; }

    /// Its last words about a program: why the verifier refused it.
    std::string reason() const;

    /// The first program it names as refused, or nothing.
    std::string culprit() const;

  private:
    std::string words_;
    std::string* before_;
};

}  // namespace saker
