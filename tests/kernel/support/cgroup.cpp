#include "tests/kernel/support/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "engine/source/scope.h"
#include "tests/kernel/support/actor.h"

namespace saker::kernel_tests {

bool Cgroup::possible() {
    return !CgroupHierarchy::of_runtimes().folder.empty();
}

Cgroup::Cgroup(const Cgroup* above)
    : folder_(above ? above->folder_ : CgroupHierarchy::of_runtimes().folder),
      path_(above ? above->path_ : "") {
    const std::string name = "/saker-kernel-tests-" + std::to_string(::getpid());
    folder_ += name;
    path_ += name;
    INFO(folder_);
    REQUIRE(::mkdir(folder_.c_str(), 0755) == 0);
}

Cgroup::~Cgroup() {
    ::rmdir(folder_.c_str());
}

uint64_t Cgroup::id() const {
    const auto id = cgroup_id(folder_);
    REQUIRE(id);
    return *id;
}

void Cgroup::enter() const {
    const int members = ::open((folder_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    must(members >= 0 && ::write(members, "0", 1) == 1, "the control group");
    ::close(members);
}

}  // namespace saker::kernel_tests
