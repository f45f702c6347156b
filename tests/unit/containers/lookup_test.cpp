// The thread that asks, with runtimes that answer as the test says.
#include "engine/containers/lookup.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>

#include "engine/containers/bolt.h"
#include "engine/event/event.h"

using namespace saker;
using namespace saker::containers;
using namespace std::chrono_literals;

namespace {

using Found = Result<std::optional<ContainerFacts>>;

class ScriptedRuntime final : public Runtime {
  public:
    ScriptedRuntime(std::string type, std::function<Found()> answer)
        : type_(std::move(type)), answer_(std::move(answer)) {}

    std::string name() const override { return "scripted " + type_; }
    bool may_know(std::string_view type) const override { return type.empty() || type == type_; }
    bool is_here() const override { return true; }
    Found find(const std::string&) override { return answer_(); }

  private:
    std::string type_;
    std::function<Found()> answer_;
};

std::vector<std::unique_ptr<Runtime>> one(std::string type, std::function<Found()> answer) {
    std::vector<std::unique_ptr<Runtime>> runtimes;
    runtimes.push_back(std::make_unique<ScriptedRuntime>(std::move(type), std::move(answer)));
    return runtimes;
}

ContainerFacts named(const std::string& name) {
    ContainerFacts facts;
    facts.is_known = true;
    facts.name = name;
    return facts;
}

/// Keeps what answers say.
struct Answers {
    void take(std::span<const std::byte> record) {
        const auto event = Event::parse(record);
        REQUIRE(event);
        const auto* answer = event->as<container_facts_event>();
        REQUIRE(answer);
        ids.emplace_back(event->text(answer->container));
        facts.push_back(container_facts_of(event->text(answer->facts)));
    }

    bool wait(Lookup& lookup, size_t count) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (ids.size() < count && std::chrono::steady_clock::now() < end) {
            lookup.hand_over(*this);
            std::this_thread::yield();
        }
        return ids.size() >= count;
    }

    std::vector<std::string> ids;
    std::vector<ContainerFacts> facts;
};

Container container(std::string id, std::string_view type = "podman") {
    return {id.substr(0, 12), id, type, false, false};
}

}  // namespace

TEST_CASE("a container that its runtime does not know yet is asked for again") {
    int asked = 0;
    Lookup lookup(one("podman",
                      [&asked]() -> Found {
                          return ++asked < 3 ? std::optional<ContainerFacts>()
                                             : std::optional(named("web"));
                      }),
                  60s);
    REQUIRE(lookup.ask(container("abc")));
    Answers answers;
    REQUIRE(answers.wait(lookup, 1));
    CHECK(answers.ids[0] == "abc");
    CHECK(answers.facts[0].name == "web");
}

TEST_CASE("nobody knows it: that is an answer too, after the patience and not before") {
    Lookup lookup(one("podman", [] { return Found(std::optional<ContainerFacts>()); }), 50ms);
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(lookup.ask(container("abc")));
    Answers answers;
    REQUIRE(answers.wait(lookup, 1));
    CHECK(std::chrono::steady_clock::now() - before >= 50ms);
    CHECK_FALSE(answers.facts[0].is_known);
    CHECK(lookup.counts().unknown == 1);
}

TEST_CASE("where no runtime could know it the answer comes at once") {
    Lookup lookup(one("podman", [] { return Found(std::optional(named("never asked"))); }), 60s);
    REQUIRE(lookup.ask(container("abc", "docker")));
    REQUIRE(lookup.ask(container("../../etc/passwd", "podman")));
    Answers answers;
    REQUIRE(answers.wait(lookup, 2));
    CHECK_FALSE(answers.facts[0].is_known);
    CHECK_FALSE(answers.facts[1].is_known);
}

TEST_CASE("a runtime that cannot be asked is left alone for a while, and told of once") {
    int asked = 0;
    Lookup lookup(one("podman",
                      [&asked]() -> Found {
                          ++asked;
                          return Error{"no answer"};
                      }),
                  100ms);
    REQUIRE(lookup.ask(container("abc")));
    REQUIRE(lookup.ask(container("def")));
    Answers answers;
    REQUIRE(answers.wait(lookup, 2));
    CHECK(asked == 1);
    CHECK(lookup.counts().failures == 1);
    CHECK(lookup.take_errors() == std::vector<std::string>{"scripted podman: no answer"});
}

TEST_CASE("questions are bounded: what is too much is refused, and said") {
    std::atomic<bool> may_go = false;
    Lookup lookup(one("podman",
                      [&may_go]() -> Found {
                          while (!may_go)
                              std::this_thread::yield();
                          return std::optional(named("late"));
                      }),
                  1ms);
    size_t taken = 0;
    while (taken < 100'000 && lookup.ask(container("c" + std::to_string(taken))))
        ++taken;
    CHECK(taken < 100'000);
    may_go = true;
}

TEST_CASE("ids that could lead elsewhere are not safe") {
    for (const char* id : {"", ".", "..", ".hidden", "a/b", "../x", "a b", "a?x", "a%2f", "a\n"})
        CHECK_FALSE(is_safe_id(id));
    for (const char* id : {"abc", "a-b_c.d", "3ad7b26ded6d", "Web1"})
        CHECK(is_safe_id(id));
    CHECK_FALSE(is_safe_id(std::string(1000, 'a')));
}

TEST_CASE("what is no database is refused") {
    const std::string path = "/tmp/saker-bolt-" + std::to_string(::getpid());
    for (const std::string& text :
         {std::string(), std::string(100, 'x'), std::string(20000, '\0')}) {
        std::ofstream(path, std::ios::trunc) << text;
        CHECK_FALSE(BoltFile::open(path));
    }
    std::remove(path.c_str());
    CHECK_FALSE(BoltFile::open(path));
}
