// Real container engines for tests: Podman and containerd, each with folders of the test's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/live/scene.h"

namespace saker::support {

/// Podman with an image of its own, `localhost/saker-test/busy:1.5`: one static busybox and an
/// /etc/shadow. Every container it made is removed with it.
class Podman {
  public:
    static Result<std::unique_ptr<Podman>> start();
    ~Podman();
    Podman(const Podman&) = delete;
    Podman& operator=(const Podman&) = delete;

    /// Runs podman with these words.
    Finished command(const std::vector<std::string>& words) const;

    /// Starts a container that sleeps; returns its whole id.
    Result<std::string> run(const std::string& name, const std::vector<std::string>& options);

    /// A program inside a running container: cat /etc/shadow.
    Finished read_shadow(const std::string& container) const;

    /// What Podman itself says of it.
    nlohmann::json inspect(const std::string& container) const;

    /// Serves the REST interface until `Podman` ends.
    Result<void> serve();
    Child& service() { return *service_; }

    std::string socket() const { return folder_.path("podman.sock"); }
    std::string storage() const { return folder_.path("storage"); }
    std::string run_folder() const { return folder_.path("run"); }

    /// The image, as a file that other engines import.
    Result<std::string> save_image() const;

  private:
    Podman() = default;
    std::vector<std::string> words_of(const std::vector<std::string>& words) const;
    Result<void> make_image();

    Folder folder_;
    std::optional<Child> service_;
};

/// containerd, with the image of a Podman's.
class ContainerdEngine {
  public:
    static Result<std::unique_ptr<ContainerdEngine>> start(const std::string& image_file);
    ~ContainerdEngine();
    ContainerdEngine(const ContainerdEngine&) = delete;
    ContainerdEngine& operator=(const ContainerdEngine&) = delete;

    /// Runs ctr with these words.
    Finished command(const std::vector<std::string>& words) const;

    /// Starts a container that sleeps.
    Result<void> run(const std::string& id, const std::vector<std::string>& options);
    Finished read_shadow(const std::string& container) const;

    std::string root() const { return folder_.path("root"); }
    std::string state() const { return folder_.path("state"); }

  private:
    ContainerdEngine() = default;

    Folder folder_;
    std::optional<Child> server_;
    std::vector<std::string> containers_;
};

/// The settings of `containers`: these, and for all others that nobody is asked.
std::string asking(const std::string& wait, const std::string& place, const std::string& value);

inline constexpr const char* kImage = "localhost/saker-test/busy:1.5";

}  // namespace saker::support
