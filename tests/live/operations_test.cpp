// The daemon as whoever operates it meets it: readiness, health, metrics, its lock and its limits.
#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/base/fd.h"
#include "tests/live/scene.h"

using namespace saker;
using namespace saker::support;
using nlohmann::json;

namespace {

/// The end of sd_notify's socket that a service manager holds.
class Manager {
  public:
    explicit Manager(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof(address.sun_path));
        path.copy(address.sun_path, path.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
        timeval wait{patience().count() / 1000, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

    /// The next message that has this line; false when none comes.
    bool hears(const std::string& line) {
        std::string message(4096, '\0');
        while (true) {
            const ssize_t got = ::recv(socket_.get(), message.data(), message.size(), 0);
            if (got <= 0) {
                return false;
            }
            const std::string text = "\n" + message.substr(0, static_cast<size_t>(got)) + "\n";
            if (text.find("\n" + line) != std::string::npos) {
                return true;
            }
        }
    }

  private:
    Fd socket_;
};

/// A port of the loopback nobody has; the daemon takes it next.
int free_port() {
    const Fd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

std::string get(int port, const std::string& path, int expected = 200) {
    httplib::Client client("127.0.0.1", port);
    const auto got = client.Get(path);
    REQUIRE(got);
    CHECK(got->status == expected);
    return got->body;
}

/// Asks until the text is there; what was there last.
std::string get_until(int port, const std::string& path, const std::string& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + patience();
    std::string body = get(port, path);
    while (body.find(wanted) == std::string::npos && std::chrono::steady_clock::now() < deadline) {
        body = get(port, path);
    }
    return body;
}

}  // namespace

TEST_CASE("a service manager hears when it is ready, that it lives, and when it ends",
          "[operations]") {
    const Folder folder;
    Manager manager(folder.path("notify"));
    Puppet puppet = new_puppet();
    Daemon daemon = daemon_for(puppet, folder.write("rules.yaml", ""));
    CHECK(manager.hears("READY=1"));
    CHECK(manager.hears("WATCHDOG=1"));
    CHECK(::kill(daemon.child().pid(), SIGHUP) == 0);
    CHECK(manager.hears("RELOADING=1"));
    CHECK(manager.hears("READY=1"));
    CHECK(daemon.stop() == 0);
    CHECK(manager.hears("STOPPING=1"));
}

TEST_CASE("health and metrics tell what happens", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const int port = free_port();
    Daemon daemon =
        daemon_for(puppet, test_rules(),
                   {"--json", "-o", "web.enabled=true", "-o", "web.port=" + std::to_string(port)});
    const json health = json::parse(get(port, "/healthz"));
    CHECK(health["status"] == "ok");
    CHECK(health["outputs"][0]["name"] == "stdout");
    get(port, "/readyz");
    get(port, "/nothing", 404);
    REQUIRE(puppet.act("exec cat /etc/shadow") == 0);
    REQUIRE(daemon.alert("opened shadow", patience()));
    const std::string metrics =
        get_until(port, "/metrics",
                  "saker_rule_matches_total{rule=\"opened shadow\",priority=\"Warning\"} 1");
    for (const char* sample :
         {"saker_rule_matches_total{rule=\"opened shadow\",priority=\"Warning\"} 1",
          "saker_events_total{event=\"execve\"}", "saker_lost_total{lane=\"bulk\"} 0",
          "saker_events_held_total 0", "saker_events_given_up_total 0",
          "saker_output_delivered_total{output=\"stdout\"}",
          "saker_judge_measured_total{event=\"execve\"}",
          "saker_judge_measured_seconds_total{event=\"execve\"} ",
          "saker_rule_alert_seconds_total{rule=\"opened shadow\",priority=\"Warning\"} ",
          "saker_up 1", "sha256=\"", "process_resident_memory_bytes"}) {
        CHECK_THAT(metrics, Catch::Contains(sample));
    }
    const auto number_behind = [&](const std::string& name) {
        const size_t at = metrics.find("\n" + name + "{output=\"stdout\"} ");
        REQUIRE(at != std::string::npos);
        return std::stod(metrics.substr(metrics.find("} ", at) + 2));
    };
    const double delivered = number_behind("saker_output_delivered_total");
    CHECK(delivered > 0);
    CHECK(number_behind("saker_output_delivery_seconds_count") == delivered);
    CHECK(number_behind("saker_output_delivery_seconds_sum") > 0);
    CHECK(number_behind("saker_output_delivery_seconds_sum") < 10 * delivered);
    // A process of its own, born and ended: it sees itself.
    const auto canaries = [&] {
        const std::string text = get(port, "/metrics");
        return std::stoi(text.substr(text.find("\nsaker_canaries_total ") + 22));
    };
    const auto deadline = std::chrono::steady_clock::now() + patience();
    while (canaries() == 0 && std::chrono::steady_clock::now() < deadline) {
    }
    CHECK(canaries() > 0);
    CHECK(json::parse(get(port, "/versions"))["rules_sha256"].size() == 1);
    CHECK(daemon.stop() == 0);
}

TEST_CASE("what outputs counted stays counted when they are replaced or gone", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const int port = free_port();
    const std::string dead = std::to_string(free_port());
    const auto configure = [&](const std::string& outputs) {
        return folder.write("saker.yaml",
                            "state_directory: " + folder.path("state") +
                                "\nweb: {enabled: true, port: " + std::to_string(port) +
                                "}\noutputs:\n  - {type: stdout, format: json}\n" + outputs);
    };
    const std::string forgetful =
        "  - {type: http, spool: memory, url: \"http://127.0.0.1:" + dead + "/\"}\n";
    const std::string kept = "  - {type: syslog, address: \"tcp:127.0.0.1:" + dead + "\"}\n";
    const std::string files = "  - {type: file, path: " + folder.path("one") +
                              "}\n  - {type: file, path: " + folder.path("two") + "}\n";
    const std::string config = configure(forgetful + kept + files);
    const auto tells = [&](const std::string& sample) {
        INFO(sample);
        CHECK_THAT(get_until(port, "/metrics", sample + "\n"), Catch::Contains(sample + "\n"));
    };
    const std::string rules =
        folder.write("rules.yaml",
                     "- rule: opens\n  desc: d\n  condition: evt.type in (open, openat) and "
                     "fd.name = /nowhere/file\n  output: \"%fd.name\"\n  priority: NOTICE\n");
    folder.write("state/spool/syslog.db", "no database");
    {
        Daemon daemon = daemon_for(puppet, rules, {"-c", config});
        REQUIRE(puppet.act("open /nowhere/file") == 1);
        REQUIRE(daemon.alert("opens", patience()));
        tells("saker_output_delivered_total{output=\"file\"} 1");
        tells("saker_output_delivered_total{output=\"file-2\"} 1");
        tells("saker_output_spooled{output=\"http\"} 1");
        tells("saker_output_spools_broken_total{output=\"syslog\"} 1");
        tells("saker_output_spools_broken_total{output=\"http\"} 0");
        tells("saker_output_spooled{output=\"syslog\"} 1");
        configure("");
        REQUIRE(::kill(daemon.child().pid(), SIGHUP) == 0);
        REQUIRE(daemon.alert("Saker internal: reloaded", patience()));
        tells("saker_output_delivered_total{output=\"file\"} 1");
        tells("saker_output_dropped_total{output=\"http\"} 1");
        tells("saker_output_spooled{output=\"http\"} 0");
        tells("saker_output_spooled{output=\"syslog\"} 1");
        CHECK(daemon.stop() == 0);
    }
    folder.write("state/spool/older.db", "no database");
    Daemon daemon = daemon_for(puppet, rules, {"-c", config});
    tells("saker_output_spooled{output=\"syslog\"} 1");
    tells("saker_output_spools_broken_total{output=\"older\"} 1");
    CHECK(std::filesystem::exists(folder.path("state/spool/older.db.broken")));
    CHECK_THAT(get(port, "/metrics"), Catch::Contains("saker_blind_seconds{because=\"stopped\"} "));
    CHECK(daemon.stop() == 0);
    const Finished next =
        run_program({saker_binary(), "run", "--scope", puppet.scope(), "-r", rules, "-o",
                     "state_directory=" + folder.path("state"), "--duration", "1"},
                    patience());
    CHECK_THAT(next.err, Catch::Contains("waiting for an output called 'syslog', which is not "
                                         "configured: 1 alert\n"));
}

TEST_CASE("a port that is taken is said", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const Fd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(taken.get(), 1) == 0);
    REQUIRE(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const auto [status, said] =
        ask_saker("run --duration 1 --scope " + puppet.scope() + " -r " + test_rules() +
                  " -o web.enabled=true -o web.port=" + std::to_string(ntohs(address.sin_port)));
    CHECK(status == 5);
    CHECK_THAT(said, Catch::Contains("nothing can listen at 127.0.0.1"));
}

TEST_CASE("one daemon a state directory, and its socket reloads it", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const std::string rules = folder.write("rules.yaml", "");
    Daemon daemon = daemon_for(puppet, rules, {"--json", "-o", state_option(folder)});
    const auto [second, words] = ask_saker("run --duration 1 --scope " + puppet.scope() + " -r " +
                                           rules + " -o " + state_option(folder));
    CHECK(second == 5);
    CHECK_THAT(words, Catch::Contains("another saker runs") &&
                          Catch::Contains(std::to_string(daemon.child().pid())));
    CHECK(std::filesystem::status(folder.path("state/control.socket")).permissions() ==
          std::filesystem::perms::owner_all);
    const auto [fine, loaded] = ask_saker("reload -o " + state_option(folder));
    CHECK(fine == 0);
    CHECK_THAT(loaded, Catch::Contains("reloaded: 0 rules"));
    folder.write("rules.yaml", "- rule: x\n");
    const auto [wrong, why] = ask_saker("reload -o " + state_option(folder));
    CHECK(wrong == 1);
    CHECK_THAT(why, Catch::Contains("rules.yaml:1:3"));
    CHECK(daemon.stop() == 0);
    CHECK(ask_saker("reload -o " + state_option(folder)).first == 2);
}

TEST_CASE("files are reloaded by themselves when they change", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const std::string rules = folder.write("rules.yaml", "");
    Daemon daemon = daemon_for(puppet, rules, {"--json", "-o", "watch_files=true"});
    folder.write("other.yaml", "no rules");  // not ours
    folder.write("rules.yaml", "- rule: x\n");
    const auto told = daemon.alert("Saker internal: reload failed", patience());
    REQUIRE(told);
    CHECK_THAT(told->dump(), Catch::Contains("a file changed"));
    folder.write("new.yaml", "");
    std::filesystem::rename(folder.path("new.yaml"), rules);
    CHECK(daemon.alert("Saker internal: reloaded", patience()));
    CHECK(daemon.stop() == 0);
}

TEST_CASE("every thread keeps only what a reload needs", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const int port = free_port();
    Daemon daemon =
        daemon_for(puppet, test_rules(),
                   {"--json", "-o", "web.enabled=true", "-o", "web.port=" + std::to_string(port)});
    const std::string tasks = "/proc/" + std::to_string(daemon.child().pid()) + "/task";
    size_t threads = 0;
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        std::ifstream status(task.path() / "status");
        std::set<std::string> lines;
        for (std::string line; std::getline(status, line);) {
            lines.insert(line);
        }
        // CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH
        CHECK(lines.count("CapEff:\t000000c000080004") == 1);
        CHECK(lines.count("CapBnd:\t000000c000080004") == 1);
        CHECK(lines.count("NoNewPrivs:\t1") == 1);
        CHECK(lines.count("Seccomp:\t2") == 1);
        ++threads;
    }
    CHECK(threads > 3);
    CHECK(daemon.stop() == 0);
}

TEST_CASE("a support bundle has the running daemon's metrics, asked for either way",
          "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const int port = free_port();
    const bool has_socket = GENERATE(true, false);
    const std::string config = folder.write(
        "saker.yaml", has_socket ? "state_directory: " + folder.path("state") + "\n"
                                 : "web: {enabled: true, port: " + std::to_string(port) + "}\n");
    Daemon daemon = daemon_for(puppet, test_rules(), {"--json", "-c", config});
    const Finished said = run_program(
        {saker_binary(), "support", "-c", config, "-o", folder.path("bundle")}, patience() * 3);
    INFO(said.err);
    CHECK(said.status == 0);
    const auto has = [&](const std::string& name) {
        return run_program({"tar", "-xzOf", folder.path("bundle"), "saker-support/" + name},
                           patience())
            .out;
    };
    CHECK(has("metrics.txt").find("saker_events_total") != std::string::npos);
    CHECK(json::parse(has("health.json"))["status"] == "ok");
    CHECK(json::parse(has("doctor.json"))["events"].size() > 10);
    CHECK(daemon.stop() == 0);
}

TEST_CASE("a test alert arrives beside a running daemon, which notices nothing", "[operations]") {
    const Folder folder;
    Puppet puppet = new_puppet();
    const std::string config = folder.write(
        "saker.yaml", "state_directory: " + folder.path("state") +
                          "\noutputs:\n  - {type: program, command: [sh, -c, 'cat >> " +
                          folder.path("alerts") + "']}\n");
    Daemon daemon = daemon_for(puppet, test_rules(), {"--json", "-c", config});
    CHECK(std::filesystem::exists(folder.path("state/spool/program.db")));
    const Finished said =
        run_program({saker_binary(), "alert", "--test", "-c", config, "--json"}, patience());
    INFO(said.out << said.err);
    CHECK(said.status == 0);
    REQUIRE(puppet.act("exec cat /etc/shadow") == 0);
    REQUIRE(daemon.alert("opened shadow", patience()));
    CHECK(daemon.stop() == 0);
    CHECK(daemon.last_words().find(" 0 lost") != std::string::npos);
    std::ifstream alerts(folder.path("alerts"));
    std::set<std::string> rules;
    for (std::string line; std::getline(alerts, line);) {
        rules.insert(json::parse(line).value("rule", ""));
    }
    CHECK(rules.count("Saker internal: test alert") == 1);
    CHECK(rules.count("opened shadow") == 1);
}

TEST_CASE("less is logged when less is asked for, from the next reload on too", "[operations]") {
    const Folder folder;
    const Puppet puppet = new_puppet();
    const std::string config = folder.write("saker.yaml", "");
    const auto last_words = [&](const std::vector<std::string>& more) {
        Daemon daemon = daemon_for(puppet, test_rules(), more);
        if (more.size() == 3) {
            folder.write("saker.yaml", "log_level: error\n");
            REQUIRE(::kill(daemon.child().pid(), SIGHUP) == 0);
            REQUIRE(daemon.alert("Saker internal: reloaded", patience()));
        }
        CHECK(daemon.stop() == 0);
        return daemon.last_words();
    };
    CHECK_THAT(last_words({}), Catch::Contains("saker: ") && Catch::Contains(" 0 lost"));
    CHECK(last_words({"--log-level", "warning"}).empty());
    const std::string words = last_words({"--json", "-c", config});
    CHECK_THAT(words, Catch::Contains("saker: reloading: SIGHUP"));
    CHECK_THAT(words, !Catch::Contains("0 alerts"));
}

TEST_CASE("in the journal each line has its level, on a terminal it has none", "[operations]") {
    const Puppet puppet = new_puppet();
    const std::string scope = puppet.scope();
    const auto says = [&](const std::string& journal) {
        return run_program({"sh", "-c",
                            "export JOURNAL_STREAM=" + journal +
                                "; exec \"$0\" run --scope \"$1\" -r \"$2\" --duration 1"
                                " -o 'throttle.rules=[{rule: nowhere, interval: 1s}]'",
                            saker_binary(), scope, test_rules()},
                           patience())
            .err;
    };
    const std::string told = says("$(stat -L -c %d:%i /proc/self/fd/2)");
    CHECK_THAT(told, Catch::Contains("<6>saker: ready\n") && Catch::Contains("<6>saker: 0 events"));
    CHECK_THAT(told, Catch::Contains("warning: no rule is called 'nowhere'"));
    std::istringstream lines(told);
    for (std::string line; std::getline(lines, line);) {
        CHECK_THAT(line, Catch::StartsWith("<"));
    }
    CHECK_THAT(says("1:2"), Catch::Contains("saker: ready\n") && !Catch::Contains("<6>"));
}
