#include "tests/container/engines.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace saker::support {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Programs of engines take their time on a busy machine.
Milliseconds long_patience() {
    return patience() * 6;
}

Result<void> checked(const Finished& finished, const std::string& doing) {
    if (finished.status != 0)
        return Error{finished.err + finished.out}.within(doing);
    return {};
}

/// Bounded: something outside us makes the file.
bool wait_for_socket(const std::string& path, Child& maker) {
    const auto end = std::chrono::steady_clock::now() + long_patience();
    while (std::chrono::steady_clock::now() < end) {
        if (::access(path.c_str(), F_OK) == 0)
            return true;
        if (maker.wait(Milliseconds(20)))
            return false;  // it ended
    }
    return false;
}

Result<void> lay_root(const fs::path& root) {
    std::error_code failed;
    for (const char* name : {"bin", "etc", "proc", "dev", "sys", "tmp"})
        fs::create_directories(root / name, failed);
    fs::copy_file("/bin/busybox", root / "bin/busybox", failed);
    if (failed)
        return Error{failed.message()}.within("/bin/busybox");
    for (const char* name : {"sh", "cat", "sleep"})
        fs::create_symlink("busybox", root / "bin" / name, failed);
    std::ofstream(root / "etc/shadow") << "root:*:::::::\n";
    std::ofstream(root / "etc/passwd") << "root:x:0:0::/:/bin/sh\n";
    return {};
}

std::string trimmed(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

}  // namespace

std::vector<std::string> Podman::words_of(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"podman",
                                 "--root",
                                 storage(),
                                 "--runroot",
                                 run_folder(),
                                 "--tmpdir",
                                 folder_.path("tmp"),
                                 "--runtime",
                                 "runc",
                                 "--cgroup-manager",
                                 "cgroupfs",
                                 "--storage-driver",
                                 "vfs",
                                 "--events-backend",
                                 "none"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

Finished Podman::command(const std::vector<std::string>& words) const {
    return run_program(words_of(words), long_patience());
}

Result<void> Podman::make_image() {
    auto laid = lay_root(folder_.path("rootfs"));
    if (!laid)
        return laid.error();
    const std::string archive = folder_.path("rootfs.tar");
    auto packed = checked(
        run_program({"tar", "-C", folder_.path("rootfs"), "-cf", archive, "."}, patience()), "tar");
    if (!packed)
        return packed.error();
    return checked(command({"import", archive, kImage}), "podman import");
}

Result<std::unique_ptr<Podman>> Podman::start() {
    std::unique_ptr<Podman> podman(new Podman());
    auto made = podman->make_image();
    if (!made)
        return made.error();
    return podman;
}

Podman::~Podman() {
    if (service_)
        service_->signal(SIGCONT);
    command({"rm", "--all", "--force", "--time", "0"});
}

Result<std::string> Podman::run(const std::string& name, const std::vector<std::string>& options) {
    std::vector<std::string> words{"run",       "--detach",       "--name",   name,
                                   "--network", "none",           "--ulimit", "nofile=1024:4096",
                                   "--ulimit",  "nproc=1000:1000"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {kImage, "/bin/sleep", "600"});
    const Finished started = command(words);
    auto fine = checked(started, "podman run");
    if (!fine)
        return fine.error();
    return trimmed(started.out);
}

Finished Podman::read_shadow(const std::string& container) const {
    return command({"exec", container, "/bin/cat", "/etc/shadow"});
}

json Podman::inspect(const std::string& container) const {
    const json found =
        json::parse(command({"container", "inspect", container}).out, nullptr, false);
    return found.is_array() && !found.empty() ? found[0] : json();
}

Result<void> Podman::serve() {
    auto child = Child::start(words_of({"system", "service", "--time", "0", "unix://" + socket()}));
    if (!child)
        return child.error();
    service_.emplace(std::move(*child));
    if (!wait_for_socket(socket(), *service_))
        return Error{service_->err().rest(Milliseconds(500))}.within("podman system service");
    return {};
}

Result<std::string> Podman::save_image() const {
    const std::string file = folder_.path("image.tar");
    auto saved = checked(command({"save", "--format", "oci-archive", "--output", file, kImage}),
                         "podman save");
    if (!saved)
        return saved.error();
    return file;
}

Result<std::unique_ptr<ContainerdEngine>> ContainerdEngine::start(const std::string& image_file) {
    std::unique_ptr<ContainerdEngine> engine(new ContainerdEngine());
    const std::string socket = engine->folder_.path("sock");
    auto child = Child::start({"containerd", "--root", engine->root(), "--state", engine->state(),
                               "--address", socket, "--log-level", "error"});
    if (!child)
        return child.error();
    engine->server_.emplace(std::move(*child));
    if (!wait_for_socket(socket, *engine->server_))
        return Error{engine->server_->err().rest(Milliseconds(500))}.within("containerd");
    auto imported = checked(
        engine->command({"image", "import", "--snapshotter", "native", image_file}), "ctr import");
    if (!imported)
        return imported.error();
    return engine;
}

Finished ContainerdEngine::command(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"ctr", "--address", folder_.path("sock")};
    all.insert(all.end(), words.begin(), words.end());
    return run_program(all, long_patience());
}

Result<void> ContainerdEngine::run(const std::string& id, const std::vector<std::string>& options) {
    std::vector<std::string> words{"run", "--detach", "--snapshotter", "native"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {kImage, id, "/bin/sleep", "600"});
    auto started = checked(command(words), "ctr run");
    if (started)
        containers_.push_back(id);
    return started;
}

Finished ContainerdEngine::read_shadow(const std::string& container) const {
    return command({"task", "exec", "--exec-id", "reader", container, "/bin/cat", "/etc/shadow"});
}

ContainerdEngine::~ContainerdEngine() {
    for (const std::string& id : containers_) {
        command({"task", "rm", "--force", id});
        command({"container", "rm", id});
    }
}

std::string asking(const std::string& wait, const std::string& place, const std::string& value) {
    std::string text = "containers: {wait_milliseconds: " + wait;
    for (const char* name :
         {"docker_sockets", "podman_sockets", "containerd", "storage_folders", "runc_folders"})
        text += std::string(", ") + name + ": [" + (place == name ? value : "") + "]";
    return text + "}\n";
}

}  // namespace saker::support
