#include "engine/source/canary_uring.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

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

io_uring_sqe open_root() {
    io_uring_sqe request{};
    request.opcode = IORING_OP_OPENAT;
    request.fd = AT_FDCWD;
    request.addr = reinterpret_cast<uint64_t>("/");
    request.open_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    return request;
}

}  // namespace

void open_through_uring() {
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
    *requests.at<io_uring_sqe>(0) = open_root();
    *submissions.at<uint32_t>(params.sq_off.array) = 0;
    __atomic_store_n(submissions.at<uint32_t>(params.sq_off.tail), 1, __ATOMIC_RELEASE);
    ::syscall(SYS_io_uring_enter, ring.get(), 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0);
    const uint32_t done =
        __atomic_load_n(completions.at<uint32_t>(params.cq_off.tail), __ATOMIC_ACQUIRE);
    const int result = completions.at<io_uring_cqe>(params.cq_off.cqes)->res;
    if (done == 1 && result >= 0) {
        ::close(result);
    }
}

}  // namespace saker
