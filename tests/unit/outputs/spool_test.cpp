#include "outputs/spool.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "tests/unit/outputs/sample.h"

using namespace saker;
using namespace saker::outputs;
using saker::support::Folder;

namespace {

std::unique_ptr<Spool> open_spool(const SpoolOptions& options) {
    auto opened = Spool::open(options);
    if (!opened) {
        FAIL(opened.error().text());
    }
    return std::move(*opened);
}

std::vector<Parcel> parcels(int from, int count, const std::string& body = "body") {
    std::vector<Parcel> made;
    for (int i = from; i < from + count; ++i) {
        made.push_back({0, "id-" + std::to_string(i), "rule", body});
    }
    return made;
}

std::vector<std::string> ids(Spool& spool, uint64_t after = 0, size_t most = 1000) {
    const auto read = spool.read(after, most, 1 << 30);
    REQUIRE(read);
    std::vector<std::string> all;
    for (const Parcel& parcel : *read) {
        all.push_back(parcel.id);
    }
    return all;
}

}  // namespace

TEST_CASE("a spool keeps order and bytes, and forgets what it is told to") {
    const Folder folder;
    const bool on_disk = GENERATE(true, false);
    const std::string path = on_disk ? folder.path("spool.db") : "";
    const auto spool = open_spool({path});
    const std::string bytes("\0\xff\n'\"", 5);
    REQUIRE(spool->add(parcels(1, 3, bytes)));
    const auto read = spool->read(0, 2, 1 << 20);
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK((*read)[0].id == "id-1");
    CHECK((*read)[0].rule == "rule");
    CHECK((*read)[0].body == bytes);
    CHECK(ids(*spool, (*read)[1].sequence) == std::vector<std::string>{"id-3"});
    REQUIRE(spool->remove_through((*read)[1].sequence));
    CHECK(ids(*spool) == std::vector<std::string>{"id-3"});
    CHECK(spool->counts().waiting == 1);
    CHECK(spool->counts().dropped == 0);
}

TEST_CASE("what is in a spool is there again after the next start, and numbers go on") {
    const Folder folder;
    const SpoolOptions options{folder.path("spool.db")};
    uint64_t last = 0;
    {
        const auto spool = open_spool(options);
        REQUIRE(spool->add(parcels(1, 3)));
        const auto read = spool->read(0, 10, 1 << 20);
        REQUIRE(read);
        last = read->back().sequence;
        REQUIRE(spool->remove_through(last));
        REQUIRE(spool->add(parcels(4, 2)));
    }
    const auto spool = open_spool(options);
    CHECK(spool->counts().waiting == 2);
    CHECK(spool->counts().waiting_bytes == 2 * Spool::size_of(parcels(4, 1)[0]));
    CHECK(ids(*spool, last) == std::vector<std::string>{"id-4", "id-5"});
}

TEST_CASE("a spool of before parcels had times goes on, and new ones have theirs") {
    const Folder folder;
    const std::string path = folder.path("spool.db");
    sqlite3* old = nullptr;
    REQUIRE(::sqlite3_open(path.c_str(), &old) == SQLITE_OK);
    CHECK(::sqlite3_exec(old,
                         "CREATE TABLE parcels(sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
                         " size INTEGER NOT NULL, id TEXT NOT NULL, rule BLOB NOT NULL,"
                         " body BLOB NOT NULL);"
                         "INSERT INTO parcels(size, id, rule, body)"
                         " VALUES(72, 'id-1', 'rule', 'body')",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    ::sqlite3_close(old);
    std::vector<Parcel> more = parcels(2, 1);
    more[0].time = 1'700'000'000'000'000'000;
    REQUIRE(open_spool({path})->add(more));
    const auto read = open_spool({path})->read(0, 10, 1 << 20);
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK((*read)[0].id == "id-1");
    CHECK((*read)[0].time == 0);
    CHECK((*read)[1].time == more[0].time);
}

TEST_CASE("a full spool lets the oldest give way, but none that is being sent") {
    const uint64_t size = Spool::size_of(parcels(1, 1)[0]);
    const auto spool = open_spool({"", 3 * size, config::Overflow::drop_oldest});
    REQUIRE(spool->add(parcels(1, 5)));
    CHECK(spool->counts().dropped == 2);
    CHECK(ids(*spool, 0, 1) == std::vector<std::string>{"id-3"});  // from now on held
    REQUIRE(spool->add(parcels(6, 4)));
    CHECK(ids(*spool) == std::vector<std::string>{"id-3", "id-8", "id-9"});
    CHECK(spool->counts().dropped == 6);
    CHECK(spool->counts().waiting_bytes == 3 * size);
}

TEST_CASE("a full spool refuses the newest, if that was asked for") {
    const uint64_t size = Spool::size_of(parcels(1, 1)[0]);
    const auto spool = open_spool({"", 2 * size, config::Overflow::drop_newest});
    REQUIRE(spool->add(parcels(1, 5)));
    CHECK(ids(*spool) == std::vector<std::string>{"id-1", "id-2"});
    CHECK(spool->counts().dropped == 3);
    CHECK_FALSE(spool->has_room(1));
}

TEST_CASE("an alert larger than the whole spool still gets in alone") {
    const auto spool = open_spool({"", 100, config::Overflow::drop_oldest});
    REQUIRE(spool->add(parcels(1, 1, std::string(1 << 20, 'x'))));
    CHECK(spool->counts().waiting == 1);
}

TEST_CASE("two daemons do not share a spool") {
    const Folder folder;
    const SpoolOptions options{folder.path("spool.db")};
    const auto spool = open_spool(options);
    const auto second = Spool::open(options);
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().text(), Catch::Contains("another process has it open"));
}

TEST_CASE("a broken spool is put aside") {
    const Folder folder;
    const std::string path = folder.path("spool.db");
    std::ofstream(path) << std::string(4096, 'x');
    const auto spool = open_spool({path});
    CHECK(spool->put_aside());
    CHECK(saker::testing::text_of(path + ".broken") == std::string(4096, 'x'));
    REQUIRE(spool->add(parcels(1, 1)));
    CHECK(ids(*spool) == std::vector<std::string>{"id-1"});
}

TEST_CASE("a spool that cannot be opened says why") {
    const auto opened = Spool::open({"/proc/nowhere/spool.db"});
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().text(), Catch::Contains("/proc/nowhere/spool.db"));
}
