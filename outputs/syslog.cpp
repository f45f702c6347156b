#include "outputs/syslog.h"

#include <sys/socket.h>

#include <optional>
#include <string>
#include <thread>

#include "outputs/address.h"
#include "outputs/facility.h"
#include "outputs/facts.h"
#include "outputs/socket.h"
#include "outputs/syslog_message.h"
#include "outputs/tls.h"

namespace saker::outputs {
namespace {

using Clock = std::chrono::steady_clock;

/// What fits a datagram of IPv4, and what receivers take of a local one.
constexpr size_t kLongestDatagram = 65'000;

class Syslog final : public Transport {
  public:
    Syslog(Address address, std::chrono::milliseconds timeout, std::optional<TlsContext> tls)
        : address_(std::move(address)), timeout_(timeout), context_(std::move(tls)) {}

    SendReport send(std::span<const Parcel> parcels) override;
    size_t largest_batch() const override { return 256; }

    /// No receiver says what it took: a connection that stands for a while has to do.
    std::chrono::milliseconds settling() const override {
        return std::chrono::milliseconds(is_stream() ? 1000 : 0);
    }
    Result<void> check() override;
    void stop_waiting() override { is_stopped_ = true; }

  private:
    bool is_stream() const {
        return address_.network == Network::tcp || address_.network == Network::tls;
    }
    Patience patience() const { return {Clock::now() + timeout_, is_stopped_}; }
    Result<void> open();
    Result<void> send_one(const Parcel& parcel);
    Result<void> send_bytes(std::string_view bytes);
    Result<void> wait_until_taken();
    void close();

    const Address address_;
    const std::chrono::milliseconds timeout_;
    const std::optional<TlsContext> context_;
    std::atomic<bool> is_stopped_ = false;
    Fd fd_;
    std::optional<Tls> tls_;
    bool is_datagram_ = false;
    std::string frame_;
};

Result<void> Syslog::open() {
    if (fd_) {
        return {};
    }
    Result<Fd> connected = connect_to(address_, patience());
    if (!connected) {
        return connected.error();
    }
    if (context_) {
        Result<Tls> tls = Tls::connect(*context_, connected->get(), address_.host, patience());
        if (!tls) {
            return tls.error();
        }
        tls_ = std::move(*tls);
    }
    int type = 0;
    socklen_t size = sizeof(type);
    ::getsockopt(connected->get(), SOL_SOCKET, SO_TYPE, &type, &size);
    is_datagram_ = type == SOCK_DGRAM;
    fd_ = std::move(*connected);
    return {};
}

void Syslog::close() {
    tls_.reset();
    fd_ = Fd();
}

Result<void> Syslog::check() {
    if (!is_stream()) {
        return {};
    }
    Result<void> stands = !fd_   ? Error{"not connected"}
                          : tls_ ? tls_->check_open()
                                 : check_open(fd_.get());
    if (!stands) {
        close();
    }
    return stands;
}

Result<void> Syslog::send_bytes(std::string_view bytes) {
    return tls_ ? tls_->send_all(bytes, patience()) : send_all(fd_.get(), bytes, patience());
}

/// Nothing wakes who waits for that.
Result<void> Syslog::wait_until_taken() {
    static constexpr std::chrono::microseconds kPause{200};
    const Patience until = patience();
    while (has_untaken(fd_.get())) {
        if (const Result<void> stands = check(); !stands) {
            return stands;
        }
        if (until.is_stopped || Clock::now() >= until.deadline) {
            return Error{"the receiver takes nothing"};
        }
        std::this_thread::sleep_for(kPause);
    }
    return {};
}

/// A datagram is its own frame; in a stream the length goes before, but a local stream socket
/// takes lines.
Result<void> Syslog::send_one(const Parcel& parcel) {
    if (is_datagram_) {
        return send_bytes(shortened(parcel.body, kLongestDatagram));
    }
    frame_ =
        is_stream() ? std::to_string(parcel.body.size()) + " " + parcel.body : parcel.body + "\n";
    return send_bytes(frame_);
}

SendReport Syslog::send(std::span<const Parcel> parcels) {
    SendReport report;
    Result<void> done = open();
    if (done && is_stream()) {
        done = check();
    }
    while (done && report.accepted < parcels.size()) {
        done = send_one(parcels[report.accepted]);
        report.accepted += done ? 1 : 0;
    }
    if (done && is_stream()) {
        done = wait_until_taken();
    }
    if (!done) {
        report.error = done.error().text();
        close();
        if (is_stream()) {
            report.accepted = 0;  // nobody knows how much of it arrived
        }
    }
    return report;
}

}  // namespace

Result<Remote> connect_syslog(const OutputOptions& options) {
    const config::OutputSetting& setting = options.setting;
    const Result<Address> address = parse_address(setting.address);
    if (!address) {
        return address.error();
    }
    const std::optional<uint8_t> facility = find_facility(setting.facility);
    if (!facility) {
        return Error{"there is no syslog facility '" + setting.facility + "'"};
    }
    std::optional<TlsContext> tls;
    if (address->network == Network::tls) {
        Result<TlsContext> made =
            TlsContext::make({setting.ca_file, setting.cert_file, setting.key_file});
        if (!made) {
            return made.error();
        }
        tls = std::move(*made);
    }
    const auto encode = [format = options.format, how = options.format_options, level = *facility](
                            const Alert& alert, std::string& out) {
        std::string text;
        format(alert, how, text);
        append_syslog(alert, level, text, out);
    };
    return Remote{std::make_unique<Syslog>(*address, setting.timeout.value, std::move(tls)),
                  encode};
}

}  // namespace saker::outputs
