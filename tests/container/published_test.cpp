// Every published rule meets the act it is for: on the host, or in a container where it asks for
// one.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "tests/container/container.h"
#include "tests/container/engines.h"

using namespace saker::support;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

/// Empty where the rules are not, as in a source archive.
std::string published_rules() {
    const char* shared = std::getenv("SAKER_SHARED");
    const fs::path folder = shared ? fs::path(shared) : fs::path(SAKER_SOURCE_DIR) / "../shared";
    const fs::path rules = folder / "falco-rules/falco_rules.yaml";
    return fs::exists(rules) ? rules.string() : "";
}

using Fields = std::map<std::string, std::string>;

/// The events this build can see, by their names.
const std::set<std::string>& captured_events() {
    static const std::set<std::string> names = [] {
        std::set<std::string> made;
        const Finished listed =
            run_program({saker_binary(), "list", "events", "--json"}, patience());
        for (const json& event : json::parse(listed.out, nullptr, false))
            made.insert(event.value("name", ""));
        return made;
    }();
    return names;
}

/// In every text `@` stands for the test's folder and `%` for the container's short id.
struct Deed {
    std::string rule;
    std::string actor;
    std::string act;
    Fields fields;
    int status = 0;          // of the act
    std::string needs = {};  // the event it takes, where that is not one of the oldest
};

std::string field(const json& alert, const std::string& name) {
    const json value = alert["output_fields"].value(name, json("(absent)"));
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// One daemon, and all who act.
class Stage {
  public:
    Stage() {
        for (const char* name : {"nginx", "sshd", "ssh"})
            fs::copy_file(acts_binary(), folder_.path(name));
        fs::create_directories(folder_.path("keys"));
        auto started = Container::start(
            new_container_id(),
            {"", {"CAP_SYS_ADMIN", "CAP_SYS_MODULE", "CAP_NET_RAW", "CAP_SYS_PTRACE"}, true});
        if (!started)
            FAIL(started.error().text());
        container_ = std::move(*started);
        hosts_.emplace("host", new_puppet());
        for (const char* name : {"nginx", "sshd"}) {
            auto puppet = Puppet::start(folder_.path(name));
            REQUIRE(puppet);
            hosts_.emplace(name, std::move(*puppet));
        }
        // Rules compare with a name of a cluster: the daemon's own hosts file knows it.
        const std::string hosts =
            folder_.write("hosts", "10.96.0.1 kubernetes.default.svc.cluster.local\n");
        auto daemon = Daemon::start(
            {"--json", "--scope", "pid:" + std::to_string(::getpid()), "-r", published_rules()},
            {acts_binary(), "bound", hosts, "/etc/hosts", "exec"});
        if (!daemon)
            FAIL(daemon.error().text());
        daemon_.emplace(std::move(*daemon));
    }

    std::string filled(std::string text) const {
        for (const auto& [sign, meaning] :
             {std::pair('@', folder_.path()), std::pair('%', container_->id().substr(0, 12))})
            for (size_t at = text.find(sign); at != text.npos; at = text.find(sign))
                text.replace(at, 1, meaning);
        return text;
    }

    Puppet& actor(const std::string& name) {
        return name == "container" ? container_->puppet() : hosts_.at(name);
    }
    Container& container() { return *container_; }

    void check(const Deed& deed) {
        if (!deed.needs.empty() && !captured_events().contains(deed.needs)) {
            WARN("no event " << deed.needs << " in this build: not tested: " << deed.rule);
            return;
        }
        INFO(deed.rule << ": " << deed.act);
        CHECK(actor(deed.actor).act(filled(deed.act)) == deed.status);
        check_alert(deed);
    }

    void check_alert(const Deed& deed) {
        const auto alert = daemon_->alert(deed.rule, patience());
        CHECK(alert);
        if (!alert)
            return;
        INFO(alert->dump());
        for (const auto& [name, value] : deed.fields)
            CHECK(field(*alert, name) == filled(value));
    }

  private:
    Folder folder_;
    std::unique_ptr<Container> container_;
    std::map<std::string, Puppet> hosts_;
    std::optional<Daemon> daemon_;
};

const std::string kInShared = "/dev/shm/saker-test-" + std::to_string(::getpid());

const std::vector<Deed>& deeds() {
    static const std::vector<Deed> all{
        {"Directory traversal monitored file read",
         "host",
         "open /etc/../etc/../etc/passwd",
         {{"fd.name", "/etc/passwd"},
          {"fd.nameraw", "/etc/../etc/../etc/passwd"},
          {"proc.name", "acts"}}},
        {"Read sensitive file untrusted",
         "host",
         "exec cat /etc/shadow",
         {{"fd.name", "/etc/shadow"}, {"proc.name", "cat"}, {"proc.pname", "acts"}}},
        {"Run shell untrusted",
         "nginx",
         "exec sh -c true",
         {{"proc.cmdline", "sh -c true"}, {"proc.pname", "nginx"}, {"proc.pexepath", "@/nginx"}}},
        {"System user interactive",
         "sshd",
         "as 1 exec true",
         {{"user.name", "daemon"}, {"user.uid", "1"}, {"proc.pname", "sshd"}}},
        {"Contact K8S API Server From Container",
         "container",
         "connect 10.96.0.1 443",
         {{"fd.rport", "443"}, {"fd.l4proto", "tcp"}, {"container.id", "%"}}},
        {"Netcat Remote Code Execution in Container",
         "container",
         "exec /bin/nc --help -e /bin/sh",
         {{"proc.cmdline", "nc --help -e /bin/sh"}, {"container.id", "%"}},
         1},
        {"Search Private Keys or Passwords",
         "host",
         "exec find @/keys -name id_rsa",
         {{"proc.cmdline", "find @/keys -name id_rsa"}}},
        {"Clear Log Activities",
         "container",
         "truncate /var/log/messages",
         {{"fd.name", "/var/log/messages"}, {"container.id", "%"}}},
        {"Remove Bulk Data from Disk", "host", "exec shred --version", {{"proc.name", "shred"}}},
        {"Detect release_agent File Container Escapes",
         "container",
         "write /tmp/release_agent",
         {{"fd.name", "/tmp/release_agent"}, {"user.uid", "0"}, {"container.id", "%"}}},
        {"Find AWS Credentials",
         "host",
         "exec find @/keys -path @/.aws/credentials",
         {{"proc.name", "find"}}},
        {"Execution from /dev/shm",
         "host",
         "exec-copy /bin/true " + kInShared,
         {{"proc.exepath", kInShared}, {"proc.pname", "acts"}}},
        {"Drop and execute new binary in container",
         "container",
         "exec-copy /bin/acts /tmp/dropped setuid 0",
         {{"proc.exepath", "/tmp/dropped"}, {"container.id", "%"}}},
        {"Disallowed SSH Connection Non Standard Port",
         "host",
         "exec @/ssh meet 203.0.113.9 443",
         {{"proc.name", "ssh"}, {"fd.rport", "443"}, {"fd.l4proto", "tcp"}}},
        {"Fileless execution via memfd_create",
         "host",
         "exec-memfd /bin/true",
         {{"proc.pname", "acts"}, {"evt.type", "execveat"}}},
        {"Create Symlink Over Sensitive Files",
         "host",
         "symlink /etc/shadow @/link",
         {{"evt.arg.target", "/etc/shadow"}, {"evt.arg.linkpath", "@/link"}},
         0,
         "symlink"},
        {"Create Hardlink Over Sensitive Files",
         "container",
         "link /etc/shadow /etc/other",
         {{"evt.arg.oldpath", "/etc/shadow"}, {"evt.arg.newpath", "/etc/other"}},
         0,
         "linkat"},
        {"Packet socket created in container",
         "container",
         "packet-socket",
         {{"proc.name", "acts"}, {"container.id", "%"}},
         0,
         "socket"},
        {"Redirect STDOUT/STDIN to Network Connection in Container",
         "container",
         "exec-on-socket /bin/true",
         {{"fd.sip", "127.0.0.1"}, {"container.id", "%"}},
         0,
         "dup2"},
        {"Linux Kernel Module Injection Detected",
         "container",
         "load-module",
         {{"proc.name", "acts"}, {"container.id", "%"}},
         0,
         "finit_module"},
        {"PTRACE attached to process", "host", "trace-child", {{"proc.name", "acts"}}, 0, "ptrace"},
        {"PTRACE anti-debug attempt", "host", "trace-me", {{"proc.name", "acts"}}, 0, "ptrace"},
    };
    return all;
}

}  // namespace

TEST_CASE("acts that published rules are for raise them, with true fields", "[published]") {
    if (published_rules().empty()) {
        WARN("the published rules are not here: not tested");
        return;
    }
    Stage stage;
    // It is about a process five seconds old: its age is measured while the others act.
    REQUIRE(stage.actor("nginx").child().say("after 5100 open /etc/shadow"));
    for (const Deed& deed : deeds())
        if (deed.actor != "nginx")
            stage.check(deed);
    ::unlink(kInShared.c_str());
    CHECK(stage.actor("nginx").child().out().next(patience()) == std::string("0"));
    stage.check_alert({"Read sensitive file trusted after startup",
                       "nginx",
                       "",
                       {{"fd.name", "/etc/shadow"}, {"proc.name", "nginx"}}});
    for (const Deed& deed : deeds())
        if (deed.actor == "nginx")
            stage.check(deed);
}

TEST_CASE("a terminal in a container is a published rule's", "[published]") {
    if (published_rules().empty())
        return;
    Stage stage;
    stage.check({"Terminal shell in container",
                 "host",
                 "on-terminal runc --root " + stage.container().runtime_root() + " exec -t " +
                     stage.container().id() + " /bin/sh -c true",
                 {{"proc.name", "sh"}, {"container.id", "%"}}});
}

TEST_CASE("debugfs in a privileged container is a published rule's", "[published]") {
    if (published_rules().empty())
        return;
    auto podman = Podman::start();
    REQUIRE(podman);
    const Folder folder;
    const std::string config =
        folder.write("saker.yaml", asking("60000", "storage_folders", (*podman)->storage()));
    auto daemon = Daemon::start({"--json", "-c", config, "-r", published_rules(), "--scope",
                                 "pid:" + std::to_string(::getpid())});
    REQUIRE(daemon);
    const auto id = (*podman)->run("escape", {"--privileged", "--volume", "/:/host:ro"});
    REQUIRE(id);
    const Finished run = (*podman)->command(
        {"exec", *id, "/bin/busybox", "chroot", "/host", "/usr/sbin/debugfs", "-V"});
    INFO(run.err);
    REQUIRE(run.status == 0);
    const auto alert = daemon->alert("Debugfs Launched in Privileged Container", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    CHECK(field(*alert, "proc.exepath") == "/host/usr/sbin/debugfs");
    CHECK(field(*alert, "container.id") == id->substr(0, 12));
    CHECK(field(*alert, "container.image.repository") == "localhost/saker-test/busy");
}
