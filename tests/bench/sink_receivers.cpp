#include "tests/bench/sink_receivers.h"

#include <fcntl.h>
#include <httplib.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace saker::bench {
namespace {

constexpr std::string_view kFolder = "/nowhere/act-";
constexpr int kNap = 100;  // ms; how late an end may be noticed
constexpr size_t kRoom = 1 << 18;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

/// A socket on a port of the loopback that nobody has.
int bind_loopback(const Fd& socket) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        give_up("a port of the loopback");
    }
    return ntohs(address.sin_port);
}

/// Somebody else may take it in between; then the bench does not start.
int free_port() {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return bind_loopback(socket);
}

support::Child start(const std::vector<std::string>& words) {
    auto child = support::Child::start(words);
    if (!child) {
        give_up(words.front().c_str());
    }
    return std::move(*child);
}

/// For 127.0.0.1; the key is beside it.
std::string make_certificate(const support::Folder& folder) {
    const std::string path = folder.path("certificate.pem");
    const support::Finished made = support::run_program(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", path + ".key", "-out", path},
        std::chrono::seconds(60));
    if (made.status != 0) {
        give_up("openssl");
    }
    return path;
}

bool is_readable(const Fd& fd) {
    pollfd asked{fd.get(), POLLIN, 0};
    return ::poll(&asked, 1, kNap) > 0;
}

/// Hands over what came up to the last act named whole; what is behind waits for more.
void hand_over(std::string& held, Arrivals& arrivals) {
    const size_t end = held.rfind(kFolder);
    if (end == std::string::npos) {
        held.erase(0, held.size() - std::min(held.size(), kFolder.size()));
        return;
    }
    const size_t behind = held.find_first_not_of("0123456789", end + kFolder.size());
    const size_t whole = behind == std::string::npos ? end : behind;
    arrivals.saw(std::string_view(held).substr(0, whole));
    held.erase(0, whole);
}

/// Reads all there is; false at the end of the stream.
bool read_all(int fd, std::string& held, Arrivals& arrivals) {
    std::string bytes(kRoom, '\0');
    const ssize_t got = ::read(fd, bytes.data(), bytes.size());
    if (got <= 0) {
        return false;
    }
    held.append(bytes, 0, static_cast<size_t>(got));
    hand_over(held, arrivals);
    return true;
}

}  // namespace

std::string path_of_act(size_t act) {
    return std::string(kFolder) + std::to_string(act);
}

void Arrivals::saw(std::string_view bytes) {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (size_t at = bytes.find(kFolder); at != std::string_view::npos;
         at = bytes.find(kFolder, at)) {
        at += kFolder.size();
        size_t act = when_.size();
        std::from_chars(bytes.data() + at, bytes.data() + bytes.size(), act);
        if (act < when_.size() && when_[act] == Clock::time_point()) {
            when_[act] = now;
            ++count_;
        }
    }
}

size_t Arrivals::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

std::vector<Clock::time_point> Arrivals::when() const {
    const std::lock_guard lock(mutex_);
    return when_;
}

SocketReceiver::SocketReceiver(int type)
    : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)), port_(bind_loopback(socket_)) {}

SocketReceiver::SocketReceiver(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        give_up("a unix socket");
    }
}

SocketReceiver::~SocketReceiver() {
    is_ending_ = true;
    thread_.join();
}

DatagramReceiver::DatagramReceiver(Arrivals& arrivals) : SocketReceiver(SOCK_DGRAM) {
    constexpr int kBuffer = 8 << 20;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof kBuffer);
    thread_ = std::thread([this, &arrivals] { serve(arrivals); });
}

DatagramReceiver::DatagramReceiver(const std::string& path, Arrivals& arrivals)
    : SocketReceiver(path) {
    thread_ = std::thread([this, &arrivals] { serve(arrivals); });
}

void DatagramReceiver::serve(Arrivals& arrivals) {
    std::string bytes(kRoom, '\0');
    while (!is_ending_) {
        if (!is_readable(socket_)) {
            continue;
        }
        const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        arrivals.saw(
            std::string_view(bytes).substr(0, static_cast<size_t>(std::max<ssize_t>(got, 0))));
    }
}

TlsReceiver::TlsReceiver(const support::Folder& folder)
    : certificate_(make_certificate(folder)),
      port_(free_port()),
      child_(
          start({"/bin/sh", "-c", "exec openssl s_server -quiet \"$@\" >/dev/null", "sh", "-accept",
                 std::to_string(port_), "-cert", certificate_, "-key", certificate_ + ".key"})) {}

KafkaBroker::KafkaBroker() {
    rd_kafka_conf_t* settings = ::rd_kafka_conf_new();
    std::array<char, 256> why{};
    ::rd_kafka_conf_set(settings, "log_level", "0", why.data(), why.size());
    owner_ = ::rd_kafka_new(RD_KAFKA_PRODUCER, settings, why.data(), why.size());
    cluster_ = owner_ == nullptr ? nullptr : ::rd_kafka_mock_cluster_new(owner_, 1);
    if (cluster_ == nullptr) {
        give_up("a broker");
    }
    ::rd_kafka_mock_topic_create(cluster_, "alerts", 1, 1);
}

KafkaBroker::~KafkaBroker() {
    ::rd_kafka_mock_cluster_destroy(cluster_);
    ::rd_kafka_destroy(owner_);
}

std::string KafkaBroker::address() const {
    return ::rd_kafka_mock_cluster_bootstraps(cluster_);
}

TcpReceiver::TcpReceiver(Arrivals& arrivals) : SocketReceiver(SOCK_STREAM) {
    ::listen(socket_.get(), 1);
    thread_ = std::thread([this, &arrivals] { serve(arrivals); });
}

void TcpReceiver::serve(Arrivals& arrivals) {
    while (!is_ending_) {
        if (!is_readable(socket_)) {
            continue;
        }
        const Fd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::string held;
        while (!is_ending_ &&
               (!is_readable(connection) || read_all(connection.get(), held, arrivals))) {
        }
    }
}

HttpReceiver::HttpReceiver(Arrivals& arrivals) : server_(std::make_unique<httplib::Server>()) {
    server_->set_tcp_nodelay(true);
    server_->set_keep_alive_max_count(SIZE_MAX);
    server_->Post(".*", [&arrivals](const httplib::Request& request, httplib::Response&) {
        arrivals.saw(request.body);
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

HttpReceiver::~HttpReceiver() {
    server_->stop();
    thread_.join();
}

FileReader::FileReader(std::string path, Arrivals& arrivals)
    : path_(std::move(path)), changes_(::inotify_init1(IN_CLOEXEC)) {
    const Fd made(::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ::inotify_add_watch(changes_.get(), path_.c_str(), IN_MODIFY);
    thread_ = std::thread([this, &arrivals] { follow(arrivals); });
}

FileReader::~FileReader() {
    is_ending_ = true;
    thread_.join();
}

void FileReader::follow(Arrivals& arrivals) {
    const Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    std::string held;
    std::string changes(4096, '\0');
    while (!is_ending_) {
        if (!is_readable(changes_)) {
            continue;
        }
        if (::read(changes_.get(), changes.data(), changes.size()) > 0) {
            while (read_all(file.get(), held, arrivals)) {
            }
        }
    }
}

}  // namespace saker::bench
