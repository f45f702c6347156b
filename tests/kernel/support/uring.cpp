#include "tests/kernel/support/uring.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/kernel/support/actor.h"

namespace saker::kernel_tests {
namespace {

unsigned& number_at(char* ring, unsigned offset) {
    return *reinterpret_cast<unsigned*>(ring + offset);
}

io_uring_sqe request(uint8_t operation, int fd, const void* address) {
    io_uring_sqe made{};
    made.opcode = operation;
    made.fd = fd;
    made.addr = reinterpret_cast<uintptr_t>(address);
    return made;
}

}  // namespace

Uring::Uring(unsigned setup_flags) {
    params_.flags = setup_flags;
    params_.sq_thread_idle = 1000;
    fd_ = static_cast<int>(::syscall(SYS_io_uring_setup, 2, &params_));
    must(fd_ >= 0, "io_uring_setup");
    submissions_ =
        map(params_.sq_off.array + params_.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    completions_ =
        map(params_.cq_off.cqes + params_.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
    requests_ = reinterpret_cast<io_uring_sqe*>(
        map(params_.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
}

Uring::~Uring() {
    ::close(fd_);
}

char* Uring::map(size_t size, off_t what) const {
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, what);
    must(mapped != MAP_FAILED, "mapping of an io_uring");
    return static_cast<char*>(mapped);
}

bool Uring::is_there() {
    io_uring_params params{};
    const long fd = ::syscall(SYS_io_uring_setup, 1, &params);
    if (fd >= 0) {
        ::close(static_cast<int>(fd));
    }
    return fd >= 0;
}

void Uring::submit() const {
    unsigned& flags = number_at(submissions_, params_.sq_off.flags);
    const bool is_polled = (params_.flags & IORING_SETUP_SQPOLL) != 0;
    const bool is_asleep = (__atomic_load_n(&flags, __ATOMIC_ACQUIRE) & IORING_SQ_NEED_WAKEUP) != 0;
    const unsigned wake = is_polled && is_asleep ? IORING_ENTER_SQ_WAKEUP : 0;
    must(::syscall(SYS_io_uring_enter, fd_, 1, 1, IORING_ENTER_GETEVENTS | wake, nullptr, 0) >= 0,
         "io_uring_enter");
}

int Uring::perform(const io_uring_sqe& request) {
    unsigned& tail = number_at(submissions_, params_.sq_off.tail);
    const unsigned slot = tail & number_at(submissions_, params_.sq_off.ring_mask);
    requests_[slot] = request;
    (&number_at(submissions_, params_.sq_off.array))[slot] = slot;
    __atomic_store_n(&tail, tail + 1, __ATOMIC_RELEASE);
    submit();

    unsigned& head = number_at(completions_, params_.cq_off.head);
    unsigned& end = number_at(completions_, params_.cq_off.tail);
    must(head != __atomic_load_n(&end, __ATOMIC_ACQUIRE), "completion of a request");
    const auto* done = reinterpret_cast<io_uring_cqe*>(completions_ + params_.cq_off.cqes);
    const int result = done[head & number_at(completions_, params_.cq_off.ring_mask)].res;
    __atomic_store_n(&head, head + 1, __ATOMIC_RELEASE);
    return result;
}

io_uring_sqe openat_request(int directory, const char* path, int flags, unsigned mode) {
    io_uring_sqe made = request(IORING_OP_OPENAT, directory, path);
    made.len = mode;
    made.open_flags = static_cast<unsigned>(flags);
    return made;
}

io_uring_sqe openat2_request(int directory, const char* path, const void* how, size_t size) {
    io_uring_sqe made = request(IORING_OP_OPENAT2, directory, path);
    made.len = static_cast<unsigned>(size);
    made.addr2 = reinterpret_cast<uintptr_t>(how);
    return made;
}

io_uring_sqe name_request(uint8_t opcode, int directory, const char* path) {
    return request(opcode, directory, path);
}

io_uring_sqe names_request(uint8_t opcode, int directory, const char* path, int new_directory,
                           const char* new_path) {
    io_uring_sqe made = request(opcode, directory, path);
    made.len = static_cast<unsigned>(new_directory);
    made.addr2 = reinterpret_cast<uintptr_t>(new_path);
    return made;
}

io_uring_sqe connect_request(int socket, const void* address, size_t size) {
    io_uring_sqe made = request(IORING_OP_CONNECT, socket, address);
    made.addr2 = size;
    return made;
}

io_uring_sqe socket_request(int family, int type, int protocol) {
    io_uring_sqe made = request(IORING_OP_SOCKET, family, nullptr);
    made.off = static_cast<unsigned>(type);
    made.len = static_cast<unsigned>(protocol);
    return made;
}

io_uring_sqe socket_operation(uint8_t opcode, int socket, const void* bytes, unsigned length) {
    io_uring_sqe made = request(opcode, socket, bytes);
    made.len = length;
    return made;
}

}  // namespace saker::kernel_tests
