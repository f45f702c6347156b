// What part of the host is watched, as a person says it.
#include "engine/source/scope.h"

#include <catch2/catch.hpp>

using namespace saker;

TEST_CASE("scopes as written") {
    const auto host = Scope::parse("host");
    REQUIRE(host);
    CHECK(host->kind == Scope::Kind::host);

    const auto tree = Scope::parse("pid:4711");
    REQUIRE(tree);
    CHECK(tree->kind == Scope::Kind::processes);
    CHECK(tree->pid == 4711);

    const auto group = Scope::parse("cgroup:/sys/fs/cgroup/memory/a b");
    REQUIRE(group);
    CHECK(group->kind == Scope::Kind::cgroup);
    CHECK(group->folder == "/sys/fs/cgroup/memory/a b");

    const auto relative = Scope::parse("cgroup:/system.slice/x.service");
    REQUIRE(relative);
    CHECK(relative->folder == CgroupHierarchy::of_runtimes().folder + "/system.slice/x.service");
}

TEST_CASE("what is no scope says what is") {
    const std::string text = GENERATE("", "hosts", "pid:", "pid:x", "pid:1x", "pid:0", "pid:-1",
                                      "cgroup:", "container:short", "container:000000000000");
    INFO(text);
    const auto scope = Scope::parse(text);
    REQUIRE_FALSE(scope);
    CHECK_FALSE(scope.error().message.empty());
    CHECK_FALSE(scope.error().hint.empty());
}

TEST_CASE("a folder that is no control group's has no hierarchy") {
    CHECK_FALSE(CgroupHierarchy::holding("/nowhere"));
    CHECK_FALSE(CgroupHierarchy::holding("/usr"));
    CHECK_FALSE(cgroup_id("/nowhere"));
}
