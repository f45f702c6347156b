#include "engine/state/container_table.h"

#include <catch2/catch.hpp>

#include "engine/state/state.h"
#include "tests/support/record_builder.h"

namespace saker {
namespace {

using test::Record;
using Standing = ContainerTable::Standing;

constexpr uint64_t kSecond = 1'000'000'000;

struct CountingAsker final : ContainerAsker {
    bool ask(const Container& container) override {
        asked.push_back(container.full_id);
        return accepts;
    }
    std::vector<std::string> asked;
    bool accepts = true;
};

Container container(const std::string& id) {
    return {id.substr(0, 12), id, "podman", false, false};
}

ContainerFacts known(const std::string& name) {
    ContainerFacts facts;
    facts.is_known = true;
    facts.name = name;
    return facts;
}

}  // namespace

TEST_CASE("facts survive being written as a record's text") {
    ContainerFacts facts = known("web");
    facts.image = "a/b:1";
    facts.privileged = false;
    facts.mounts = {{"/a", "/b", "ro", "false", "rprivate"}, {"/c", "/d", "", "true", ""}};
    facts.labels = {{"key", "value=with=signs"}, {"empty", ""}};
    facts.pod_labels = {{"app", "shop"}};
    bool was_cut = false;
    const ContainerFacts read = container_facts_of(text_of(facts, 4096, was_cut));
    CHECK_FALSE(was_cut);
    CHECK(read.is_known);
    CHECK(read.name == "web");
    CHECK(read.image == "a/b:1");
    CHECK(read.privileged == false);
    CHECK_FALSE(read.host_pid);
    CHECK(read.all_mounts == "/a:/b:ro:false:rprivate /c:/d::true:");
    CHECK(read.labels == facts.labels);
    CHECK(read.all_pod_labels == "app:shop");
}

TEST_CASE("facts too long for a record lose whole entries, and say so") {
    ContainerFacts facts = known("web");
    facts.labels = {{"long", std::string(5000, 'x')}, {"short", "y"}};
    bool was_cut = false;
    const ContainerFacts read = container_facts_of(text_of(facts, 1000, was_cut));
    CHECK(was_cut);
    CHECK(read.name == "web");
    CHECK(read.all_labels == "short:y");
}

TEST_CASE("a value cannot smuggle in an entry of its own") {
    ContainerFacts facts = known(std::string("a\0privileged\0true", 17));
    facts.labels = {{std::string("k\0name\0b", 8), "v"}};
    bool was_cut = false;
    const ContainerFacts read = container_facts_of(text_of(facts, 4096, was_cut));
    CHECK(read.name == "a");
    CHECK_FALSE(read.privileged);
}

TEST_CASE("any bytes are read as facts without harm") {
    for (const std::string_view text :
         {std::string_view("name"), std::string_view("mount.mode\0x", 12),
          std::string_view("label\0\0label\0=\0", 15), std::string_view("\0\0\0\0", 4)}) {
        container_facts_of(text);
    }
    CHECK(container_facts_of(std::string_view("mount.mode\0x", 12)).mounts.size() == 1);
}

TEST_CASE("a container is asked about once, and again only when nobody knew it") {
    CountingAsker asker;
    ContainerTable table(&asker, false);
    CHECK(table.of(container("abc"), kSecond).standing == Standing::asked);
    CHECK(table.of(container("abc"), 2 * kSecond).standing == Standing::asked);
    CHECK(asker.asked.size() == 1);
    table.learn("abc", {}, 3 * kSecond);
    CHECK(table.of(container("abc"), 4 * kSecond).standing == Standing::nobody_knows);
    CHECK(asker.asked.size() == 1);
    CHECK(table.of(container("abc"), 60 * kSecond).standing == Standing::nobody_knows);
    CHECK(asker.asked.size() == 2);
    table.learn("abc", known("late"), 61 * kSecond);
    CHECK(table.of(container("abc"), 62 * kSecond).facts.name == "late");
}

TEST_CASE("nobody waits for an answer that cannot come") {
    ContainerTable nobody(nullptr, false);
    CHECK(nobody.of(container("abc"), kSecond).standing == Standing::nobody_knows);
    ContainerTable replay(nullptr, true);
    CHECK(replay.of(container("abc"), kSecond).standing == Standing::asked);
    CountingAsker full;
    full.accepts = false;
    ContainerTable refused(&full, false);
    CHECK(refused.of(container("abc"), kSecond).standing == Standing::nobody_knows);
    CHECK(refused.counts().refused == 1);
}

TEST_CASE("the table of containers is bounded") {
    ContainerTable table(nullptr, false);
    for (uint64_t number = 0; number < 20'000; ++number)
        table.of(container("c" + std::to_string(number)), number + 1);
    CHECK(table.counts().forgotten >= 8'000);
    table.learn("c19999", known("kept"), 20'000);
    CHECK(table.of(container("c19999"), 20'001).facts.name == "kept");
}

TEST_CASE("a program that is held stays, however little room there is") {
    ProcessTable table(4096);
    const auto exec = [&table](uint32_t pid, uint64_t time) -> const Process& {
        Record record("execve");
        record.by(pid, 10 + pid, 1, "program").at(time).text("trusted_exepath", "/bin/program");
        return table.observe(record.event());
    };
    const Process& held = exec(1, 1000);
    table.hold(held);
    for (uint32_t pid = 2; pid < 500; ++pid)
        exec(pid, 1000 + pid);
    CHECK(table.counts().evicted > 0);
    REQUIRE(table.running(1) == &held);
    CHECK(held.program->path == "/bin/program");
    table.let_go(held);
    for (uint32_t pid = 500; pid < 1000; ++pid)
        exec(pid, 1000 + pid);
    CHECK(table.running(1) == nullptr);
}

}  // namespace saker
