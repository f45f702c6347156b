// Programs that start, or cannot.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "engine/state/process_table.h"
#include "tests/kernel/support/capture.h"
#include "tests/kernel/support/folder.h"
#include "tests/kernel/support/program.h"
#include "tests/kernel/support/raw_calls.h"
#include "tests/kernel/support/shared.h"
#include "tests/kernel/support/watch.h"

using namespace saker;
using namespace saker::kernel_tests;

namespace {

using Words = std::vector<std::string>;

std::vector<char*> pointers(Words& words) {
    std::vector<char*> made;
    for (std::string& word : words) {
        made.push_back(word.data());
    }
    made.push_back(nullptr);
    return made;
}

/// Comes back only when it failed, with the negative errno.
long execute(const std::string& path, Words words, Words environment = {}) {
    return raw(SYS_execve, path.c_str(), pointers(words).data(), pointers(environment).data());
}

std::string program_in(const Folder& folder, const std::string& name = "program") {
    install(exiting_program(), folder.path(name));
    return folder.path(name);
}

int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

int64_t login_user() {
    std::ifstream file("/proc/self/loginuid");
    int64_t user = 4294967295;
    file >> user;
    return user;
}

}  // namespace

TEST_CASE("a program that starts", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        execute(program, {"forged name", "one", "", "three 3"}, {"SECRET=1"});
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.number("res") == 0);
    CHECK(started.text("exe") == "forged name");
    CHECK(started.strings("args") == Words{"one", "", "three 3"});
    CHECK(started.text("filename") == program);
    CHECK(started.text("trusted_exepath") == program);
    CHECK(started.text("interpreter").empty());
    CHECK(started.text("cwd") == folder.path());
    CHECK(started.event().comm() == "program");
    CHECK(started.header().lane == LANE_critical);
    CHECK_FALSE(started.has(RECORD_COMPAT));
}

TEST_CASE("a program's family, session and user", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        must(::setsid() == ::getpid(), "a session");
        execute(program, {"program"});
    });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.number("ptid") == ::getpid());
    CHECK(started.number("pgid") == story.actor());
    CHECK(started.number("sid") == story.actor());
    CHECK(started.number("tty") == 0);
    CHECK(started.number("loginuid") == login_user());
    CHECK(started.number("kernel_thread") == 0);
    CHECK(started.number("cap_effective") == static_cast<int64_t>(started.header().cap_effective));
    CHECK_FALSE(started.text("cgroups").empty());
}

TEST_CASE("a program's file", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    struct stat status {};
    REQUIRE(::stat(program.c_str(), &status) == 0);
    const auto story = capture([&] { execute(program, {"program"}); });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.number("exe_ino") == static_cast<int64_t>(status.st_ino));
    CHECK(started.number("exe_dev") ==
          (static_cast<int64_t>(major(status.st_dev)) << 20 | minor(status.st_dev)));
    CHECK(started.number("exe_ino_ctime") == nanoseconds(status.st_ctim));
    CHECK(started.number("exe_ino_mtime") == nanoseconds(status.st_mtim));
    CHECK((started.number("flags") & (FILE_MEMFD | FILE_DELETED)) == 0);
}

TEST_CASE("a program by a link or a relative name is the file it leads to", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    folder.link("innocent", "program");
    const auto story = capture([&] {
        must(::chdir(folder.path().c_str()) == 0, "the folder");
        execute("./innocent", {"innocent"});
    });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.text("filename") == "./innocent");
    CHECK(started.text("trusted_exepath") == program);
    CHECK(started.event().comm() == "innocent");
}

TEST_CASE("a program that cannot start is an event of the old one", "[exec]") {
    const Folder folder;
    folder.file("text");
    ::chmod(folder.file("junk", "no program at all").c_str(), 0755);
    const auto [name, error] = GENERATE(table<std::string, int>({
        {"@/missing", ENOENT},
        {"@/text", EACCES},
        {"@/junk", ENOEXEC},
        {"@", EACCES},
    }));
    const std::string path = folder.fill(name);
    INFO(path);
    const auto story = capture([&] { execute(path, {"saker", "failing"}); });
    CHECK(story.exit_code() == 0);
    const Record& failed = story.first("execve", says("filename", path));
    CHECK(failed.number("res") == -error);
    CHECK(static_cast<pid_t>(failed.header().pid) == story.actor());
    CHECK(failed.text("trusted_exepath") != path);
    CHECK(failed.text("exe") == "saker");
    CHECK(failed.strings("args") == std::vector<std::string>{"failing"});
    CHECK_FALSE(story.has("execve", counts("res", 0)));
}

TEST_CASE("execveat relative to a directory", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        const int directory = ::open(folder.path().c_str(), O_PATH | O_DIRECTORY);
        Words words{"program", "at"};
        raw(SYS_execveat, directory, "program", pointers(words).data(), nullptr, 0);
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execveat", by(story.actor()));
    CHECK(started.number("res") == 0);
    CHECK(started.text("trusted_exepath") == program);
    CHECK(started.strings("args") == Words{"at"});
    CHECK_FALSE(story.has("execve", by(story.actor())));
}

TEST_CASE("execveat that fails", "[exec]") {
    const auto story = capture([] {
        Words words{"program"};
        raw(SYS_execveat, AT_FDCWD, "/nowhere/program", pointers(words).data(), nullptr, 0);
    });
    const Record& failed = story.first("execveat", by(story.actor()));
    CHECK(failed.number("res") == -ENOENT);
    CHECK(failed.text("filename") == "/nowhere/program");
}

TEST_CASE("a program from memory", "[exec]") {
    const auto story = capture([] {
        const int memory = ::memfd_create("saker-memory", MFD_CLOEXEC);
        const std::string image = exiting_program();
        must(::write(memory, image.data(), image.size()) > 0, "the program");
        Words words{"harmless"};
        raw(SYS_execveat, memory, "", pointers(words).data(), nullptr, AT_EMPTY_PATH);
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execveat", by(story.actor()));
    CHECK((started.number("flags") & FILE_MEMFD) != 0);
    CHECK_THAT(started.text("trusted_exepath"), Catch::Contains("memfd:saker-memory"));
}

TEST_CASE("a program whose file is gone", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        const int held = ::open(program.c_str(), O_PATH | O_CLOEXEC);
        ::unlink(program.c_str());
        Words words{"ghost"};
        raw(SYS_execveat, held, "", pointers(words).data(), nullptr, AT_EMPTY_PATH);
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execveat", by(story.actor()));
    CHECK((started.number("flags") & FILE_DELETED) != 0);
    CHECK(started.text("trusted_exepath") == program);
}

TEST_CASE("a script is run by its interpreter", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const std::string script = folder.file("script", "#!" + program + " -x\n");
    ::chmod(script.c_str(), 0755);
    const auto story = capture([&] { execute(script, {"script", "word"}); });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.text("filename") == script);
    CHECK(started.text("interpreter") == program);
    CHECK(started.text("trusted_exepath") == program);
    CHECK(started.text("exe") == program);
    CHECK(started.strings("args") == Words{"-x", script, "word"});
    CHECK(started.event().comm() == "script");
}

TEST_CASE("what a program's standard streams are", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const std::string file = folder.file("file");
    const auto story = capture([&] {
        int pair[2];
        must(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a socket");
        ::dup2(pair[0], 0);
        ::dup2(::open(file.c_str(), O_RDWR), 1);
        ::close(2);
        execute(program, {"program"});
    });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.number("stdin_type") == FD_TYPE_unix);
    CHECK(started.number("stdout_type") == FD_TYPE_file);
    CHECK(started.number("stderr_type") == FD_TYPE_none);
}

TEST_CASE("a shell on a connection shows its socket", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        ::dup2(::socket(AF_INET, SOCK_STREAM, 0), 0);
        ::dup2(::socket(AF_INET6, SOCK_STREAM, 0), 1);
        int pipe[2];
        must(::pipe(pipe) == 0, "a pipe");
        ::dup2(pipe[1], 2);
        execute(program, {"program"});
    });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.number("stdin_type") == FD_TYPE_ipv4);
    CHECK(started.number("stdout_type") == FD_TYPE_ipv6);
    CHECK(started.number("stderr_type") == FD_TYPE_pipe);
}

TEST_CASE("many long arguments keep their begin and say that they were cut", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    KernelOptions options = only({EVENT_execve});
    options.extras.long_arguments = false;
    Watch watch(options);
    const auto story = watch.capture([&] { execute(program, Words(40, std::string(1000, 'a'))); });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.has(RECORD_TRUNCATED));
    REQUIRE_FALSE(started.strings("args").empty());
    CHECK(started.strings("args")[0] == std::string(1000, 'a'));
    CHECK(started.text("trusted_exepath") == program);
    CHECK_FALSE(story.has("arguments"));
}

TEST_CASE("arguments there is no room for come before their program", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto [words, length] = GENERATE(table<size_t, size_t>({
        {2, 4094},  // the first in the record alone
        {3, 5000},  // the first does not fit
        {40, 1000},
        {1000, 100},  // more than anybody wants
    }));
    INFO(words << " of " << length);
    Words arguments;
    for (size_t word = 0; word < words; ++word) {
        arguments.push_back(std::to_string(word) + std::string(length, 'a'));
    }
    KernelOptions options = only({EVENT_execve});
    options.extras.long_arguments = true;
    Watch watch(options);
    const auto story = watch.capture([&] { execute(program, arguments); });
    REQUIRE(story.exit_code() == kProgramExit);
    ProcessTable table;
    const Process* process = nullptr;
    for (const Record& record : story.records()) {
        if (record.header().pid == static_cast<uint32_t>(story.actor())) {
            process = &table.observe(record.event());
            if (record.name() == "execve") {
                break;
            }
        }
    }
    REQUIRE(process);
    const Record& started = story.first("execve", by(story.actor()));
    std::string whole;
    for (const std::string& argument : Words(arguments.begin() + 1, arguments.end())) {
        whole += argument + '\0';
    }
    const bool is_cut = arguments[0].size() + 1 + whole.size() > 64 * 1024;
    CHECK(started.has(RECORD_TRUNCATED) == is_cut);
    CHECK(process->program->exe == arguments[0]);
    const std::string& args = process->program->args;
    if (is_cut) {
        CHECK(args.size() < 66 * 1024);
        CHECK(args.size() > 63 * 1024);
        CHECK(args.starts_with(whole.substr(0, 30 * 1024)));
        CHECK(args.ends_with(whole.substr(whole.size() - 30 * 1024)));
        CHECK(args.find(std::string("\0[...]\0", 7)) != std::string::npos);
    } else {
        CHECK((args == whole));
    }
}

TEST_CASE("a program without any argument", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] { execute(program, {}); });
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.text("filename") == program);
    CHECK(started.strings("args").empty());
}

TEST_CASE("one program after another are told apart", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const std::string script = folder.file("again", "#!" + program + "\n");
    ::chmod(script.c_str(), 0755);
    const auto story = capture([&] {
        raw(SYS_openat, AT_FDCWD, script.c_str(), O_RDONLY);
        execute(script, {"again"});
    });
    const Record& before = story.first("openat", says("name", script));
    const Record& started = story.first("execve", by(story.actor()));
    const Record& ended = story.first("procexit", by(story.actor()));
    CHECK(before.header().start_time == started.header().start_time);
    CHECK(ended.header().start_time == started.header().start_time);
    CHECK(before.header().exec_id < started.header().exec_id);
    CHECK(ended.header().exec_id == started.header().exec_id);
}

TEST_CASE("a thread that is not the leader starts a program", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        pthread_t thread;
        pthread_create(
            &thread, nullptr,
            [](void* path) -> void* {
                execute(*static_cast<const std::string*>(path), {"program", "by a thread"});
                return nullptr;
            },
            const_cast<std::string*>(&program));
        pthread_join(thread, nullptr);
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execve", counts("res", 0), by(story.actor()));
    CHECK(started.strings("args") == Words{"by a thread"});
    CHECK(started.header().tid == started.header().pid);
    CHECK(started.header().start_time ==
          story.first("procexit", by(story.actor())).header().start_time);
}

#ifdef __x86_64__
TEST_CASE("a 32-bit call starts a program", "[exec]") {
    const Folder folder;
    const std::string program = program_in(folder);
    const auto story = capture([&] {
        const uint32_t path = low_copy(program);
        const uint32_t word = low_copy("from-32");
        const uint32_t words[] = {path, word, 0};
        call_32(kExecve32, path, low_copy(words, sizeof words), 0);
    });
    REQUIRE(story.exit_code() == kProgramExit);
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.text("filename") == program);
    CHECK(started.strings("args") == Words{"from-32"});
}

TEST_CASE("a 32-bit call cannot start a program", "[exec]") {
    if (is_blind_to_compat_calls(EVENT_execve)) {
        return;
    }
    const auto story = capture([] { call_32(kExecve32, low_copy("/nowhere/32"), 0, 0); });
    const Record& failed = story.first("execve", says("filename", "/nowhere/32"));
    CHECK(failed.number("res") == -ENOENT);
    CHECK(failed.has(RECORD_COMPAT));
}

TEST_CASE("a 32-bit program starts", "[exec]") {
    const Folder folder;
    const std::string program = folder.path("program32");
    install(exiting_program_32(), program);
    const auto story = capture([&] { execute(program, {"program32", "word"}); });
    if (story.exit_code() != kProgramExit) {
        WARN("this kernel runs no 32-bit programs: not tested");
        return;
    }
    const Record& started = story.first("execve", by(story.actor()));
    CHECK(started.text("trusted_exepath") == program);
    CHECK(started.strings("args") == Words{"word"});
}
#endif
