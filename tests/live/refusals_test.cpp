// What it says, and how it ends, when it cannot do what was asked: never a crash, never half a
// start.
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/live/scene.h"

using namespace saker::support;

namespace {

Finished run_saker(std::vector<std::string> words, Child::Prepare prepare = nullptr) {
    words.insert(words.begin(), saker_binary());
    return run_program(words, patience(), prepare);
}

std::vector<std::string> run_words(std::vector<std::string> more) {
    // The test's own pid as scope: a refusal that fails to refuse watches nobody else.
    std::vector<std::string> words{"run", "--duration", "1", "--scope",
                                   "pid:" + std::to_string(::getpid())};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string rule(const std::string& condition) {
    return "- rule: a rule\n  desc: for a test\n  condition: " + condition +
           "\n  output: \"%proc.name\"\n  priority: NOTICE\n";
}

/// It ends with this status, says something, and was never ready.
void check_refusal(const Finished& finished, int status, const std::string& word) {
    INFO("stderr: " << finished.err);
    CHECK(finished.status == status);
    CHECK(finished.err.find(word) != std::string::npos);
    CHECK(finished.err.find("saker: ready") == std::string::npos);
    CHECK(finished.out.empty());
}

bool drop_capabilities() {
    cap_t none = cap_init();
    const bool dropped = ::prctl(PR_SET_SECUREBITS, 0x2f, 0, 0, 0) == 0 && cap_set_proc(none) == 0;
    cap_free(none);
    return dropped;
}

/// A kernel that does not describe its types, to whoever runs in a mount namespace of its own.
bool hide_types() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("saker", "/sys/kernel", "tmpfs", 0, nullptr) == 0;
}

/// A kernel that takes no program: the call is answered with EINVAL, as an old one does.
bool refuse_programs() {
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_LOAD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(steps)), steps};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

/// Any user but root, who may read what everybody may.
bool become_nobody() {
    return ::setgid(65534) == 0 && ::setuid(65534) == 0;
}

}  // namespace

TEST_CASE("rules that are wrong end with 1 and say where", "[refusals]") {
    Folder folder;
    struct Case {
        std::string text, word;
    };
    const auto each = GENERATE_REF(values<Case>({
        {rule("proc.nme = cat"), "proc.nme"},
        {rule("evt.type = opnat"), "opnat"},
        {rule("proc.pid = abc"), "abc"},
        {rule("proc.name = cat and"), "rules.yaml:"},
        {"- rule: [\n", "rules.yaml:"},
        {"- rule: no condition\n  desc: x\n  output: x\n  priority: NOTICE\n", "condition"},
    }));
    INFO(each.text);
    const std::string file = folder.write("rules.yaml", each.text);
    check_refusal(run_saker(run_words({"-r", file})), 1, each.word);
    const Finished checked = run_saker({"check", file});
    CHECK(checked.status == 1);
}

TEST_CASE("files that are not there or cannot be read", "[refusals]") {
    check_refusal(run_saker(run_words({"-r", "/nowhere/rules.yaml"})), 1, "/nowhere/rules.yaml");
    check_refusal(run_saker(run_words({"-c", "/nowhere/saker.yaml"})), 1, "/nowhere/saker.yaml");
    CHECK(run_saker({"check", "/nowhere/rules.yaml"}).status == 1);
}

TEST_CASE("a rule file that may not be read", "[refusals]") {
    if (disposable_machine())
        return;  // its binary is root's alone
    Folder folder;
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    const std::string rules = folder.write("rules.yaml", rule("proc.name = cat"), 0600);
    const Finished checked = run_saker({"check", rules}, become_nobody);
    INFO(checked.out << checked.err);
    CHECK(checked.status == 1);
    CHECK((checked.out + checked.err).find("Permission denied") != std::string::npos);
    check_refusal(run_saker(run_words({"-r", rules}), become_nobody), 1, "Permission denied");
}

TEST_CASE("a configuration that is wrong", "[refusals]") {
    Folder folder;
    const auto text = GENERATE(as<std::string>{}, "no_such_setting: 1\n", "outputs: [\n",
                               "outputs: seven\n", "\tx: 1\n");
    INFO(text);
    const std::string file = folder.write("saker.yaml", text);
    check_refusal(run_saker(run_words({"-c", file, "-r", test_rules()})), 1, "saker.yaml");
}

TEST_CASE("a file that others may write is refused, and check warns", "[refusals]") {
    Folder folder;
    const std::string rules = folder.write("rules.yaml", rule("proc.name = cat"), 0666);
    check_refusal(run_saker(run_words({"-r", rules})), 1, "rules.yaml");
    const Finished checked = run_saker({"check", rules, "--json"});
    INFO(checked.out);
    CHECK(checked.status == 0);
    CHECK(checked.out.find("warning") != std::string::npos);

    const std::string config = folder.write("saker.yaml", "", 0666);
    check_refusal(run_saker(run_words({"-c", config, "-r", test_rules()})), 1, "saker.yaml");
}

TEST_CASE("wrong usage ends with 2", "[refusals]") {
    const auto words = GENERATE(as<std::vector<std::string>>{},
                                std::vector<std::string>{"run", "--no-such-option"},
                                std::vector<std::string>{"no-such-command"},
                                std::vector<std::string>{"run", "--scope", "planet:earth"},
                                std::vector<std::string>{"run", "--scope", "pid:many"},
                                std::vector<std::string>{"list", "nothing"},
                                std::vector<std::string>{"run", "--duration", "x"});
    INFO(words[0] << ' ' << words.back());
    CHECK(run_saker(words).status == 2);
}

TEST_CASE("missing privileges end with 3", "[refusals]") {
    if (disposable_machine())
        return;  // its files belong to root alone
    check_refusal(run_saker(run_words({"-r", test_rules()}), drop_capabilities), 3, "CAP_BPF");
    const Finished doctor = run_saker({"doctor", "--json"}, drop_capabilities);
    CHECK(doctor.status == 1);
    CHECK(nlohmann::json::accept(doctor.out));
}

TEST_CASE("a kernel that does not describe its types, or takes no program, ends it with 4",
          "[refusals]") {
    check_refusal(run_saker(run_words({"-r", test_rules()}), hide_types), 4, "BTF");
    check_refusal(run_saker(run_words({"-r", test_rules()}), refuse_programs), 4,
                  "loading the probes");
    const Finished doctor = run_saker({"doctor", "--json"}, refuse_programs);
    CHECK(doctor.status == 1);
    CHECK(nlohmann::json::accept(doctor.out));
}

TEST_CASE("an output that cannot be opened ends with 5", "[refusals]") {
    Folder folder;
    const std::string config = folder.write(
        "saker.yaml",
        "outputs:\n  - type: file\n    path: /proc/nowhere/alerts\n    format: json\n");
    check_refusal(run_saker(run_words({"-c", config, "-r", test_rules()})), 5,
                  "/proc/nowhere/alerts");
}
