#include "outputs/journald.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "outputs/facts.h"
#include "outputs/socket.h"

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSocket = "/run/systemd/journal/socket";
constexpr size_t kLongestName = 64;

/// Upper-case letters, digits and `_`, as the journal wants names.
std::string field_name(std::string_view name) {
    std::string out = "SAKER_FIELD_";
    for (const unsigned char c : name.substr(0, kLongestName - out.size())) {
        out += std::isalnum(c) != 0 ? static_cast<char>(std::toupper(c)) : '_';
    }
    return out;
}

Error system_error(const std::string& doing) {
    return Error{doing + ": " + std::strerror(errno)};
}

/// What no datagram holds travels as a sealed file in memory whose descriptor is sent.
Result<void> send_file(int socket, std::string_view bytes) {
    const Fd file(::memfd_create("saker-alert", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file ||
        ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        return system_error("memfd");
    }
    ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int descriptor = file.get();
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(descriptor));
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
        return system_error("journal");
    }
    return {};
}

class Journald final : public Transport {
  public:
    Journald(std::string path, std::chrono::milliseconds timeout)
        : address_{Network::unix_socket, std::move(path), ""}, timeout_(timeout) {}

    SendReport send(std::span<const Parcel> parcels) override {
        SendReport report;
        while (report.accepted < parcels.size()) {
            const Result<void> sent = send_one(parcels[report.accepted].body);
            if (!sent) {
                fd_ = Fd();  // a journal that was started anew has another socket
                report.error = sent.error().text();
                break;
            }
            ++report.accepted;
        }
        return report;
    }
    size_t largest_batch() const override { return 256; }
    void stop_waiting() override { is_stopped_ = true; }

  private:
    Result<void> send_one(std::string_view entry) {
        const Patience patience{Clock::now() + timeout_, is_stopped_};
        if (!fd_) {
            Result<Fd> connected = connect_to(address_, patience);
            if (!connected) {
                return connected.error();
            }
            fd_ = std::move(*connected);
        }
        while (::send(fd_.get(), entry.data(), entry.size(), MSG_NOSIGNAL) < 0) {
            if (errno == EMSGSIZE || errno == ENOBUFS) {
                return send_file(fd_.get(), entry);
            }
            if (errno != EAGAIN && errno != EINTR) {
                return system_error(address_.host);
            }
            if (const Result<void> ready = wait_for(fd_.get(), POLLOUT, patience); !ready) {
                return ready.error();
            }
        }
        return {};
    }

    const Address address_;
    const std::chrono::milliseconds timeout_;
    std::atomic<bool> is_stopped_ = false;
    Fd fd_;
};

}  // namespace

void append_journal_field(std::string_view name, std::string_view value, std::string& out) {
    out += name;
    if (value.find('\n') == std::string_view::npos) {
        out += '=';
        out += value;
    } else {
        out += '\n';
        uint64_t size = value.size();
        if constexpr (std::endian::native == std::endian::big) {
            size = __builtin_bswap64(size);  // the journal's lengths are little-endian
        }
        std::array<char, sizeof(size)> bytes{};
        std::memcpy(bytes.data(), &size, sizeof(size));
        out.append(bytes.data(), bytes.size());
        out += value;
    }
    out += '\n';
}

void append_journal_entry(const Alert& alert, std::string_view text, std::string& out) {
    append_journal_field("MESSAGE", text.ends_with('\n') ? text.substr(0, text.size() - 1) : text,
                         out);
    append_journal_field("PRIORITY", std::to_string(severity_of(alert)), out);
    append_journal_field("SYSLOG_IDENTIFIER", "saker", out);
    append_journal_field("SAKER_ID", alert.id, out);
    append_journal_field("SAKER_RULE", alert.rule, out);
    append_journal_field("SAKER_SOURCE", alert.source, out);
    append_journal_field("SAKER_TIME", iso_utc(alert.time), out);
    for (const std::string& tag : alert.tags) {
        append_journal_field("SAKER_TAG", tag, out);
    }
    for (const rules::OutputField* field : present_fields(alert)) {
        append_journal_field(field_name(field->name), text_of(field->value), out);
    }
}

Result<Remote> connect_journald(const OutputOptions& options) {
    const std::string& path = options.setting.path;
    const auto encode = [format = options.format, how = options.format_options](const Alert& alert,
                                                                                std::string& out) {
        std::string text;
        format(alert, how, text);
        append_journal_entry(alert, text, out);
    };
    return Remote{
        std::make_unique<Journald>(path.empty() ? kSocket : path, options.setting.timeout.value),
        encode};
}

}  // namespace saker::outputs
