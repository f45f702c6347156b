#include "tests/container/container.h"

#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

namespace saker::support {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void write_text(const fs::path& where, const std::string& text) {
    std::ofstream(where) << text;
}

}  // namespace

std::string new_container_id() {
    std::random_device random;
    std::string id;
    while (id.size() < 64)
        id += "0123456789abcdef"[random() % 16];
    return id;
}

Result<void> Container::lay_bundle(const ContainerOptions& options) {
    const fs::path root = folder_.path("rootfs");
    std::error_code failed;
    for (const char* name : {"bin", "etc", "proc", "dev", "sys", "tmp", "var/log"})
        fs::create_directories(root / name, failed);
    fs::copy_file("/bin/busybox", root / "bin/busybox", failed);
    if (failed)
        return Error{failed.message()}.within("/bin/busybox");
    for (const char* name : {"sh", "cat", "true", "ls", "rm", "nc", "debugfs"})
        fs::create_symlink("busybox", root / "bin" / name, failed);
    fs::copy_file(acts_binary(), root / "bin/acts", failed);
    if (failed)
        return Error{failed.message()}.within(acts_binary());
    write_text(root / "etc/passwd", "root:x:0:0::/:/bin/sh\nkeeper:x:1234:1234::/:/bin/sh\n");
    write_text(root / "etc/group", "root:x:0:\nkeeper:x:1234:\n");
    write_text(root / "etc/shadow", "root:*:::::::\n");
    if (options.on_overlay) {
        Result<void> laid = lay_overlay();
        if (!laid)
            return laid;
    }
    return write_config(options);
}

/// The layers lie in memory: an overlay cannot lie on an overlay.
Result<void> Container::lay_overlay() {
    const std::string layers = folder_.path("layers");
    std::error_code failed;
    fs::create_directories(layers, failed);
    if (::mount("saker", layers.c_str(), "tmpfs", 0, nullptr) != 0)
        return Error{std::strerror(errno)}.within("tmpfs");
    root_ = "layers/merged";
    for (const char* layer : {"lower", "upper", "work", "merged"})
        fs::create_directories(layers + "/" + layer, failed);
    fs::copy(folder_.path("rootfs"), layers + "/lower",
             fs::copy_options::recursive | fs::copy_options::copy_symlinks, failed);
    const std::string options =
        "lowerdir=" + layers + "/lower,upperdir=" + layers + "/upper,workdir=" + layers + "/work";
    if (failed || ::mount("saker", folder_.path(root_).c_str(), "overlay", 0, options.c_str()) != 0)
        return Error{std::strerror(errno)}.within("overlay");
    return {};
}

Result<void> Container::write_config(const ContainerOptions& options) {
    const Finished spec = run_program({"runc", "spec", "--bundle", folder_.path()}, patience());
    if (spec.status != 0)
        return Error{spec.err}.within("runc spec");
    const std::string where = folder_.path("config.json");
    std::ifstream written(where);
    json config = json::parse(written, nullptr, false);
    if (config.is_discarded())
        return Error{"is no JSON"}.within(where);
    config["process"]["terminal"] = false;
    config["process"]["args"] = {"/bin/acts", "obey"};
    std::vector<std::string> capabilities = options.capabilities;
    capabilities.insert(capabilities.end(), {"CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE"});
    for (const char* set : {"bounding", "effective", "permitted"})
        for (const std::string& capability : capabilities)
            config["process"]["capabilities"][set].push_back(capability);
    config["root"] = {{"path", root_}, {"readonly", false}};
    if (!options.cgroup.empty())
        config["linux"]["cgroupsPath"] = options.cgroup;
    write_text(where, config.dump(2));
    return {};
}

Result<std::unique_ptr<Container>> Container::start(const std::string& id,
                                                    const ContainerOptions& options) {
    std::unique_ptr<Container> container(new Container(id));
    auto laid = container->lay_bundle(options);
    if (!laid)
        return laid.error();
    auto child = Child::start({"runc", "--root", container->folder_.path("runc"), "run", "--bundle",
                               container->folder_.path(), id});
    if (!child)
        return child.error();
    container->puppet_.emplace(std::move(*child));
    if (container->puppet_->act("exec true") != 0)
        return Error{container->puppet_->child().err().rest(Milliseconds(500))}.within("runc run");
    return container;
}

std::string Container::cgroup(const std::string& controller) const {
    const Finished state =
        run_program({"runc", "--root", folder_.path("runc"), "state", id_}, patience());
    const int pid = json::parse(state.out, nullptr, false).value("pid", 0);
    std::ifstream groups("/proc/" + std::to_string(pid) + "/cgroup");
    std::string line;
    std::string version_two;
    while (std::getline(groups, line)) {
        const size_t names = line.find(':') + 1;
        const size_t path = line.find(':', names) + 1;
        if (line.substr(names, path - 1 - names) == controller)
            return line.substr(path);
        if (line.starts_with("0::"))
            version_two = line.substr(path);
    }
    return version_two;
}

Container::~Container() {
    if (puppet_) {
        puppet_->child().close_input();
    }
    if (!puppet_ || !puppet_->child().wait(patience()))
        run_program({"runc", "--root", runtime_root(), "delete", "--force", id_}, patience());
    if (root_ != "rootfs") {
        ::umount2(folder_.path(root_).c_str(), MNT_DETACH);
        ::umount2(folder_.path("layers").c_str(), MNT_DETACH);
    }
}

}  // namespace saker::support
