#include "tests/bench/loads.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace saker::bench {
namespace {

/// Paths of the files the loads open: fixed buffers, so that a load allocates nothing.
struct Paths {
    char near[256];
    char deep[512];
};

Paths& paths() {
    static Paths paths;
    return paths;
}

void open_and_close(const char* path, size_t repeats) {
    for (; repeats; --repeats) {
        const int fd = ::open(path, O_RDONLY);
        must(fd >= 0, path);
        ::close(fd);
    }
}

void run_getppid(size_t repeats) {
    for (; repeats; --repeats)
        ::syscall(SYS_getppid);
}

void run_open(size_t repeats) {
    open_and_close(paths().near, repeats);
}
void run_deep_open(size_t repeats) {
    open_and_close(paths().deep, repeats);
}

void run_fork(size_t repeats) {
    for (; repeats; --repeats) {
        const pid_t child = ::fork();
        must(child >= 0, "fork");
        if (child == 0)
            ::_exit(0);
        ::waitpid(child, nullptr, 0);
    }
}

void run_exec(size_t repeats) {
    for (; repeats; --repeats) {
        const pid_t child = ::fork();
        must(child >= 0, "fork");
        if (child == 0) {
            ::execl("/bin/true", "true", nullptr);
            ::_exit(127);
        }
        ::waitpid(child, nullptr, 0);
    }
}

void run_connect(size_t repeats) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    must(::bind(listener, generic, length) == 0 && ::listen(listener, 64) == 0 &&
             ::getsockname(listener, generic, &length) == 0,
         "listen");
    for (; repeats; --repeats) {
        const int client = ::socket(AF_INET, SOCK_STREAM, 0);
        must(::connect(client, generic, length) == 0, "connect");
        const int server = ::accept4(listener, nullptr, nullptr, 0);
        // A reset in place of the farewell, or a long run uses up the ports.
        const linger at_once{1, 0};
        ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        ::close(client);
        ::close(server);
    }
    ::close(listener);
}

constexpr std::array kLoads{
    Load{"getppid", "getppid, which no rule wants", 200'000, run_getppid},
    Load{"open", "open + close", 20'000, run_open},
    Load{"deep_open", "open + close, 20 folders deep", 20'000, run_deep_open},
    Load{"fork", "fork + exit + wait", 300, run_fork},
    Load{"exec", "fork + exec + wait", 100, run_exec},
    Load{"connect", "TCP connect + accept + close", 1'000, run_connect},
};

}  // namespace

void must(bool fine, const char* what) {
    if (fine)
        return;
    std::perror(what);
    std::_Exit(1);
}

std::span<const Load> loads() {
    static const std::vector<Load> all = [] {
        std::vector<Load> made(kLoads.begin(), kLoads.end());
        made.insert(made.end(), family_loads().begin(), family_loads().end());
        return made;
    }();
    return all;
}

void prepare_loads(const std::string& folder) {
    std::string deep = folder;
    for (int level = 0; level < 20; ++level)
        deep += "/folder" + std::to_string(level);
    std::filesystem::create_directories(deep);
    must(::chdir(folder.c_str()) == 0, "the folder");
    std::snprintf(paths().near, sizeof(paths().near), "%s/file", folder.c_str());
    std::snprintf(paths().deep, sizeof(paths().deep), "%s/file", deep.c_str());
    for (const char* path : {paths().near, paths().deep})
        must(::close(::open(path, O_CREAT | O_WRONLY, 0644)) == 0, path);
}

size_t flood_opens(double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    constexpr size_t kBatch = 1000;
    size_t done = 0;
    for (; Clock::now() < end; done += kBatch)
        run_open(kBatch);
    return done;
}

}  // namespace saker::bench
