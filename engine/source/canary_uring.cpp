#include "engine/source/canary_uring.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <utility>

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

std::optional<io_uring_sqe> request_for(const EventSet& events, const Fd& socket) {
    if (events.test(EVENT_openat)) {
        return open_root();
    }
    if (events.test(EVENT_openat2)) {
        return open_root_again();
    }
    if (events.test(EVENT_connect)) {
        return connect_to_nobody(socket);
    }
    static constexpr std::pair<event_id, uint8_t> kNames[]{{EVENT_unlinkat, IORING_OP_UNLINKAT},
                                                           {EVENT_renameat2, IORING_OP_RENAMEAT},
                                                           {EVENT_mkdirat, IORING_OP_MKDIRAT},
                                                           {EVENT_symlinkat, IORING_OP_SYMLINKAT},
                                                           {EVENT_linkat, IORING_OP_LINKAT}};
    for (const auto& [event, opcode] : kNames) {
        if (events.test(event)) {
            return touch_nobodys(opcode);
        }
    }
    return std::nullopt;
}

}  // namespace

void act_through_uring(const EventSet& events) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::optional<io_uring_sqe> request = request_for(events, socket);
    if (!request) {
        return;
    }
    io_uring_params params{};
    const Fd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &params)));
    if (!ring) {
        return;
    }
    const Mapping submissions(
        ring.get(), params.sq_off.array + params.sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
    const Mapping completions(ring.get(),
                              params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe),
                              IORING_OFF_CQ_RING);
    const Mapping requests(ring.get(), params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
    if (!submissions || !completions || !requests) {
        return;
    }
    *requests.at<io_uring_sqe>(0) = *request;
    *submissions.at<uint32_t>(params.sq_off.array) = 0;
    __atomic_store_n(submissions.at<uint32_t>(params.sq_off.tail), 1, __ATOMIC_RELEASE);
    ::syscall(SYS_io_uring_enter, ring.get(), 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0);
    const uint32_t done =
        __atomic_load_n(completions.at<uint32_t>(params.cq_off.tail), __ATOMIC_ACQUIRE);
    const int result = completions.at<io_uring_cqe>(params.cq_off.cqes)->res;
    const bool opens = request->opcode == IORING_OP_OPENAT || request->opcode == IORING_OP_OPENAT2;
    if (done == 1 && opens && result >= 0) {
        ::close(result);
    }
}

}  // namespace saker
