// What an event acts on: a file with its names, or a socket with its ends.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "engine/event/scratch_text.h"
#include "engine/lang/field.h"
#include "engine/state/context.h"

namespace saker::lang {

/// The event concerns an open file: the one a descriptor stands for, or the one a hook was shown.
bool has_file(const Event& event);

/// The event concerns a socket.
bool has_socket(const Event& event);

/// The descriptor the event is about, -1 when it was not made; nothing when it has none.
std::optional<int64_t> descriptor_of(const Event& event);

/// A row of fd types: what `fd.typechar` and `fd.type` say; FD_TYPE_none when nothing was opened.
fd_type type_of_subject(const Event& event);

/// The path as the caller passed it; nothing for events that take none.
std::optional<std::string_view> asked_path(const Event& event);

/// One path of an event: as passed, what it starts from, and what the kernel made of it.
struct PathMembers {
    const Member* asked = nullptr;
    const Member* directory = nullptr;
    const Member* resolved = nullptr;
    const Member* in_filesystem = nullptr;
};

/// Of the event's only path; all null when it has none, or two.
PathMembers path_of(const Event& event);
PathMembers old_path_of(const Event& event);
PathMembers new_path_of(const Event& event);

/// The names of one object, without repetitions; the first is the one to show.
class Names {
  public:
    void add(std::string_view name) {
        if (!name.empty() && std::find(begin(), end(), name) == end()) {
            names_[count_++] = name;
        }
    }
    const std::string_view* begin() const { return names_.data(); }
    const std::string_view* end() const { return names_.data() + count_; }
    bool empty() const { return count_ == 0; }

  private:
    std::array<std::string_view, 3> names_;
    size_t count_ = 0;
};

/// Every name of the file: the kernel's, the one inside its filesystem, the asked one made
/// absolute.
Names names_of(const Context& context, const PathMembers& path, Scratch& scratch);

/// What `fd.name` says: the file's names, or how the socket is shown; empty without a subject.
Names fd_names(const Context& context, Scratch& scratch);

std::string_view directory_part(std::string_view path);
std::string_view filename_part(std::string_view path);

/// That part of every name of an open file.
Names parts(const Context& context, Scratch& scratch, std::string_view (*part)(std::string_view));

void add_all(const Names& names, Values& out);

/// `name` made absolute as text; `name` itself when it is so already.
std::string_view absolute(const Context& context, std::string_view directory, std::string_view name,
                          Scratch& scratch);

/// The ends of a connection; of a listening socket the server's only. Family 0: not known.
struct SocketEnds {
    endpoint client{};
    endpoint server{};
    endpoint local{};
    endpoint remote{};
    bool is_server = false;
};
SocketEnds ends_of(const Event& event);

/// How a socket is shown: `client->server`, `address:port` of one that listens, or its path.
void print_socket(ScratchText& out, const Event& event);

}  // namespace saker::lang
