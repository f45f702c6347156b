#include "tests/bench/engine_events.h"

#include <array>
#include <random>

namespace saker::bench {
namespace {

constexpr std::array kRead{
    "/etc/ld.so.cache",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libssl.so.3",
    "/proc/self/status",
    "/proc/meminfo",
    "/sys/fs/cgroup/memory.max",
    "/usr/share/zoneinfo/Europe/Paris",
    "/usr/lib/python3/dist-packages/yaml/__init__.py",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/var/www/html/index.html",
    "/srv/app/config/settings.json",
    "/home/deploy/releases/20260731/app/models/user.rb",
    "/usr/lib/jvm/java-17/lib/modules",
    "/var/lib/postgresql/15/main/base/16384/2619",
    "/dev/null",
};
constexpr std::array kWritten{"/tmp/tmpa1b2c3",
                              "/srv/app/log/production.txt",
                              "/dev/null",
                              "/var/lib/postgresql/15/main/pg_wal/000000010000000000000001",
                              "/run/systemd/journal/streams/9:23",
                              "/var/cache/apt/pkgcache.bin"};
constexpr std::array kNoise{"close", "read", "write", "fstat", "mmap", "epoll_wait", "futex"};

struct Program {
    const char* name;
    const char* path;
    const char* arguments;
    int parent;  // index of its parent, -1 for none
    const char* container;
    const char* image;
};
constexpr Program kPrograms[] = {
    {"systemd", "/usr/lib/systemd/systemd", "--system", -1, "host", ""},
    {"cron", "/usr/sbin/cron", "-f", 0, "host", ""},
    {"dockerd", "/usr/bin/dockerd", "-H fd://", 0, "host", ""},
    {"containerd-shim", "/usr/bin/containerd-shim-runc-v2", "-namespace moby", 0, "host", ""},
    {"nginx", "/usr/sbin/nginx", "-g daemon off;", 3, "3ad7b26ded6d", "docker.io/library/nginx"},
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", "-D /var/lib/postgresql", 3, "8f3c0aa1d9c2",
     "docker.io/library/postgres"},
    {"java", "/usr/lib/jvm/java-17/bin/java", "-Xmx2g -jar /srv/app/app.jar", 3, "c0ffee123456",
     "registry.example.com/team/app"},
    {"node", "/usr/local/bin/node", "server.js", 3, "badcafe98765",
     "registry.example.com/team/front"},
    {"python3", "/usr/bin/python3", "/srv/app/worker.py", 1, "host", ""},
    {"make", "/usr/bin/make", "-j8 all", 8, "host", ""},
    {"cc1plus", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "-quiet a.cpp -o /tmp/a.s", 9, "host",
     ""},
    {"git", "/usr/bin/git", "fetch origin", 8, "host", ""},
    {"kubelet", "/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml", 0, "host", ""},
};

std::vector<BenchProcess> running_programs() {
    std::vector<BenchProcess> processes(std::size(kPrograms));
    for (size_t i = 0; i < processes.size(); ++i) {
        const Program& program = kPrograms[i];
        BenchProcess& made = processes[i];
        made.name = program.name;
        made.exe = program.path;
        made.exe_path = program.path;
        made.arguments = program.arguments;
        made.command_line = made.name + " " + made.arguments;
        made.directory = "/srv/app/";
        made.parent =
            program.parent < 0 ? nullptr : &processes[static_cast<size_t>(program.parent)];
        made.container = program.container;
        made.image = program.image;
        made.capabilities = made.container == "host" ? "CAP_CHOWN CAP_SYS_ADMIN CAP_DAC_OVERRIDE"
                                                     : "CAP_CHOWN CAP_NET_BIND_SERVICE";
    }
    return processes;
}

Address v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    Address made;
    made.bytes = {a, b, c, d};
    return made;
}

void set_path(BenchEvent& event, std::string path) {
    event.raw_path = path;
    const size_t slash = path.rfind('/');
    event.path_directory = slash == 0 ? "/" : path.substr(0, slash);
    event.path_name = path.substr(slash + 1);
    event.path = std::move(path);
}

void make_open(BenchEvent& event, std::mt19937& random) {
    event.kind = event_kind("openat");
    event.for_writing = random() % 100 < 15;
    event.for_reading = !event.for_writing;
    event.flags = event.for_writing ? "O_CREAT|O_WRONLY|O_CLOEXEC" : "O_RDONLY|O_CLOEXEC";
    set_path(event, event.for_writing ? kWritten[random() % kWritten.size()]
                                      : kRead[random() % kRead.size()]);
    event.type_letter = "f";
    event.result = random() % 100 < 10 ? -2 : 7;
    event.descriptor = event.result < 0 ? -1 : event.result;
}

void make_connection(BenchEvent& event, std::mt19937& random) {
    constexpr std::array kinds{event_kind("connect"), event_kind("accept4"), event_kind("sendto"),
                               event_kind("recvfrom"), event_kind("socket")};
    event.kind = kinds[random() % kinds.size()];
    event.type_letter = "4";
    event.client = v4(10, 0, 3, static_cast<uint8_t>(random()));
    event.server = random() % 2 ? v4(10, 96, 0, static_cast<uint8_t>(random()))
                                : v4(151, 101, 1, static_cast<uint8_t>(random()));
    event.client_port = 32768 + random() % 20000;
    event.server_port = random() % 4 ? 443 : 5432;
    event.descriptor = 12;
    event.flags = "AF_INET";
}

void make_process_event(BenchEvent& event, std::mt19937& random) {
    constexpr std::array kinds{event_kind("execve"), event_kind("execve"), event_kind("clone"),
                               event_kind("procexit")};
    event.kind = kinds[random() % kinds.size()];
}

}  // namespace

OrdinaryDay::OrdinaryDay(size_t events) : processes_(running_programs()) {
    std::mt19937 random(42);
    events_.resize(events);
    for (BenchEvent& event : events_) {
        event.process = &processes_[1 + random() % (processes_.size() - 1)];
        const unsigned die = random() % 100;
        if (die < 60) {
            make_open(event, random);
        } else if (die < 75) {
            event.kind = *find_event_kind(kNoise[random() % kNoise.size()]);
        } else if (die < 85) {
            make_process_event(event, random);
        } else {
            make_connection(event, random);
        }
    }
}

}  // namespace saker::bench
