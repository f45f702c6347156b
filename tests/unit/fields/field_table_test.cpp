// All fields at once: their words, what published rules ask of them, and events with nothing in
// them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/fields/ask.h"

namespace saker {
namespace {

using test::Record;
using test::World;

TEST_CASE("every field has words") {
    for (const lang::Field* field : lang::all_fields()) {
        INFO(field->name);
        CHECK_FALSE(field->help.empty());
    }
}

TEST_CASE("what published rules ask is filled, but for what takes a runtime's metadata or DNS") {
    static constexpr std::string_view kAsked[] = {
        "evt.type",
        "proc.name",
        "evt.num",
        "container.id",
        "fd.typechar",
        "proc.cmdline",
        "fd.name",
        "proc.pname",
        "fd.num",
        "evt.rawres",
        "evt.arg",
        "evt.res",
        "evt.is_open_write",
        "fd.net",
        "fd.ip",
        "proc.aname",
        "fd.directory",
        "fd.l4proto",
        "evt.is_open_read",
        "proc.args",
        "proc.exe",
        "fd.connected",
        "fd.name_changed",
        "fd.snet",
        "fd.sport",
        "proc.vpid",
        "proc.pcmdline",
        "user.name",
        "user.uid",
        "fd.sip",
        "fd.filename",
        "evt.dir",
        "proc.tty",
        "thread.cap_permitted",
        "thread.cap_effective",
        "user.loginuid",
        "fd.type",
        "proc.env",
        "proc.pexe",
        "proc.cwd",
        "fd.nameraw",
        "proc.exepath",
        "evt.is_open_exec",
        "proc.is_exe_from_memfd",
        "fd.cnet",
        "proc.is_exe_upper_layer",
        "proc.is_vpgid_leader",
        "fd.port",
        "proc.aexe",
        "proc.duration",
        "fd.sockfamily",
        "fd.rnet",
        "fd.cip",
        "fd.lport",
        "fd.rport",
        "user.loginname",
        "group.name",
        "proc.sname",
        "group.gid",
        "proc.pexepath",
        "container.start_ts",
        "evt.args",
        "proc.exe_ino.ctime_duration_proc_start",
        "proc.aexepath",
        "proc.exe_ino.ctime",
        "fd.rip",
        "proc.exe_ino.mtime",
    };
    for (const std::string_view name : kAsked) {
        INFO(name);
        lang::FieldArgument rest;
        const lang::Field* field = lang::find_field(name, rest);
        REQUIRE(field);
        CHECK(field->read != nullptr);
    }
}

TEST_CASE("every reader stands every event with nothing in it") {
    for (const EventRow& row : kEventTable) {
        World world;
        Record record(row.name);
        const Event event = record.event();
        const Process& process = world.state.observe(event);
        for (const lang::Field* field : lang::all_fields()) {
            INFO(row.name << " " << field->name);
            CHECK_NOTHROW(world.ask({event, process, world.state}, field->name));
            CHECK_NOTHROW(
                world.ask({event, process, world.state}, std::string(field->name) + "[1]"));
        }
    }
}

}  // namespace
}  // namespace saker
