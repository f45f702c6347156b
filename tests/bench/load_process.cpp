#include "tests/bench/load_process.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace saker::bench {
namespace {

struct Order {
    size_t load;
    double flood_seconds;  // 0: run the load
};

void serve(int channel) {
    using Clock = std::chrono::steady_clock;
    Order order;
    while (::read(channel, &order, sizeof(order)) == sizeof(order)) {
        uint64_t answer = 0;
        if (order.flood_seconds > 0) {
            answer = flood_opens(order.flood_seconds);
        } else {
            const Load& load = loads()[order.load];
            const auto begin = Clock::now();
            load.run(load.repeats);
            answer = static_cast<uint64_t>((Clock::now() - begin).count());
        }
        if (::write(channel, &answer, sizeof(answer)) != sizeof(answer))
            return;
    }
}

void send(int channel, const Order& order) {
    if (::write(channel, &order, sizeof(order)) != sizeof(order)) {
        std::perror("load process");
        std::exit(1);
    }
}

uint64_t receive(int channel) {
    uint64_t answer = 0;
    if (::read(channel, &answer, sizeof(answer)) != sizeof(answer)) {
        std::fprintf(stderr, "load process: it ended\n");
        std::exit(1);
    }
    return answer;
}

}  // namespace

void stay_on_core(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (::sched_setaffinity(0, sizeof(cores), &cores))
        std::perror("sched_setaffinity");
}

LoadProcess::LoadProcess(int core) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
        std::perror("socketpair");
        std::exit(1);
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        stay_on_core(core);
        serve(ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    channel_ = ends[0];
}

LoadProcess::~LoadProcess() {
    // A process made later holds this end too, so closing ours alone would end nothing.
    ::shutdown(channel_, SHUT_RDWR);
    ::close(channel_);
    ::waitpid(pid_, nullptr, 0);
}

double LoadProcess::run(size_t load) {
    send(channel_, {load, 0});
    return static_cast<double>(receive(channel_)) / static_cast<double>(loads()[load].repeats);
}

uint64_t LoadProcess::flood(double seconds) {
    begin_flood(seconds);
    return flooded();
}

void LoadProcess::begin_flood(double seconds) {
    send(channel_, {0, seconds});
}
uint64_t LoadProcess::flooded() {
    return receive(channel_);
}

}  // namespace saker::bench
