#include <catch2/catch.hpp>

#include "engine/state/cgroup_pattern.h"
#include "engine/state/cgroup_table.h"

namespace saker {
namespace {

#define ID "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
#define OTHER "63060edc2d3aa803ab559f2393776b151f99fc5b05035b21db66b3b62246ad6a"
#define POD "3e41dc6b-08a8-44db-bc2a-3724b18ab19a"
#define UNDERSCORED "3e41dc6b_08a8_44db_bc2a_3724b18ab19a"

struct Case {
    std::string_view path;
    std::string_view id;  // empty: no container
    std::string_view type;
};

TEST_CASE("control group paths of the runtimes") {
    static constexpr Case kCases[] = {
        {"/docker/" ID, ID, "docker"},
        {"/system.slice/docker-" ID ".scope", ID, "docker"},
        {"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope", ID,
         "docker"},
        {"/docker/" ID "/init.scope", ID, "docker"},
        {"/docker/" ID "/system.slice/sshd.service", ID, "docker"},
        {"/machine.slice/libpod-" ID ".scope", ID, "podman"},
        {"/machine.slice/libpod-" ID ".scope/container", ID, "podman"},
        {"/machine.slice/libpod-payload-" ID, ID, "podman"},
        {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", ID,
         "podman"},
        {"/libpod_parent/libpod-" ID, ID, "podman"},
        {"/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope/container", ID,
         "podman"},
        {"/machine.slice/machine-libpod_pod_" OTHER ".slice", "", ""},
        {"/libpod_parent/" OTHER "/libpod-" ID, ID, "podman"},
        {"/libpod_parent/" ID, ID, "podman"},
        {"/machine.slice/libpod-conmon-" ID ".scope", "", ""},
        {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UNDERSCORED
         ".slice/cri-containerd-" ID ".scope",
         ID, "containerd"},
        {"/kubepods.slice/kubepods-pod" UNDERSCORED ".slice/crio-" ID ".scope", ID, "cri-o"},
        {"/kubepods.slice/kubepods-pod" UNDERSCORED ".slice/crio-" ID ".scope/container", ID,
         "cri-o"},
        {"/kubepods.slice/kubepods-pod" UNDERSCORED ".slice/crio-conmon-" ID ".scope", "", ""},
        {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UNDERSCORED
         ".slice/docker-" ID ".scope",
         ID, "docker"},
        {"/kubepods/besteffort/pod" POD "/" ID, ID, ""},
        {"/kubepods/burstable/pod" POD "/crio-" ID, ID, "cri-o"},
        {"/kubepods/pod" POD, "", ""},
        {"/kubelet/kubepods/pod" POD "/" POD, POD, ""},
        {"/kubepods-burstable-pod" UNDERSCORED ".slice:cri-containerd:" ID, ID, "containerd"},
        {"/system.slice/containerd.service/kubepods-pod" UNDERSCORED ".slice:crio:" ID, ID,
         "cri-o"},
        {"/kubepods/burstable/pod" POD "/" ID "/nested", ID, ""},
        {"/k8s.io/kubepods/besteffort/pod" POD "/" ID, ID, ""},
        {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UNDERSCORED
         ".slice/crio-" ID ".scope",
         ID, "cri-o"},
        {"/default/" ID, ID, "containerd"},
        {"/k8s.io/" ID, ID, "containerd"},
        {"/system.slice/nerdctl-" ID ".scope", ID, "containerd"},
        {"/lxc/web", "web", "lxc"},
        {"/lxc/web/system.slice/cron.service", "web", "lxc"},
        {"/lxc.payload.web", "web", "lxc"},
        {"/lxc.payload/web/init.scope", "web", "lxc"},
        {"/lxc.monitor.web", "", ""},
        {"/machine.slice/machine-web.scope", "web", "systemd-nspawn"},
        {"/machine.slice/systemd-nspawn@web.service/payload", "web", "systemd-nspawn"},
        {"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "", ""},
        {"/machine.slice/machine-lxc\\x2d42\\x2dweb.scope", "42\\x2dweb", "libvirt-lxc"},
        {"/docker/" OTHER "/kubelet.slice/kubepods.slice/kubepods-pod" UNDERSCORED
         ".slice/cri-containerd-" ID ".scope",
         ID, "containerd"},
        {"/garden/" ID, ID, "garden"},
        {"/", "", ""},
        {"", "", ""},
        {"/user.slice/user-0.slice/session-1.scope", "", ""},
        {"/system.slice/docker.service", "", ""},
        {"/system.slice/docker-.scope", "", ""},
        {"/system.slice/docker-3ad7b26ded6d.scope", "", ""},
        {"/system.slice/docker-" ID "0.scope", "", ""},
        {"/docker/3AD7B26DED6D8E7B23DA7D48FE889434573036C27AE5A74837233DE441C3601E", "", ""},
        {"/kubepods.slice", "", ""},
        {"//docker//" ID "//", ID, "docker"},
    };
    for (const Case& fixture : kCases) {
        INFO(fixture.path);
        const auto found = container_of_cgroup(fixture.path);
        CHECK(found.has_value() == !fixture.id.empty());
        if (found) {
            CHECK(found->id == fixture.id);
            CHECK(found->type == fixture.type);
        }
    }
}

Host host() {
    Host host;
    host.pid_namespace = 10;
    host.mount_namespace = 20;
    return host;
}

event_header header(uint64_t cgroup, uint32_t pid_namespace, uint32_t mount_namespace) {
    event_header header{};
    header.cgroup = cgroup;
    header.pid_namespace = pid_namespace;
    header.mount_namespace = mount_namespace;
    return header;
}

TEST_CASE("the container an event happened in") {
    const Host here = host();
    CgroupTable table(here);
    table.learn(1, "/docker/" ID);
    table.learn(2, "/user.slice/a-name-longer-than-twelve");
    table.learn(3, "/");

    SECTION("a pattern needs no namespaces") {
        const Container& container = table.container(header(1, 10, 20));
        CHECK(container.id == "3ad7b26ded6d");
        CHECK(container.full_id == ID);
        CHECK(container.type == "docker");
        CHECK_FALSE(container.is_host);
    }
    SECTION("a plain path is a container in namespaces of its own") {
        const Container& container = table.container(header(2, 11, 21));
        CHECK(container.id == "a-name-longe");
        CHECK(container.full_id == "a-name-longer-than-twelve");
        CHECK(table.container(header(2, 10, 21)).id == "host");
        CHECK(table.container(header(2, 11, 20)).id == "host");
        CHECK(table.container(header(2, 10, 20)).is_host);
    }
    SECTION("the root is no name") {
        CHECK(table.container(header(3, 11, 21)).id == "host");
    }
    SECTION("an unknown group is not taken for the host's when the task is not the host's") {
        CHECK(table.container(header(9, 10, 20)).id == "host");
        CHECK(table.container(header(9, 11, 21)).id == "<NA>");
        CHECK(table.counts().unknown == 2);
    }
    SECTION("a later path replaces the first") {
        CHECK(table.container(header(1, 10, 20)).id == "3ad7b26ded6d");
        table.learn(1, "/system.slice/ssh.service");
        CHECK(table.container(header(1, 10, 20)).id == "host");
    }
    SECTION("paths") {
        CHECK(table.path(2) == "/user.slice/a-name-longer-than-twelve");
        CHECK(table.path(9).empty());
    }
}

TEST_CASE("the table of control groups is bounded") {
    const Host here = host();
    CgroupTable table(here);
    for (uint64_t id = 1; id < 200'000; ++id) {
        table.learn(id, "/a/" + std::to_string(id));
    }
    CHECK(table.counts().known <= 65536);
    CHECK(table.counts().forgotten > 0);
    CHECK(table.path(199'999) == "/a/199999");
}

}  // namespace
}  // namespace saker
