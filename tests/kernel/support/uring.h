// An io_uring by the kernel's own interface, one request at a time.
#pragma once

#include <linux/io_uring.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace saker::kernel_tests {

/// For use in an actor: what the kernel refuses ends the process.
class Uring {
  public:
    explicit Uring(unsigned setup_flags = 0);
    ~Uring();
    Uring(const Uring&) = delete;
    Uring& operator=(const Uring&) = delete;

    /// Submits it, waits for its completion and returns its result.
    int perform(const io_uring_sqe& request);

    /// False where this kernel or its administrator has no io_uring.
    static bool is_there();

  private:
    char* map(size_t size, off_t what) const;
    void submit() const;

    io_uring_params params_{};
    int fd_;
    char* submissions_;
    char* completions_;
    io_uring_sqe* requests_;
};

io_uring_sqe openat_request(int directory, const char* path, int flags, unsigned mode = 0);
io_uring_sqe openat2_request(int directory, const char* path, const void* how, size_t size);
/// A request about one name, or about two; `opcode` says what.
io_uring_sqe name_request(uint8_t opcode, int directory, const char* path);
io_uring_sqe names_request(uint8_t opcode, int directory, const char* path, int new_directory,
                           const char* new_path);
io_uring_sqe connect_request(int socket, const void* address, size_t size);
io_uring_sqe socket_request(int family, int type, int protocol);
/// What is done with a socket: with these bytes, that many of them.
io_uring_sqe socket_operation(uint8_t opcode, int socket, const void* bytes, unsigned length);

}  // namespace saker::kernel_tests
