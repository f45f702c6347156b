#include "cli/top_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "engine/base/escape.h"

namespace saker::cli {
namespace {

using Json = nlohmann::ordered_json;

/// How much a count grew; one that shrank began anew.
uint64_t grown(const Json& earlier, const Json& later, const char* name) {
    const uint64_t after = later.value(name, uint64_t{0});
    const uint64_t before = earlier.is_object() ? earlier.value(name, uint64_t{0}) : 0;
    return after < before ? after : after - before;
}

Json average(uint64_t sum, uint64_t count) {
    return count == 0 ? Json() : Json(static_cast<double>(sum) / static_cast<double>(count));
}

const Json& member(const Json& object, const std::string& name) {
    static const Json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

void sort_by(Json& rows, const char* column) {
    std::stable_sort(rows.begin(), rows.end(), [column](const Json& left, const Json& right) {
        return left[column].get<double>() > right[column].get<double>();
    });
}

/// A row for each name, made of what is known of it before and now.
template <class Row>
Json rows_of(const Json& earlier, const Json& later, const char* table, Row row) {
    Json rows = Json::array();
    for (const auto& [name, now] : later.at(table).items()) {
        rows.push_back(row(name, member(earlier.at(table), name), now));
    }
    return rows;
}

Json events_between(const Json& earlier, const Json& later, double seconds) {
    Json rows = rows_of(
        earlier, later, "events",
        [&](const std::string& name, const Json& before, const Json& now) -> Json {
            const uint64_t measured = grown(before, now, "measured");
            return {{"event", name},
                    {"per_second", grown(before, now, "count") / seconds},
                    {"judging_nanoseconds", average(grown(before, now, "nanoseconds"), measured)}};
        });
    sort_by(rows, "per_second");
    return rows;
}

Json shed_between(const Json& earlier, const Json& later, double seconds) {
    return rows_of(
        earlier, later, "shed",
        [&](const std::string& name, const Json& before, const Json& now) -> Json {
            return {{"event", name}, {"per_second", grown(before, now, "count") / seconds}};
        });
}

Json hooks_between(const Json& earlier, const Json& later, double seconds) {
    Json rows = rows_of(earlier, later, "hooks",
                        [&](const std::string& name, const Json& before, const Json& now) -> Json {
                            const uint64_t runs = grown(before, now, "count");
                            const uint64_t time = grown(before, now, "nanoseconds");
                            return {{"program", name},
                                    {"per_second", runs / seconds},
                                    {"nanoseconds", average(time, runs)},
                                    {"cpu_percent", time / seconds / 1e7}};
                        });
    sort_by(rows, "cpu_percent");
    return rows;
}

Json rules_between(const Json& earlier, const Json& later, double seconds) {
    Json rows = rows_of(
        earlier, later, "rules",
        [&](const std::string& name, const Json& before, const Json& now) -> Json {
            const uint64_t matches = grown(before, now, "count");
            return {{"rule", name},
                    {"priority", now.at("priority")},
                    {"per_second", matches / seconds},
                    {"matches", now.at("count")},
                    {"alert_nanoseconds", average(grown(before, now, "nanoseconds"), matches)}};
        });
    sort_by(rows, "matches");
    sort_by(rows, "per_second");
    return rows;
}

/// Of the daemon's own last window, which is shorter than ours may be.
Json processes_of(const Json& later) {
    const double window = std::max(later.value("window", 1.0), 0.001);
    Json rows = Json::array();
    for (const Json& process : later.at("processes")) {
        rows.push_back({{"pid", process.at("pid")},
                        {"name", process.at("name")},
                        {"per_second", process.at("events").get<double>() / window},
                        {"too_many_per_second", process.at("too_many").get<double>() / window}});
    }
    return rows;
}

Json losses_between(const Json& earlier, const Json& later) {
    Json losses;
    for (const char* lane : {"critical", "bulk", "malformed"}) {
        losses[lane] = grown(earlier.at("lost"), later.at("lost"), lane);
    }
    Json kernel = Json::object();
    const Json& before = earlier.at("lost").at("kernel");
    const Json& now = later.at("lost").at("kernel");
    for (const auto& [what, count] : now.items()) {
        if (const uint64_t more = grown(before, now, what.c_str()); more > 0) {
            kernel[what] = more;
        }
    }
    losses["kernel"] = std::move(kernel);
    return losses;
}

Json outputs_between(const Json& earlier, const Json& later, double seconds) {
    return rows_of(
        earlier, later, "outputs",
        [&](const std::string& name, const Json& before, const Json& now) -> Json {
            const Json late =
                average(grown(before, now, "nanoseconds"), grown(before, now, "count"));
            return {{"output", name},
                    {"up", now.at("up")},
                    {"per_second", grown(before, now, "delivered") / seconds},
                    {"waiting", now.at("waiting")},
                    {"failed", now.at("failed")},
                    {"dropped", now.at("dropped")},
                    {"delivery_seconds", late.is_null() ? late : Json(late.get<double>() / 1e9)}};
        });
}

/// Lines, each cut to the width.
class Canvas {
  public:
    explicit Canvas(const Picture& picture) : picture_(picture) {}

    void line(std::string_view text) {
        size_t at = 0;
        for (size_t shown = 0; at < text.size() && (picture_.width == 0 || shown < picture_.width);
             ++shown) {
            at += std::max<size_t>(utf8_length(text.substr(at)), 1);
        }
        out_.append(text.substr(0, at)).append("\n");
    }

    template <class Row>
    void table(std::string_view head, const Json& rows, Row row) {
        line("");
        line(head);
        size_t left = picture_.rows == 0 ? rows.size() : picture_.rows;
        for (const Json& one : rows) {
            if (left-- == 0) {
                break;
            }
            line(row(one));
        }
    }

    std::string take() { return std::move(out_); }

  private:
    const Picture picture_;
    std::string out_;
};

std::string name_of(const Json& row, const char* member) {
    std::string name;
    append_escaped(name, row.at(member).get<std::string>());
    return name;
}

/// `-` where nothing was measured.
std::string number(const Json& value, double unit, const char* format) {
    return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>() / unit);
}

std::string losses_line(const Json& lost) {
    std::string line = fmt::format(
        "lost        {} critical, {} bulk, {} unreadable", lost.at("critical").get<uint64_t>(),
        lost.at("bulk").get<uint64_t>(), lost.at("malformed").get<uint64_t>());
    for (const auto& [what, count] : lost.at("kernel").items()) {
        fmt::format_to(std::back_inserter(line), "; {} {}", count.get<uint64_t>(), what);
    }
    return line;
}

void draw_head(Canvas& canvas, const Json& all) {
    canvas.line(fmt::format(
        "saker {}   {:.0f} events/s   {:.1f} alerts/s   CPU {:.1f} %   {:.1f} MB",
        all.at("up").get<bool>() ? "is well" : "IS NOT WELL",
        all.at("events_per_second").get<double>(), all.at("alerts_per_second").get<double>(),
        all.at("cpu_percent").get<double>(), all.at("resident_bytes").get<double>() / 1e6));
    canvas.line(losses_line(all.at("lost")));
    for (const Json& row : all.at("shed")) {
        canvas.line(fmt::format("shed        {}, {:.0f}/s: more than {} % CPU was used",
                                name_of(row, "event"), row.at("per_second").get<double>(),
                                all.at("max_cpu_percent").get<uint32_t>()));
    }
    canvas.line(
        fmt::format("rings       {} bytes waiting", all.at("ring_waiting_bytes").get<uint64_t>()));
}

void draw_kernel(Canvas& canvas, const Json& all) {
    canvas.table("  events/s  judging ns  EVENT", all.at("events"), [](const Json& row) {
        return fmt::format("{:10.1f}  {:>10}  {}", row.at("per_second").get<double>(),
                           number(row.at("judging_nanoseconds"), 1, "{:.0f}"),
                           name_of(row, "event"));
    });
    if (all.at("hooks").empty()) {
        canvas.line("");
        canvas.line("HOOKS       not measured by the kernel: --hooks measures them");
        return;
    }
    canvas.table("    runs/s   ns a run   CPU %  HOOK", all.at("hooks"), [](const Json& row) {
        return fmt::format("{:10.1f}  {:>9}  {:6.2f}  {}", row.at("per_second").get<double>(),
                           number(row.at("nanoseconds"), 1, "{:.0f}"),
                           row.at("cpu_percent").get<double>(), name_of(row, "program"));
    });
}

void draw_users(Canvas& canvas, const Json& all) {
    canvas.table(" matches/s    matches  alert us  RULE", all.at("rules"), [](const Json& row) {
        return fmt::format("{:10.1f}  {:9}  {:>8}  {}", row.at("per_second").get<double>(),
                           row.at("matches").get<uint64_t>(),
                           number(row.at("alert_nanoseconds"), 1e3, "{:.1f}"),
                           name_of(row, "rule"));
    });
    canvas.table("  events/s        pid  PROCESS", all.at("processes"), [](const Json& row) {
        return fmt::format("{:10.1f}  {:9}  {}", row.at("per_second").get<double>(),
                           row.at("pid").get<uint32_t>(), name_of(row, "name"));
    });
    canvas.table("    sent/s    waiting   failed  dropped   late ms  OUTPUT", all.at("outputs"),
                 [](const Json& row) {
                     return fmt::format(
                         "{:10.1f}  {:9}  {:7}  {:7}  {:>8}  {}{}",
                         row.at("per_second").get<double>(), row.at("waiting").get<uint64_t>(),
                         row.at("failed").get<uint64_t>(), row.at("dropped").get<uint64_t>(),
                         number(row.at("delivery_seconds"), 1e-3, "{:.1f}"), name_of(row, "output"),
                         row.at("up").get<bool>() ? "" : " (in trouble)");
                 });
}

}  // namespace

Json activity_between(const Json& earlier, const Json& later) {
    const double seconds =
        std::max(later.at("taken").get<double>() - earlier.at("taken").get<double>(), 0.001);
    Json events = events_between(earlier, later, seconds);
    double per_second = 0;
    for (const Json& event : events) {
        per_second += event.at("per_second").get<double>();
    }
    const auto more = [&](const char* name) {
        return later.at(name).get<double>() - earlier.at(name).get<double>();
    };
    return {{"seconds", seconds},
            {"up", later.at("up")},
            {"events_per_second", per_second},
            {"alerts_per_second", grown(earlier, later, "alerts") / seconds},
            {"cpu_percent", 100 * more("cpu_seconds") / std::max(more("asked"), 0.001)},
            {"resident_bytes", later.at("resident_bytes")},
            {"ring_waiting_bytes", later.at("ring_waiting_bytes")},
            {"lost", losses_between(earlier, later)},
            {"max_cpu_percent", later.at("max_cpu_percent")},
            {"shed", shed_between(earlier, later, seconds)},
            {"events", std::move(events)},
            {"hooks", hooks_between(earlier, later, seconds)},
            {"rules", rules_between(earlier, later, seconds)},
            {"processes", processes_of(later)},
            {"outputs", outputs_between(earlier, later, seconds)}};
}

std::string draw_activity(const Json& activity, const Picture& picture) {
    Canvas canvas(picture);
    draw_head(canvas, activity);
    draw_kernel(canvas, activity);
    draw_users(canvas, activity);
    return canvas.take();
}

}  // namespace saker::cli
