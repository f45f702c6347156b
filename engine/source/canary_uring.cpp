#include "engine/source/canary_uring.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "engine/base/fd.h"

namespace saker {

namespace {

/// Memory shared with the kernel; unmapped with the object.
class Mapping {
  public:
    Mapping(int ring, size_t size, off_t what)
        : bytes_(
              ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, what)),
          size_(size) {}
    ~Mapping() {
        if (*this) {
            ::munmap(bytes_, size_);
        }
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    explicit operator bool() const { return bytes_ != MAP_FAILED; }

    template <class T>
    T* at(uint32_t offset) const {
        return reinterpret_cast<T*>(static_cast<char*>(bytes_) + offset);
    }

  private:
    void* bytes_;
    size_t size_;
};

/// A name in sysfs that nobody has, and that nobody can make.
constexpr const char* kNobodys = "/sys/saker-canary";

uint64_t address_of(const void* place) {
    return reinterpret_cast<uint64_t>(place);
}

io_uring_sqe open_root() {
    io_uring_sqe request{};
    request.opcode = IORING_OP_OPENAT;
    request.fd = AT_FDCWD;
    request.addr = address_of("/");
    request.open_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    return request;
}

io_uring_sqe open_root_again() {
    static constexpr open_how kHow{O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0};
    io_uring_sqe request{};
    request.opcode = IORING_OP_OPENAT2;
    request.fd = AT_FDCWD;
    request.addr = address_of("/");
    request.addr2 = address_of(&kHow);
    request.len = sizeof kHow;
    return request;
}

io_uring_sqe connect_to_nobody(const Fd& socket) {
    static constexpr sockaddr_un kNobody{AF_UNIX, "\0saker-canary"};
    io_uring_sqe request{};
    request.opcode = IORING_OP_CONNECT;
    request.fd = socket.get();
    request.addr = address_of(&kNobody);
    request.off = sizeof kNobody;
    return request;
}

/// Of the requests about names, each takes what it needs of the same members.
io_uring_sqe touch_nobodys(uint8_t opcode) {
    io_uring_sqe request{};
    request.opcode = opcode;
    request.fd = AT_FDCWD;
    request.addr = address_of(kNobodys);
    if (opcode == IORING_OP_RENAMEAT || opcode == IORING_OP_LINKAT) {
        request.len = static_cast<uint32_t>(AT_FDCWD);
    }
    if (opcode != IORING_OP_UNLINKAT && opcode != IORING_OP_MKDIRAT) {
        request.addr2 = address_of(kNobodys);
    }
    return request;
}

constexpr uint8_t kBind = 56;  // newer than our headers
constexpr uint8_t kListen = 57;

/// What is asked of sockets, asked of what is none.
io_uring_sqe misuse(uint8_t opcode, const Fd& no_socket) {
    static constexpr sockaddr_un kNobody{AF_UNIX, "\0saker-canary"};
    static constexpr msghdr kNothing{};
    constexpr int kNoFamily = 255;
    io_uring_sqe request{};
    request.opcode = opcode;
    request.fd = opcode == IORING_OP_SOCKET ? kNoFamily : no_socket.get();
    if (opcode == kBind) {
        request.addr = address_of(&kNobody);
        request.addr2 = sizeof kNobody;
    } else if (opcode == IORING_OP_SENDMSG || opcode == IORING_OP_RECVMSG) {
        request.addr = address_of(&kNothing);
    }
    return request;
}

/// What the acts are done with.
struct Props {
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    Fd no_socket{::eventfd(0, EFD_CLOEXEC)};
};

struct Act {
    event_id event;
    io_uring_sqe request;
    bool may_be_unknown = false;  // to kernels that have io_uring
};

std::optional<Act> act_of(const EventSet& events, const Props& props) {
    const Act acts[] = {
        {EVENT_openat, open_root()},
        {EVENT_openat2, open_root_again()},
        {EVENT_connect, connect_to_nobody(props.socket)},
        {EVENT_unlinkat, touch_nobodys(IORING_OP_UNLINKAT)},
        {EVENT_renameat2, touch_nobodys(IORING_OP_RENAMEAT)},
        {EVENT_mkdirat, touch_nobodys(IORING_OP_MKDIRAT), true},
        {EVENT_symlinkat, touch_nobodys(IORING_OP_SYMLINKAT), true},
        {EVENT_linkat, touch_nobodys(IORING_OP_LINKAT), true},
        {EVENT_accept4, misuse(IORING_OP_ACCEPT, props.no_socket)},
        {EVENT_sendto, misuse(IORING_OP_SEND, props.no_socket)},
        {EVENT_sendmsg, misuse(IORING_OP_SENDMSG, props.no_socket)},
        {EVENT_recvfrom, misuse(IORING_OP_RECV, props.no_socket)},
        {EVENT_recvmsg, misuse(IORING_OP_RECVMSG, props.no_socket)},
        {EVENT_socket, misuse(IORING_OP_SOCKET, props.no_socket), true},
        {EVENT_bind, misuse(kBind, props.no_socket), true},
        {EVENT_listen, misuse(kListen, props.no_socket), true},
    };
    const auto* found =
        std::ranges::find_if(acts, [&](const Act& act) { return events.test(act.event); });
    return found == std::end(acts) ? std::nullopt : std::optional(*found);
}

/// The result of one request; nothing when there is no ring to ask.
std::optional<int> ask(const io_uring_sqe& request) {
    io_uring_params params{};
    const Fd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &params)));
    if (!ring) {
        return std::nullopt;
    }
    const Mapping submissions(
        ring.get(), params.sq_off.array + params.sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
    const Mapping completions(ring.get(),
                              params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe),
                              IORING_OFF_CQ_RING);
    const Mapping requests(ring.get(), params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
    if (!submissions || !completions || !requests) {
        return std::nullopt;
    }
    *requests.at<io_uring_sqe>(0) = request;
    *submissions.at<uint32_t>(params.sq_off.array) = 0;
    __atomic_store_n(submissions.at<uint32_t>(params.sq_off.tail), 1, __ATOMIC_RELEASE);
    ::syscall(SYS_io_uring_enter, ring.get(), 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0);
    const uint32_t done =
        __atomic_load_n(completions.at<uint32_t>(params.cq_off.tail), __ATOMIC_ACQUIRE);
    return done == 1 ? std::optional(completions.at<io_uring_cqe>(params.cq_off.cqes)->res)
                     : std::nullopt;
}

}  // namespace

std::optional<event_id> act_through_uring(const EventSet& events) {
    const Props props;
    const std::optional<Act> act = act_of(events, props);
    if (!act) {
        return std::nullopt;
    }
    const int result = ask(act->request).value_or(0);
    const bool opens = act->event == EVENT_openat || act->event == EVENT_openat2;
    if (opens && result > 0) {
        ::close(result);
    }
    return act->may_be_unknown && result == -EINVAL ? std::optional(act->event) : std::nullopt;
}

}  // namespace saker
