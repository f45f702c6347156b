// Fields that /proc is read for, about a process that is really there: this one, and a child.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/unit/fields/ask.h"

namespace saker::test {
namespace {

/// The start of a process in ns, by the 22nd number of its stat file.
uint64_t start_of(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::stringstream text;
    text << in.rdbuf();
    std::istringstream rest(text.str().substr(text.str().rfind(')') + 2));
    std::string word;
    for (int place = 3; place <= 22; ++place) {
        rest >> word;
    }
    return std::stoull(word) * 10'000'000;
}

Host live_host() {
    Host host = World::default_host();
    host.is_live = true;
    return host;
}

/// An event by this very process.
struct Here {
    explicit Here(Host host = live_host()) : world(std::move(host)) {
        record.by(static_cast<uint32_t>(::getpid()), start_of(::getpid()), 1, "unit").at(5);
        record.header().tid = static_cast<uint32_t>(::getpid());
    }
    std::string ask(std::string_view field) { return world.ask(record, field); }
    uint64_t number(std::string_view field) { return std::stoull(ask(field)); }

    World world;
    Record record{"openat"};
};

}  // namespace

TEST_CASE("figures of a process are its own") {
    Here here;
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(here.ask("proc.nthreads") == "1");
    CHECK(here.ask("proc.nchilds") == "0");
    CHECK(here.ask("proc.fdlimit") == std::to_string(limit.rlim_cur));
    CHECK(here.number("proc.vmrss") > 1000);
    CHECK(here.number("proc.vmsize") > here.number("proc.vmrss"));
    CHECK(here.number("proc.vmswap") < here.number("proc.vmsize"));
    CHECK(here.ask("thread.vmrss") == here.ask("proc.vmrss"));
    CHECK(here.number("thread.vmrss.b") == here.number("proc.vmrss") * 1024);
    rusage used{};
    const uint64_t faults = here.number("thread.pfminor");
    const uint64_t time = here.number("thread.totexectime");
    REQUIRE(::getrusage(RUSAGE_SELF, &used) == 0);
    CHECK(faults > 0);
    CHECK(faults <= static_cast<uint64_t>(used.ru_minflt));
    CHECK(time > 0);
    CHECK(here.number("thread.pfmajor") <= static_cast<uint64_t>(used.ru_majflt));
}

TEST_CASE("descriptors of a process, what they are and where they lead") {
    int pipes[2];
    REQUIRE(::pipe(pipes) == 0);
    const std::map<std::string, int> opened{
        {"ipv4", ::socket(AF_INET, SOCK_DGRAM, 0)},
        {"ipv6", ::socket(AF_INET6, SOCK_STREAM, 0)},
        {"unix", ::socket(AF_UNIX, SOCK_STREAM, 0)},
        {"netlink", ::socket(AF_NETLINK, SOCK_RAW, 0)},
        {"pipe", pipes[0]},
        {"directory", ::open("/", O_RDONLY)},
        {"file", ::open("/etc/passwd", O_RDONLY)},
        {"memfd", ::memfd_create("x", 0)},
        {"event", ::eventfd(0, 0)},
        {"eventpoll", ::epoll_create1(0)},
    };
    Here here;
    const std::string all = "|" + here.ask("fd.types") + "|";
    for (const auto& [type, number] : opened) {
        INFO(type);
        if (number < 0) {
            continue;  // this machine has none of these
        }
        CHECK(here.ask("fd.types[" + std::to_string(number) + "]") == type);
        CHECK(all.find("|" + type + "|") != std::string::npos);
    }
    CHECK(here.ask("fd.types[9999]") == "(missing)");
    CHECK(here.number("proc.fdopencount") >= opened.size());
    char name[4096] = "";
    REQUIRE(::readlink("/proc/self/fd/1", name, sizeof(name) - 1) > 0);
    CHECK(here.ask("proc.stdout.name") == name);
    for (const auto& [type, number] : opened) {
        ::close(number);
    }
    ::close(pipes[1]);
}

TEST_CASE("control groups of a thread") {
    std::ifstream in("/proc/self/cgroup");
    std::string line;
    Here here;
    const std::string all = here.ask("thread.cgroups");
    while (std::getline(in, line)) {
        const size_t names = line.find(':') + 1;
        const size_t path = line.find(':', names) + 1;
        const std::string controllers = line.substr(names, path - names - 1);
        INFO(line);
        CHECK(all.find((controllers.empty() ? "unified" : controllers) + "=" + line.substr(path)) !=
              std::string::npos);
        const std::string first = controllers.substr(0, controllers.find(','));
        if (first.find('=') == std::string::npos && !first.empty()) {
            CHECK(here.ask("thread.cgroup[" + first + "]") == line.substr(path));
        } else if (controllers.empty()) {
            CHECK(here.ask("thread.cgroup[nosuch]") == line.substr(path));
        }
    }
}

TEST_CASE("nothing is read of a process that is gone, is another one, or was recorded") {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(0);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    Here gone;
    gone.record.by(static_cast<uint32_t>(child), 1'000'000'000, 1, "x").at(6);
    Here another;
    another.record.by(static_cast<uint32_t>(::getpid()), 1'000'000'000, 1, "x").at(6);
    Here recorded(World::default_host());
    for (Here* here : {&gone, &another, &recorded}) {
        for (const char* field : {"proc.vmsize", "proc.fdopencount", "fd.types", "thread.cgroups",
                                  "thread.cgroup[cpu]", "proc.stdin.name", "proc.fdusage"}) {
            INFO(field);
            CHECK(here->ask(field) == "(missing)");
        }
    }
}

TEST_CASE("a field that stays empty has a reason") {
    for (const lang::Field* field : lang::all_fields()) {
        const bool is_of_container = field->name.starts_with("container.") ||
                                     field->name.starts_with("k8s.") ||
                                     field->name.starts_with("proc.is_container_");
        INFO(field->name);
        if (!field->read && !is_of_container) {
            CHECK(field->why_unfilled != "not filled by this build");
        }
    }
}

TEST_CASE("near a time") {
    Here here;
    here.record.at(1'000'000'000);  // at 1700000001 s
    CHECK(here.ask("evt.around[1700000001000000000]") == "0");
    CHECK(here.ask("evt.around[1700000001250000000]") == "250");
    CHECK(here.ask("evt.around[1700000000999999999]") == "1");
}

TEST_CASE("domain names of addresses") {
    Here here;
    DomainNames names({"api.example", "also.example"}, [](const std::string&) {
        Address address;
        address.bytes = {10, 0, 0, 9};
        return std::vector<Address>{address};
    });
    REQUIRE(names.wait(std::chrono::milliseconds(5000)));
    names.refresh();
    here.world.state.ask_for_names(names);
    Record connect("connect");
    connect.by(7, 7, 1, "x").at(5).set("domain", AF_INET).set("type", SOCK_STREAM);
    connect.end("local", "10.0.0.1", 999).end("remote", "10.0.0.9", 443);
    CHECK(here.world.ask(connect, "fd.sip.name") == "api.example|also.example");
    CHECK(here.world.ask(connect, "fd.rip.name") == "api.example|also.example");
    CHECK(here.world.ask(connect, "fd.cip.name") == "(missing)");
}

}  // namespace saker::test
