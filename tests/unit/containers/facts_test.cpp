// What runtimes write, as far as it can be had without them: the live tests ask the real ones.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/containers/containerd.h"
#include "engine/containers/docker_api.h"
#include "engine/containers/image_name.h"
#include "engine/containers/json_walk.h"
#include "engine/containers/oci_spec.h"

using namespace saker;
using namespace saker::containers;

namespace {

constexpr std::string_view kDigits =
    "9fee9515f76f0306d2668b7f17c8ee4335642a5e27ebe05f8ec3bcd393b0fff5";

std::string lists(const ContainerFacts& facts) {
    ContainerFacts joined = facts;
    join_lists(joined);
    return joined.all_mounts + "|" + joined.all_labels + "|" + joined.all_pod_labels;
}

}  // namespace

TEST_CASE("an image's name is taken apart") {
    struct Case {
        std::string name, repository, tag, digest;
    };
    const Case cases[] = {
        {"busybox", "busybox", "latest", ""},
        {"busybox:1.36", "busybox", "1.36", ""},
        {"registry:5000/team/app", "registry:5000/team/app", "latest", ""},
        {"registry:5000/team/app:2", "registry:5000/team/app", "2", ""},
        {"a/b@sha256:12", "a/b", "", "sha256:12"},
        {"a/b:3@sha256:12", "a/b", "3", "sha256:12"},
        {std::string(kDigits), "", "", ""},
        {"sha256:" + std::string(kDigits), "", "", ""},
        {"", "", "", ""},
    };
    for (const Case& want : cases) {
        INFO(want.name);
        ContainerFacts facts;
        set_image(want.name, facts);
        CHECK(facts.image == want.name);
        CHECK(facts.image_repository == want.repository);
        CHECK(facts.image_tag == want.tag);
        CHECK(facts.image_digest == want.digest);
    }
    CHECK(short_image_id("sha256:" + std::string(kDigits)) == "9fee9515f76f");
}

TEST_CASE("an inspected container of Docker's") {
    ContainerFacts facts = facts_of_inspection(R"({
        "Name": "/web", "Image": "sha256:aa",
        "Config": {"Image": "nginx:1.25", "Labels": {"b": "2", "a": "1",
                   "io.kubernetes.pod.name": "web-0", "io.kubernetes.pod.namespace": "shop"},
                   "Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"]}},
        "HostConfig": {"Privileged": true, "PidMode": "host", "NetworkMode": "bridge", "IpcMode": ""},
        "Mounts": [{"Source": "/proc", "Destination": "/host/proc", "Mode": "ro", "RW": false,
                    "Propagation": "rslave"}],
        "NetworkSettings": {"IPAddress": "", "Networks": {"shop": {"IPAddress": "10.0.0.7"}}}})");
    add_image_inspection(R"({"RepoDigests": ["other@sha256:01", "nginx@sha256:02"]})", facts);
    CHECK(facts.is_known);
    CHECK(facts.name == "web");
    CHECK(facts.image_repository == "nginx");
    CHECK(facts.image_tag == "1.25");
    CHECK(facts.image_digest == "sha256:02");
    CHECK(facts.privileged == true);
    CHECK(facts.host_pid == true);
    CHECK(facts.host_network == false);
    CHECK_FALSE(facts.host_ipc);
    CHECK(facts.address == "10.0.0.7");
    CHECK(facts.healthcheck == "curl -f localhost");
    CHECK(facts.pod_name == "web-0");
    CHECK(facts.pod_namespace == "shop");
    CHECK(lists(facts) ==
          "/proc:/host/proc:ro:false:rslave|a:1, b:2, io.kubernetes.pod.name:web-0, "
          "io.kubernetes.pod.namespace:shop|");
}

TEST_CASE("a container that knows its image by id only gets the image's name") {
    ContainerFacts facts =
        facts_of_inspection(R"({"Config": {"Image": "sha256:)" + std::string(kDigits) + R"("}})");
    add_image_inspection(R"({"RepoTags": ["team/app:7"]})", facts);
    CHECK(facts.image_repository == "team/app");
    CHECK(facts.image_tag == "7");
}

TEST_CASE("answers that are not what they should be say nothing, and break nothing") {
    for (const char* text :
         {"", "null", "[]", "7", R"({"Name": 7, "Config": [], "Mounts": {"a": 1}})",
          R"({"Config": {"Image": {}, "Labels": ["x"], "Healthcheck": {"Test": "x"}}})",
          R"({"NetworkSettings": {"Networks": ["x", 1]}, "HostConfig": "x", "Mounts": "x"})"}) {
        INFO(text);
        ContainerFacts facts = facts_of_inspection(text);
        add_image_inspection(text, facts);
        add_spec(parse_json(text), facts);
        add_plugin_record(text, facts);
        CHECK(facts.image_repository.empty());
        CHECK(facts.labels.empty());
    }
}

TEST_CASE("a container of Kubernetes by containerd's annotations") {
    ContainerFacts facts;
    add_spec(parse_json(R"({
        "process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN", "CAP_CHOWN"]}},
        "linux": {"namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "mount"}],
                  "maskedPaths": ["/proc/kcore"]},
        "mounts": [{"source": "proc", "destination": "/proc", "type": "proc"},
                   {"source": "/var/run/docker.sock", "destination": "/sock",
                    "options": ["rbind", "rprivate", "ro"]}],
        "annotations": {"io.kubernetes.cri.container-name": "app",
            "io.kubernetes.cri.image-name": "registry.k8s.io/app:1",
            "io.kubernetes.cri.sandbox-id": "63060edc2d3a00",
            "io.kubernetes.cri.sandbox-name": "app-0",
            "io.kubernetes.cri.sandbox-namespace": "prod",
            "io.kubernetes.cri.sandbox-uid": "3e41dc6b-08a8-44db-bc2a-3724b18ab19a"}})"),
             facts);
    add_plugin_record("\n\x05types\x12{\"Metadata\":{\"SandboxID\":\"6\",\"ImageRef\":\"sha256:" +
                          std::string(kDigits) +
                          R"(","Config":{"linux":{"security_context":{"privileged":true}}}}})",
                      facts);
    add_plugin_record(
        R"(x{"Metadata":{"IP":"10.1.2.3","CNIResult":{"a":1},"Config":{"labels":{"app":"shop"}}}})",
        facts);
    CHECK(facts.name == "app");
    CHECK(facts.image_repository == "registry.k8s.io/app");
    CHECK(facts.image_id == "9fee9515f76f");
    CHECK(facts.pod_name == "app-0");
    CHECK(facts.pod_namespace == "prod");
    CHECK(facts.pod_uid == "3e41dc6b-08a8-44db-bc2a-3724b18ab19a");
    CHECK(facts.sandbox_id == "63060edc2d3a00");
    CHECK(facts.privileged == true);
    CHECK(facts.host_network == true);
    CHECK(facts.host_pid == false);
    CHECK(facts.address == "10.1.2.3");
    CHECK(facts.network_result == R"({"a":1})");
    CHECK(lists(facts) == "/var/run/docker.sock:/sock:rbind,rprivate,ro:false:rprivate||app:shop");
}

TEST_CASE("a container of Kubernetes by CRI-O's annotations") {
    ContainerFacts facts;
    add_spec(parse_json(R"({"annotations": {
        "io.kubernetes.container.name": "app", "io.kubernetes.cri-o.ImageName": "quay.io/app:2",
        "io.kubernetes.cri-o.SandboxID": "abc", "io.kubernetes.cri-o.KubeName": "app-1",
        "io.kubernetes.cri-o.Namespace": "prod", "io.kubernetes.cri-o.ContainerType": "sandbox",
        "io.kubernetes.cri-o.Labels": "{\"app\":\"shop\",\"io.kubernetes.pod.uid\":\"u-1\"}",
        "io.kubernetes.cri-o.IP.0": "10.9.8.7",
        "io.kubernetes.cri-o.PrivilegedRuntime": "true"}})"),
             facts);
    CHECK(facts.name == "app");
    CHECK(facts.image_repository == "quay.io/app");
    CHECK(facts.sandbox_id == "abc");
    CHECK(facts.pod_name == "app-1");
    CHECK(facts.pod_namespace == "prod");
    CHECK(facts.pod_uid == "u-1");
    CHECK(facts.address == "10.9.8.7");
    CHECK(facts.privileged == true);
    CHECK(facts.labels == facts.pod_labels);
    CHECK(facts.pod_labels.size() == 2);
}

TEST_CASE("privileged is who may do everything, and from whom nothing is hidden") {
    const auto judged = [](const std::string& capabilities, const std::string& masked) {
        ContainerFacts facts;
        add_spec(parse_json(R"({"process": {"capabilities": {"bounding": [)" + capabilities +
                            R"(]}}, "linux": {"maskedPaths": [)" + masked + "]}}"),
                 facts);
        return facts.privileged;
    };
    const std::string all = R"("CAP_SYS_ADMIN", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_KILL")";
    CHECK(judged(all, "") == true);
    CHECK(judged(all, R"("/proc/kcore")") == false);
    CHECK(judged(R"("CAP_SYS_ADMIN")", "") == false);
}
