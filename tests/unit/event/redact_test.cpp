// Which bytes of arguments, environments and data are covered; `|` ends an argument.
#include "engine/event/redact.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/support/record_builder.h"

namespace saker {
namespace {

struct Case {
    std::string program;
    std::string written;
    std::string shown;
};

std::string covered(const Redactor& redactor, const std::string& program, std::string text) {
    std::replace(text.begin(), text.end(), '|', '\0');
    redactor.cover_arguments(program, text);
    std::replace(text.begin(), text.end(), '\0', '|');
    return text;
}

void check(const std::vector<Case>& cases) {
    const Redactor redactor;
    for (const Case& row : cases) {
        INFO(row.program << " " << row.written);
        CHECK(covered(redactor, row.program, row.written) == row.shown);
    }
}

}  // namespace

TEST_CASE("options that name a secret") {
    check({
        {"x", "--password=hunter2|", "--password=*******|"},
        {"x", "--password|hunter2|-v|", "--password|*******|-v|"},
        {"x", "--password=two words|-v|", "--password=*********|-v|"},
        {"x", "--password|two words|-v|", "--password|*********|-v|"},
        {"x", "--db-Password=a=b&c;d|", "--db-Password=*******|"},
        {"x", "--db_pass=a|", "--db_pass=*|"},
        {"x", "-password|a|", "-password|*|"},
        {"x", "--api-key=a|--apikey|b|", "--api-key=*|--apikey|*|"},
        {"x", "--access_token|a|", "--access_token|*|"},
        {"x", "--client-secret|a b|", "--client-secret|***|"},
        {"x", "--password=|x|", "--password=|x|"},
        {"x", "--password|", "--password|"},
        {"x", "--password|-h|host|", "--password|-h|host|"},  // it is asked for
        {"x", "--password='a b'|", "--password='****|"},
        {"x", "a|password=x y|b|", "a|password=***|b|"},
        {"x", "/password:x|", "/password:*|"},
    });
}

TEST_CASE("names that are near a secret and are none") {
    check({
        {"x", "--password-file=/etc/secret|", "--password-file=/etc/secret|"},
        {"x", "--token-file|/run/token|", "--token-file|/run/token|"},
        {"x", "PWD=/home/me|OLDPWD=/tmp|", "PWD=/home/me|OLDPWD=/tmp|"},
        {"x", "AWS_ACCESS_KEY_ID=AKIA|", "AWS_ACCESS_KEY_ID=AKIA|"},
        {"x", "--bypass|x|", "--bypass|x|"},
        {"x", "--max-tokens=5|", "--max-tokens=5|"},
        {"x", "cat|/etc/passwd|", "cat|/etc/passwd|"},
        {"x", "grep|password|file|", "grep|password|file|"},
        {"x", "-p|8080:80|", "-p|8080:80|"},
        {"mkdir", "-p|/tmp/a|", "-p|/tmp/a|"},
        {"x", "SSH_AUTH_SOCK=/tmp/s|", "SSH_AUTH_SOCK=/tmp/s|"},
        {"x", "http://host:80/x@y|", "http://host:80/x@y|"},
    });
}

TEST_CASE("programs whose options hold a secret without saying so") {
    check({
        {"mysql", "-psecret|-h|db|", "-p******|-h|db|"},
        {"mysql", "-p|-h|db|", "-p|-h|db|"},
        {"mysql", "-p|database|", "-p|database|"},
        {"sshpass", "-p|secret|ssh|host|", "-p|******|ssh|host|"},
        {"sshpass", "-psecret|ssh|", "-p******|ssh|"},
        {"curl", "-u|me:secret|http://h/|", "-u|me:******|http://h/|"},
        {"curl", "-ume:secret|", "-ume:******|"},
        {"curl", "--user=me:se:cret|", "--user=me:*******|"},
        {"curl", "--user|me|http://h/zip|-u|a:b|", "--user|me|http://h/zip|-u|a:*|"},
        {"curl", "-H|Authorization: Bearer abc.def|", "-H|Authorization: Bearer *******|"},
        {"curl", "-HX-Api-Key: abc|", "-HX-Api-Key: ***|"},
        {"curl", "--header=authorization:Basic dXNlcg==|",
         "--header=authorization:Basic ********|"},
        {"redis-cli", "-a|secret|", "-a|******|"},
        {"smbclient", "-U|me%secret|", "-U|me%******|"},
        {"unzip", "-Psecret|a.zip|", "-P******|a.zip|"},
        {"openssl", "-passin|pass:secret|", "-passin|pass:******|"},
        {"sudo", "/usr/bin/mysql|-psecret|", "/usr/bin/mysql|-p******|"},
        {"sh", "-c|mysql -psecret -h db|", "-c|mysql -p****** -h db|"},
        {"sh", "-c|echo x; sshpass -p 'a b' ssh h|", "-c|echo x; sshpass -p '***' ssh h|"},
        {"sh", "-c|x --password y z|", "-c|x --password * z|"},
        {"sh", "-c|x --password=y z|", "-c|x --password=* z|"},
        {"sh", "-c|x --password=y\\ z w|", "-c|x --password=**** w|"},
        {"sh", "-c|cd /; PGPASSWORD=x psql -h db|", "-c|cd /; PGPASSWORD=* psql -h db|"},
        // Where the value ends is not certain: rather too much than too little.
        {"sh", "-c|PGPASSWORD=x psql|", "-c|PGPASSWORD=******|"},
    });
}

TEST_CASE("environments, addresses, headers, objects, keys and tokens") {
    const std::string key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
    check({
        {"", "PATH=/bin|DB_PASSWORD=x y|HOME=/|", "PATH=/bin|DB_PASSWORD=***|HOME=/|"},
        {"", "AWS_SECRET_ACCESS_KEY=a/b+c|", "AWS_SECRET_ACCESS_KEY=*****|"},
        {"", "GITHUB_TOKEN=x|NPM_TOKEN=y|", "GITHUB_TOKEN=*|NPM_TOKEN=*|"},
        {"", "URL=postgres://me:se:cr@t@db:5432/x|", "URL=postgres://me:*******@db:5432/x|"},
        {"x", "https://me:secret@host/?token=abc&x=1|", "https://me:******@host/?token=***&x=1|"},
        {"x", "{\"user\": \"me\", \"password\": \"a b\\\"c\"}|",
         "{\"user\": \"me\", \"password\": \"******\"}|"},
        {"x", "{'secret':'x','a':1}|", "{'secret':'*','a':1}|"},
        {"x", "host=db password=x user=me|", "host=db password=* user=me|"},
        {"x", "secret = x|", "secret = *|"},
        {"x", "say|ghp_0123456789012345678901234567890|",
         "say|***********************************|"},
        {"x", key + "|",
         "-----BEGIN RSA PRIVATE KEY-----" + std::string(6, '*') +
             "-----END RSA PRIVATE KEY-----|"},
        {"", "GET / HTTP/1.1\r\nProxy-Authorization: Basic abc\r\nHost: x\r\n",
         "GET / HTTP/1.1\r\nProxy-Authorization: Basic ***\r\nHost: x\r\n"},
        {"", "Authorization: abc\r\nCookie: a=b; c=d\r\n",
         "Authorization: ***\r\nCookie: ***; c=d\r\n"},
    });
}

TEST_CASE("names of one's own, and none at all") {
    CHECK(covered(Redactor({true, {"Launch-Code"}}), "x", "--my_launchcode=5|") ==
          "--my_launchcode=*|");
    CHECK(covered(Redactor({false, {}}), "mysql", "-psecret|") == "-psecret|");
}

TEST_CASE("a record keeps its shape, without what its texts give away") {
    test::Record record("execve");
    record.text("exe", "mysql").strings("args", {"-psecret", "--token", "abc", "db"});
    record.strings("env", {"A=1", "B_SECRET=xyz"}).text("filename", "/usr/bin/password=x");
    record.by(7, 8, 1, "mysql");
    const Event event = record.event();
    std::vector<uint64_t> copy((event.bytes().size() + 7) / 8);
    std::copy(event.bytes().begin(), event.bytes().end(),
              reinterpret_cast<std::byte*>(copy.data()));
    const std::span<std::byte> bytes(reinterpret_cast<std::byte*>(copy.data()),
                                     event.bytes().size());
    Redactor().cover_record(bytes);
    const auto shown = Event::parse(bytes);
    REQUIRE(shown);
    CHECK(shown->text<"args">() == std::string_view("-p******\0--token\0***\0db\0", 24));
    CHECK(shown->text<"env">() == std::string_view("A=1\0B_SECRET=***\0", 17));
    CHECK(shown->text<"filename">() == "/usr/bin/password=x");
    CHECK(Redactor::may_hold_secrets(EVENT_execve));
    CHECK_FALSE(Redactor::may_hold_secrets(EVENT_openat));
}

TEST_CASE("no text breaks it, and none changes its length or its boundaries") {
    static constexpr std::string_view kPieces[] = {"--password",
                                                   "=",
                                                   " ",
                                                   std::string_view("\0", 1),
                                                   "://",
                                                   "@",
                                                   ":",
                                                   "'",
                                                   "\"",
                                                   "\\",
                                                   "-p",
                                                   "mysql",
                                                   "curl",
                                                   "-u",
                                                   "Authorization:",
                                                   "-----BEGIN",
                                                   "-----END",
                                                   "PRIVATE KEY-----",
                                                   "ghp_",
                                                   "x",
                                                   "\xff",
                                                   "\n",
                                                   "token",
                                                   "-"};
    std::mt19937 random(7);
    const Redactor redactor;
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (size_t left = random() % 12; left > 0; --left) {
            text += kPieces[random() % std::size(kPieces)];
        }
        std::string shown = text;
        redactor.cover_arguments("curl", shown);
        REQUIRE(shown.size() == text.size());
        for (size_t place = 0; place < text.size(); ++place) {
            REQUIRE((shown[place] == text[place] || shown[place] == '*'));
            REQUIRE((shown[place] == '\0') == (text[place] == '\0'));
        }
    }
}

}  // namespace saker
