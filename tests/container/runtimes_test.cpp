// What rules see of a container is what its engine says of it.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/container/container.h"
#include "tests/container/engines.h"

using namespace saker::support;
using nlohmann::json;

namespace {

constexpr const char* kRules = R"(
- rule: of our image
  desc: shadow was read in a container of the test's image
  condition: >
    evt.type in (open, openat, openat2) and fd.name = /etc/shadow
    and container.image.repository = localhost/saker-test/busy
  output: >
    %container.full_id %container.name %container.type %container.image %container.image.tag
    %container.image.digest %container.image.id %container.privileged %container.label[team]
    %container.mounts %container.host_network %container.mount.dest[/tmp]
  priority: WARNING
- rule: of another image
  desc: shadow was read in a container of an image that should not be here
  condition: >
    evt.type in (open, openat, openat2) and fd.name = /etc/shadow and container.id != host
    and not container.image.repository = localhost/saker-test/busy
  output: "%proc.name"
  priority: WARNING
- rule: of any container
  desc: shadow was read in a container
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow and container.id != host
  output: "%proc.name"
  priority: NOTICE
)";

template <class T>
T must(saker::Result<T> made) {
    if (!made)
        FAIL(made.error().text());
    return *std::move(made);
}

/// A daemon that asks only the engine of the test.
struct EngineScene {
    explicit EngineScene(const std::string& containers)
        : config(folder.write("saker.yaml",
                              "append_output: [{suggested_output: false}]\n" + containers)),
          rules(folder.write("rules.yaml", kRules)),
          daemon(must(Daemon::start({"--json", "-c", config, "-r", rules, "--scope",
                                     "pid:" + std::to_string(::getpid())}))) {}

    Folder folder;
    std::string config;
    std::string rules;
    Daemon daemon;
};

std::string field(const json& alert, const std::string& name) {
    const json value = alert["output_fields"].value(name, json("(absent)"));
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void check_no_other_image(Daemon& daemon) {
    CHECK(daemon.stop() == 0);
    for (const json& other : daemon.others()) {
        INFO(other.dump());
        CHECK(other["rule"] != "of another image");
    }
}

}  // namespace

TEST_CASE("Podman's containers, by its service or by its storage alone", "[runtimes]") {
    const bool by_service = GENERATE(true, false);
    const bool privileged = GENERATE(true, false);
    INFO("by service " << by_service << ", privileged " << privileged);
    auto podman = must(Podman::start());
    if (by_service)
        REQUIRE(podman->serve());
    EngineScene scene(by_service ? asking("60000", "podman_sockets", podman->socket())
                                 : asking("60000", "storage_folders", podman->storage()));
    std::vector<std::string> options{"--label", "team=blue", "--volume", "/tmp:/of-the-host:ro"};
    if (privileged)
        options.push_back("--privileged");
    const std::string id = must(podman->run("web", options));
    const Finished read = podman->read_shadow(id);
    INFO(read.err);
    REQUIRE(read.status == 0);
    const auto alert = scene.daemon.alert("of our image", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    const json said = podman->inspect(id);
    INFO(said.dump());
    CHECK(field(*alert, "container.full_id") == id);
    CHECK(field(*alert, "container.name") == said.value("Name", ""));
    CHECK(field(*alert, "container.type") == "podman");
    CHECK(field(*alert, "container.image") == said.value("ImageName", ""));
    CHECK(field(*alert, "container.image.tag") == "1.5");
    CHECK(field(*alert, "container.image.digest") == said.value("ImageDigest", ""));
    CHECK(field(*alert, "container.image.id") == said.value("Image", "").substr(0, 12));
    CHECK(field(*alert, "container.privileged") == (privileged ? "true" : "false"));
    CHECK(field(*alert, "container.mount.dest[/tmp]") == "/of-the-host");
    CHECK(field(*alert, "container.host_network") == "false");
    if (by_service)  // the storage keeps no labels
        CHECK(field(*alert, "container.label[team]") == "blue");
    check_no_other_image(scene.daemon);
}

TEST_CASE("a container that is younger than what is known of it is judged when that comes",
          "[runtimes]") {
    auto podman = must(Podman::start());
    const std::string id = must(podman->run("web", {}));
    REQUIRE(podman->serve());
    podman->service().signal(SIGSTOP);  // it takes questions, and does not answer them
    EngineScene scene(asking("60000", "podman_sockets", podman->socket()));
    REQUIRE(podman->read_shadow(id).status == 0);
    REQUIRE(scene.daemon.alert("of any container", patience()));
    CHECK_FALSE(scene.daemon.alert("of our image", Milliseconds(0)));
    CHECK_FALSE(scene.daemon.alert("of another image", Milliseconds(0)));
    podman->service().signal(SIGCONT);
    const auto alert = scene.daemon.alert("of our image", patience() * 3);
    REQUIRE(alert);
    CHECK(field(*alert, "container.name") == "web");
    CHECK_FALSE(alert->contains("gave_up_container"));
    check_no_other_image(scene.daemon);
}

TEST_CASE("an engine that never answers: the event is judged without it, and the alert says so",
          "[runtimes]") {
    auto podman = must(Podman::start());
    const std::string id = must(podman->run("web", {}));
    REQUIRE(podman->serve());
    podman->service().signal(SIGSTOP);
    EngineScene scene(asking("200", "podman_sockets", podman->socket()));
    REQUIRE(podman->read_shadow(id).status == 0);
    const auto alert = scene.daemon.alert("of another image", patience());
    REQUIRE(alert);
    CHECK(alert->value("gave_up_container", false));
    CHECK(scene.daemon.stop() == 0);
    CHECK_THAT(scene.daemon.last_words(), Catch::Contains("\"gave_up\":1"));
}

TEST_CASE("containerd's containers, by what it keeps on disk", "[runtimes]") {
    const bool privileged = GENERATE(true, false);
    INFO("privileged " << privileged);
    auto podman = must(Podman::start());
    auto engine = must(ContainerdEngine::start(must(podman->save_image())));
    EngineScene scene(asking("60000", "containerd",
                             "{root: " + engine->root() + ", state: " + engine->state() + "}"));
    const std::string id =
        privileged ? new_container_id() : "saker-test-" + std::to_string(::getpid());
    std::vector<std::string> options{"--label", "team=blue", "--mount",
                                     "type=bind,src=/tmp,dst=/of-the-host,options=rbind:ro"};
    if (privileged)
        options.push_back("--privileged");
    const auto started = engine->run(id, options);
    if (!started)
        FAIL(started.error().text());
    const Finished read = engine->read_shadow(id);
    INFO(read.err);
    REQUIRE(read.status == 0);
    const auto alert = scene.daemon.alert("of our image", patience());
    REQUIRE(alert);
    INFO(alert->dump());
    const json said = json::parse(engine->command({"container", "info", id}).out, nullptr, false);
    const std::string images = engine->command({"image", "list"}).out;
    INFO(said.dump() << images);
    CHECK(field(*alert, "container.full_id") == id);
    CHECK(field(*alert, "container.name") == said.value("ID", ""));
    CHECK(field(*alert, "container.type") == "containerd");
    CHECK(field(*alert, "container.image") == said.value("Image", ""));
    CHECK(field(*alert, "container.image.tag") == "1.5");
    CHECK_THAT(images, Catch::Contains(field(*alert, "container.image.digest")));
    const Finished image = podman->command({"image", "inspect", kImage, "--format", "{{.Id}}"});
    CHECK(field(*alert, "container.image.id") == image.out.substr(0, 12));
    CHECK(field(*alert, "container.privileged") == (privileged ? "true" : "false"));
    CHECK(field(*alert, "container.label[team]") == said["Labels"].value("team", ""));
    CHECK(field(*alert, "container.mount.dest[/tmp]") == "/of-the-host");
    check_no_other_image(scene.daemon);
}

TEST_CASE("a recording holds what runtimes said, and replays to the same alerts", "[runtimes]") {
    auto podman = must(Podman::start());
    EngineScene scene(asking("60000", "storage_folders", podman->storage()));
    const std::string file = scene.folder.path("recording");
    auto recorder =
        must(Child::start({saker_binary(), "record", "-o", file, "-c", scene.config, "-r",
                           scene.rules, "--scope", "pid:" + std::to_string(::getpid())}));
    while (auto line = recorder.err().next(patience())) {
        if (*line == "saker: ready")
            break;
    }
    const std::string id = must(podman->run("web", {}));
    REQUIRE(podman->read_shadow(id).status == 0);
    const auto live = scene.daemon.alert("of our image", patience());
    REQUIRE(live);
    recorder.signal(SIGTERM);
    REQUIRE(recorder.wait(patience()) == 0);
    podman.reset();  // nobody can be asked any more
    const Finished replayed = run_program(
        {saker_binary(), "replay", file, "-c", scene.config, "-r", scene.rules, "--json"},
        patience());
    CHECK_THAT(replayed.out, Catch::Contains("\"of our image\""));
    // Each daemon saw an event of its own, at a time of its own.
    const std::string said = live->value("output", "");
    CHECK_THAT(replayed.out, Catch::Contains(said.substr(said.find(": "))));
    CHECK_THAT(replayed.out, !Catch::Contains("of another image"));
}
