#include <csignal>
#include <fstream>

#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::testing;
using nlohmann::json;

namespace {

config::OutputSetting program_setting(const std::string& script) {
    config::OutputSetting setting = config::OutputSetting::of_type("program");
    setting.command = {"sh", "-c", script};
    setting.timeout.value = std::chrono::seconds(2);
    return setting;
}

std::vector<std::string> ids_in(const std::string& path) {
    std::vector<std::string> all;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (json::accept(line)) {  // its last line may still be being written
            all.push_back(json::parse(line)["id"]);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a program reads alerts as lines of JSON", "[program]") {
    const Folder folder;
    const auto delivery = deliver_to(program_setting("exec cat > " + folder.path("got")));
    offer(*delivery, 0, 500);
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 500);
    wait_until([&] { return ids_in(folder.path("got")).size() == 500; });
    CHECK(ids_in(folder.path("got")) == ids(0, 500));
}

TEST_CASE("a program that ends is started again, and nothing is lost", "[program]") {
    const Folder folder;
    // It takes one alert and ends.
    const auto delivery = deliver_to(
        program_setting("IFS= read -r line; printf '%s\\n' \"$line\" >> " + folder.path("got")));
    for (int i = 0; i < 3; ++i) {
        offer(*delivery, i, 1);
        wait_until([&] {
            return without_repetitions(ids_in(folder.path("got"))).size() ==
                   static_cast<size_t>(i + 1);
        });
    }
    CHECK(without_repetitions(ids_in(folder.path("got"))) == ids(0, 3));
}

TEST_CASE("a program that reads nothing is ended and started again", "[program]") {
    const Folder folder;
    config::OutputSetting setting =
        program_setting("echo $$ >> " + folder.path("starts") + "; exec sleep 1000");
    setting.timeout.value = std::chrono::milliseconds(100);
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 1);
    wait_until([&] { return delivery->counts().attempts_failed >= 2; });
    CHECK_THAT(delivery->take_error(), Catch::Contains("reads nothing"));
    delivery->finish(std::chrono::milliseconds(0));
    std::ifstream starts(folder.path("starts"));
    for (pid_t pid = 0; starts >> pid;) {
        CHECK(::kill(pid, 0) != 0);
    }
}

TEST_CASE("a program that is not there is said at once", "[program]") {
    outputs::OutputOptions options;
    options.setting = program_setting("");
    options.setting.command = {"/nowhere/program"};
    const auto opened = outputs::open_output(*outputs::find_output("program"), options);
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().text(), Catch::Contains("/nowhere/program"));
}
