// What outputs can do: how long after an act its alert is there, how many alerts a second each
// takes, and what memory the daemon needs while one receiver is dead. docs/outputs.md has figures.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "outputs/delivery.h"
#include "outputs/table.h"
#include "tests/bench/process_cost.h"
#include "tests/bench/sink_receivers.h"
#include "tests/support/folder.h"
#include "tests/support/live.h"

namespace saker::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Daemon;
using support::Folder;

constexpr const char* kRules =
    "- rule: act\n  desc: an act of the bench\n"
    "  condition: evt.type in (open, openat) and fd.name startswith /nowhere/act-\n"
    "  output: \"opened %fd.name (program %proc.name, command %proc.cmdline)\"\n"
    "  priority: WARNING\n";

constexpr const char* kReadsAll = "exec cat >/dev/null";

struct Options {
    size_t acts = 1000;         // of the latency
    double acts_a_second = 50;  // the same
    size_t alerts = 50'000;     // of the rate of each sink
    double minutes = 0;         // with a dead receiver
    double load = 1000;         // alerts a second meanwhile
};

/// Everything alerts go to, each noting what it heard.
struct Sinks {
    Sinks(const Folder& folder, size_t acts)
        : to_stdout(acts),
          to_file(acts),
          to_udp(acts),
          to_tcp(acts),
          to_http(acts),
          file(folder.path("alerts.json"), to_file),
          udp(to_udp),
          tcp(to_tcp),
          http(to_http) {}

    Arrivals to_stdout, to_file, to_udp, to_tcp, to_http;
    FileReader file;
    DatagramReceiver udp;
    TcpReceiver tcp;
    HttpReceiver http;

    std::string configuration(const Folder& folder, const std::string& more = "") const {
        return fmt::format(
            "state_directory: {0}\noutputs:\n"
            "  - {{type: file, path: {1}, format: json}}\n"
            "  - {{type: syslog, name: udp, address: \"udp:127.0.0.1:{2}\"}}\n"
            "  - {{type: syslog, name: tcp, address: \"tcp:127.0.0.1:{3}\"}}\n"
            "  - {{type: http, name: http, url: \"http://127.0.0.1:{4}/\", batch: 100}}\n{5}",
            folder.path("state"), folder.path("alerts.json"), udp.port(), tcp.port(), http.port(),
            more);
    }
};

/// Reads the daemon's standard output meanwhile.
class StdoutReader {
  public:
    StdoutReader(Daemon& daemon, Arrivals& arrivals)
        : thread_([this, &daemon, &arrivals] {
              while (!is_ending_) {
                  if (const auto line = daemon.child().out().next(milliseconds(100))) {
                      arrivals.saw(*line);
                  }
              }
          }) {}
    ~StdoutReader() {
        is_ending_ = true;
        thread_.join();
    }
    StdoutReader(const StdoutReader&) = delete;
    StdoutReader& operator=(const StdoutReader&) = delete;

  private:
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

Daemon start_daemon(const Folder& folder, const std::string& configuration) {
    auto daemon = Daemon::start({"--json", "-c", folder.write("saker.yaml", configuration), "-r",
                                 folder.write("rules.yaml", kRules), "--scope",
                                 "pid:" + std::to_string(::getpid())});
    if (!daemon) {
        std::cerr << daemon.error().text();
        std::exit(1);
    }
    return std::move(*daemon);
}

/// Acts at an even pace; when each was.
std::vector<Clock::time_point> act(size_t acts, double a_second) {
    std::vector<Clock::time_point> when(acts);
    const Clock::time_point begin = Clock::now();
    for (size_t i = 0; i < acts; ++i) {
        const std::string path = path_of_act(i);
        std::this_thread::sleep_until(
            begin + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(i) / a_second)));
        when[i] = Clock::now();
        ::close(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }
    return when;
}

/// Until all came, but not for ever.
void wait_for(const Arrivals& arrivals, size_t count) {
    const Clock::time_point deadline = Clock::now() + seconds(60);
    while (arrivals.count() < count && Clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds(5));
    }
}

void print_latency(const char* name, const std::vector<Clock::time_point>& acts,
                   const Arrivals& arrivals) {
    const std::vector<Clock::time_point> when = arrivals.when();
    std::vector<double> taken;
    for (size_t i = 0; i < acts.size(); ++i) {
        if (when[i] != Clock::time_point()) {
            taken.push_back(std::chrono::duration<double, std::milli>(when[i] - acts[i]).count());
        }
    }
    std::ranges::sort(taken);
    const auto quantile = [&](double share) {
        return taken.empty()
                   ? std::nan("")
                   : taken[static_cast<size_t>(share * static_cast<double>(taken.size() - 1))];
    };
    fmt::print("{:<22}{:>8}{:>10.2f}{:>10.2f}{:>10.2f}\n", name, taken.size(), quantile(0.5),
               quantile(0.99), quantile(1));
}

void measure_latency(const Options& options) {
    const Folder folder;
    Sinks sinks(folder, options.acts);
    Daemon daemon = start_daemon(folder, sinks.configuration(folder));
    std::vector<Clock::time_point> acts;
    {
        const StdoutReader reader(daemon, sinks.to_stdout);
        acts = act(options.acts, options.acts_a_second);
        wait_for(sinks.to_stdout, options.acts);
        wait_for(sinks.to_http, options.acts);
        wait_for(sinks.to_tcp, options.acts);
    }
    daemon.stop();
    fmt::print("\n{:<22}{:>8}{:>10}{:>10}{:>10}\n", "act to alert, ms", "alerts", "p50", "p99",
               "most");
    print_latency("stdout", acts, sinks.to_stdout);
    print_latency("file", acts, sinks.to_file);
    print_latency("syslog, UDP", acts, sinks.to_udp);
    print_latency("syslog, TCP", acts, sinks.to_tcp);
    print_latency("HTTP", acts, sinks.to_http);
}

Alert alert_of(size_t act) {
    Alert made;
    made.id = fmt::format("bench-{}", act);
    made.rule = "act";
    made.priority = "Warning";
    made.source = "syscall";
    made.hostname = "bench";
    made.time = outputs::wall_clock();
    made.message = "opened " + path_of_act(act) + " (program bench, command bench --sinks)";
    made.fields = {{"fd.name", rules::OutputScalar(path_of_act(act))},
                   {"proc.name", rules::OutputScalar(std::string("bench"))},
                   {"proc.pid", rules::OutputScalar(int64_t{4711})}};
    made.lineage.resize(3, {4711, 1, "bench", "/usr/bin/bench", "bench --sinks"});
    return made;
}

std::unique_ptr<outputs::Delivery> open_delivery(config::OutputSetting setting,
                                                 const std::string& spool) {
    const outputs::OutputRow* row = outputs::find_output(setting.type);
    if (setting.format == config::Format::usual) {
        setting.format = row->usual_format;
    }
    outputs::OutputOptions options;
    options.format = outputs::formatter_of(setting.format);
    options.setting = setting;
    options.spool_path = spool;
    options.waits_for_room = true;
    auto opened = outputs::open_output(*row, options);
    if (!opened) {
        std::cerr << opened.error().text() << '\n';
        std::exit(1);
    }
    return std::make_unique<outputs::Delivery>(setting.type, std::move(*opened), 4096,
                                               outputs::WhenFull::waits);
}

/// From the first alert offered to the last one the receiver has taken; the queue is never empty.
double rate_of(size_t alerts, const config::OutputSetting& setting, const std::string& spool) {
    auto delivery = open_delivery(setting, spool);
    const Clock::time_point begin = Clock::now();
    for (size_t i = 0; i < alerts; ++i) {
        delivery->offer(alert_of(i));
    }
    while (delivery->counts().delivered < alerts) {
        std::this_thread::sleep_for(milliseconds(1));
    }
    return static_cast<double>(alerts) /
           std::chrono::duration<double>(Clock::now() - begin).count();
}

void print_rate(const char* name, size_t alerts, const config::OutputSetting& setting,
                const std::string& spool) {
    const double rate = rate_of(alerts, setting, spool);
    fmt::print("{:<30}{:>10}{:>14.0f}\n", name, alerts, rate);
    std::fflush(stdout);
}

/// Standard output is a pipe meanwhile that somebody reads.
class PipedStdout {
  public:
    PipedStdout() : before_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            std::perror("a pipe");
            std::exit(1);
        }
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[1]);
        thread_ = std::thread([end = Fd(ends[0])] {
            std::string bytes(1 << 16, '\0');
            while (::read(end.get(), bytes.data(), bytes.size()) > 0) {
            }
        });
    }
    ~PipedStdout() {
        ::dup2(before_.get(), STDOUT_FILENO);
        thread_.join();
    }
    PipedStdout(const PipedStdout&) = delete;
    PipedStdout& operator=(const PipedStdout&) = delete;

  private:
    Fd before_;
    std::thread thread_;
};

config::OutputSetting file_at(std::string path) {
    config::OutputSetting setting = config::OutputSetting::of_type("file");
    setting.path = std::move(path);
    return setting;
}

config::OutputSetting syslog_at(std::string address) {
    config::OutputSetting setting = config::OutputSetting::of_type("syslog");
    setting.address = std::move(address);
    return setting;
}

config::OutputSetting http_at(std::string url, uint32_t batch) {
    config::OutputSetting setting = config::OutputSetting::of_type("http");
    setting.url = std::move(url);
    setting.batch = batch;
    return setting;
}

config::OutputSetting kafka_at(std::string brokers) {
    config::OutputSetting setting = config::OutputSetting::of_type("kafka");
    setting.brokers = std::move(brokers);
    setting.topic = "alerts";
    return setting;
}

config::OutputSetting journal_at(std::string path) {
    config::OutputSetting setting = config::OutputSetting::of_type("journald");
    setting.path = std::move(path);
    return setting;
}

config::OutputSetting program_of(std::vector<std::string> command) {
    config::OutputSetting setting = config::OutputSetting::of_type("program");
    setting.command = std::move(command);
    return setting;
}

void measure_rates(const Options& options) {
    const Folder folder;
    Arrivals arrivals(options.alerts);
    const DatagramReceiver udp(arrivals);
    const TcpReceiver tcp(arrivals);
    const HttpReceiver http(arrivals);
    const TlsReceiver tls(folder);
    const DatagramReceiver journal(folder.path("journal"), arrivals);
    const KafkaBroker broker;
    const std::string url = fmt::format("http://127.0.0.1:{}/", http.port());
    const std::string tcp_address = fmt::format("tcp:127.0.0.1:{}", tcp.port());
    const size_t most = options.alerts;
    fmt::print("\n{:<30}{:>10}{:>14}\n", "sustained", "alerts", "alerts/s");
    std::fflush(stdout);
    const double to_stdout = [&] {
        const PipedStdout piped;
        return rate_of(most, config::OutputSetting::of_type("stdout"), "");
    }();
    fmt::print("{:<30}{:>10}{:>14.0f}\n", "stdout, a pipe", most, to_stdout);
    print_rate("file", most, file_at(folder.path("alerts.json")), "");
    print_rate("syslog, UDP, spool on disk", most,
               syslog_at(fmt::format("udp:127.0.0.1:{}", udp.port())), folder.path("udp.db"));
    print_rate("syslog, TCP, spool on disk", most, syslog_at(tcp_address), folder.path("tcp.db"));
    print_rate("syslog, TCP, spool in memory", most, syslog_at(tcp_address), "");
    config::OutputSetting secret = syslog_at(fmt::format("tls:127.0.0.1:{}", tls.port()));
    secret.ca_file = tls.certificate();
    print_rate("syslog, TLS, spool on disk", most, secret, folder.path("tls.db"));
    print_rate("journald, spool on disk", most, journal_at(folder.path("journal")),
               folder.path("journal.db"));
    print_rate("Kafka, acks: all, disk", most, kafka_at(broker.address()), folder.path("kafka.db"));
    print_rate("program, spool on disk", most, program_of({"/bin/sh", "-c", kReadsAll}),
               folder.path("program.db"));
    print_rate("HTTP, 1 a request, disk", most / 10, http_at(url, 1), folder.path("one.db"));
    print_rate("HTTP, 100 a request, disk", most, http_at(url, 100), folder.path("many.db"));
    print_rate("HTTP, 100 a request, memory", most, http_at(url, 100), "");
}

void print_state(double minutes, pid_t daemon, const Folder& folder, const Sinks& sinks) {
    const Memory memory = memory_of(daemon);
    std::error_code none;
    const auto spool = std::filesystem::file_size(folder.path("state/spool/dead.db"), none);
    fmt::print("{:>8.1f}{:>14.1f}{:>14.1f}{:>14.1f}{:>12}{:>12}\n", minutes,
               static_cast<double>(memory.resident_kb) / 1024,
               static_cast<double>(memory.rings_kb) / 1024,
               static_cast<double>(none ? 0 : spool) / (1 << 20), sinks.to_stdout.count(),
               sinks.to_http.count());
    std::fflush(stdout);
}

/// Those beside `Sinks` that there are, and one to a port where nobody listens.
struct MoreSinks {
    explicit MoreSinks(const Folder& folder)
        : nobody(0), tls(folder), journal(folder.path("journal"), nobody) {}

    std::string configuration(const Folder& folder) const {
        return fmt::format(
            "  - {{type: http, name: dead, url: \"http://127.0.0.1:1/\"}}\n"
            "  - {{type: program, command: [/bin/sh, -c, \"{}\"]}}\n"
            "  - {{type: syslog, name: tls, address: \"tls:127.0.0.1:{}\", ca_file: {}}}\n"
            "  - {{type: journald, path: {}}}\n"
            "  - {{type: kafka, brokers: \"{}\", topic: alerts}}\n",
            kReadsAll, tls.port(), tls.certificate(), folder.path("journal"), broker.address());
    }

    Arrivals nobody;
    TlsReceiver tls;
    DatagramReceiver journal;
    KafkaBroker broker;
};

/// Every kind of output, and a dead one.
void measure_memory(const Options& options) {
    const Folder folder;
    const auto acts = static_cast<size_t>(options.minutes * 60 * options.load);
    Sinks sinks(folder, acts);
    const MoreSinks more(folder);
    Daemon daemon = start_daemon(folder, sinks.configuration(folder, more.configuration(folder)));
    fmt::print("\n{:>8}{:>14}{:>14}{:>14}{:>12}{:>12}\n", "minutes", "resident MB", "rings MB",
               "dead spool MB", "at stdout", "at HTTP");
    print_state(0, daemon.child().pid(), folder, sinks);
    {
        const StdoutReader reader(daemon, sinks.to_stdout);
        std::atomic<bool> is_over = false;
        std::thread acting([&] {
            act(acts, options.load);
            is_over = true;
        });
        const Clock::time_point begin = Clock::now();
        for (int minute = 1; !is_over; ++minute) {
            const Clock::time_point next = begin + std::chrono::minutes(minute);
            while (!is_over && Clock::now() < next) {
                std::this_thread::sleep_for(milliseconds(50));
            }
            print_state(std::chrono::duration<double>(Clock::now() - begin).count() / 60,
                        daemon.child().pid(), folder, sinks);
        }
        acting.join();
        wait_for(sinks.to_stdout, acts);
        wait_for(sinks.to_http, acts);
        print_state(options.minutes, daemon.child().pid(), folder, sinks);
    }
    daemon.stop();
    std::cout << daemon.last_words() << '\n';
}

}  // namespace
}  // namespace saker::bench

int main(int argc, char** argv) {
    saker::bench::Options options;
    CLI::App app("What outputs can do; run as root.");
    app.add_option("--acts", options.acts, "of the latency; 0 leaves it out");
    app.add_option("--acts-a-second", options.acts_a_second, "the same");
    app.add_option("--alerts", options.alerts, "of the rate of each sink; 0 leaves it out");
    app.add_option("--minutes", options.minutes, "with a dead receiver; 0 leaves it out");
    app.add_option("--load", options.load, "alerts a second meanwhile");
    CLI11_PARSE(app, argc, argv);
    if (options.acts > 0) {
        saker::bench::measure_latency(options);
    }
    if (options.alerts > 0) {
        saker::bench::measure_rates(options);
    }
    if (options.minutes > 0) {
        saker::bench::measure_memory(options);
    }
    return 0;
}
