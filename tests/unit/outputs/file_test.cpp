#include "outputs/file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/outputs/sample.h"

using namespace saker;
using namespace saker::outputs;
using saker::support::Folder;
using saker::testing::alert_of;
using saker::testing::text_of;

namespace {

std::unique_ptr<Output> open_file(const config::OutputSetting& setting) {
    OutputOptions options;
    options.setting = setting;
    auto opened = File::open(options);
    REQUIRE(opened);
    return std::move(*opened);
}

config::OutputSetting file_setting(const std::string& path) {
    config::OutputSetting setting = config::OutputSetting::of_type("file");
    setting.path = path;
    return setting;
}

Alert large_alert(const std::string& id) {
    Alert alert = alert_of(id);
    alert.message += std::string(600 * 1024, 'x');
    return alert;
}

bool exists(const std::string& path) {
    return std::filesystem::exists(path);
}

}  // namespace

TEST_CASE("a file that grew too large is put aside, and so many are kept") {
    const Folder folder;
    const std::string path = folder.path("alerts");
    config::OutputSetting setting = file_setting(path);
    setting.rotate_size.number = 1 << 20;
    setting.rotate_keep = 2;
    const auto file = open_file(setting);
    for (int i = 0; i < 8; ++i) {
        REQUIRE(file->deliver(large_alert(std::to_string(i))));
    }
    // Two alerts pass a megabyte, the third goes to a new file.
    CHECK_THAT(text_of(path), Catch::Contains("happened: 6") && Catch::Contains("happened: 7"));
    CHECK_THAT(text_of(path + ".1"), Catch::Contains("happened: 4"));
    CHECK_THAT(text_of(path + ".2"), Catch::Contains("happened: 3"));
    CHECK_FALSE(exists(path + ".3"));
}

TEST_CASE("a file is due when it is too large or too old, and never when it is empty") {
    config::OutputSetting setting = file_setting("alerts");
    CHECK_FALSE(rotation_is_due(setting, UINT64_MAX, UINT64_MAX));
    setting.rotate_age.value = std::chrono::hours(2);
    CHECK_FALSE(rotation_is_due(setting, 1, 7199));
    CHECK(rotation_is_due(setting, 1, 7200));
    CHECK_FALSE(rotation_is_due(setting, 0, 7200));
    setting.rotate_size.number = 3 << 20;
    CHECK_FALSE(rotation_is_due(setting, (3 << 20) - 1, 0));
    CHECK(rotation_is_due(setting, 3 << 20, 0));
}

TEST_CASE("what a run that was killed left of a line does not spoil the next alert") {
    const Folder folder;
    const std::string path = folder.path("alerts");
    std::ofstream(path) << "a line\nthe beginning of";
    REQUIRE(open_file(file_setting(path))->deliver(alert_of("1")));
    CHECK_THAT(text_of(path), Catch::StartsWith("a line\nthe beginning of\n"));
    const std::string before = text_of(path);
    REQUIRE(open_file(file_setting(path))->deliver(alert_of("2")));
    CHECK(text_of(path).substr(before.size()).front() != '\n');
}

TEST_CASE("a file that was moved away is made anew when told so, and not before") {
    const Folder folder;
    const std::string path = folder.path("alerts");
    const auto file = open_file(file_setting(path));
    REQUIRE(file->deliver(alert_of("1")));
    std::filesystem::rename(path, folder.path("moved"));
    REQUIRE(file->deliver(alert_of("2")));
    file->reopen();
    REQUIRE(file->deliver(alert_of("3")));
    CHECK_THAT(text_of(folder.path("moved")), Catch::Contains(": 1") && Catch::Contains(": 2"));
    CHECK_THAT(text_of(path), Catch::Contains(": 3") && !Catch::Contains(": 2"));
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0640);
}

TEST_CASE("alerts go on into the old file when no new one can be made, and it is said") {
    const Folder folder;
    const std::string path = folder.path("alerts");
    const auto file = open_file(file_setting(path));
    std::filesystem::rename(path, folder.path("moved"));
    std::filesystem::create_directory(path);
    file->reopen();
    REQUIRE(file->deliver(alert_of("1")));
    CHECK_THAT(text_of(folder.path("moved")), Catch::Contains(": 1"));
    CHECK_THAT(file->take_error(), Catch::Contains("directory"));
}
