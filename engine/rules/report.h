// The files being loaded and all that is wrong with them.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/ast.h"
#include "engine/rules/source_file.h"

namespace saker::rules {

/// Where a YAML node begins.
struct Place {
    static constexpr uint32_t kNowhere = 0xFFFFFFFF;
    uint32_t file = kNowhere;
    uint32_t offset = 0;
};

/// A scalar, and where it was written.
struct Text {
    std::string value;
    Place place;
};

/// What a mistake concerns.
struct Finding {
    std::string code;
    std::string message;
    std::string hint;
    std::string item;  // "rule 'x'"
};

/// Collects diagnostics. Spans given to it carry, as their `source`, what `add_text` returned or
/// `source_of_file`.
class Report {
  public:
    /// Keeps the file; its number is what places call it by.
    uint32_t add_file(SourceFile file);
    const SourceFile& file(uint32_t number) const { return files_[number]; }

    /// Registers the text conditions are parsed from: parts joined by one blank.
    uint32_t add_text(std::vector<Text> parts, std::string item);

    /// The source of spans whose `begin` is an offset in that file.
    static uint32_t source_of_file(uint32_t file) { return kFileBit | file; }

    /// The place of one byte of a scalar's value.
    Place inside(const Text& text, size_t index) const;
    Place place_of(const lang::Span& span) const;

    /// Who a span belongs to; empty when that is not known.
    std::string item_of(const lang::Span& span) const;

    void error(Finding finding, Place place) { add(Severity::error, std::move(finding), place); }
    void warning(Finding finding, Place place) {
        add(Severity::warning, std::move(finding), place);
    }

    /// A mistake about a whole path, or one whose place is already in words.
    void error_at(Finding finding, Where where, std::string line = {});

    bool has_errors() const { return errors_ > 0; }

    /// A file could not be read or understood: names may be missing through no fault of others.
    void set_incomplete() { incomplete_ = true; }
    bool is_incomplete() const { return incomplete_; }

    /// Everything found, each mistake once, by file and place.
    std::vector<Diagnostic> take();

  private:
    static constexpr uint32_t kFileBit = 0x80000000U;
    static constexpr size_t kMostWarnings = 1000;
    static constexpr size_t kMost = 2000;

    struct Joined {
        std::vector<Text> parts;
        std::string item;
    };
    struct Found {
        Place place;
        Diagnostic diagnostic;
    };

    void add(Severity severity, Finding finding, Place place);

    std::deque<SourceFile> files_;  // a deque: texts stay where they are
    std::vector<Joined> texts_;
    std::vector<Found> found_;
    std::set<std::tuple<uint32_t, uint32_t, std::string>> seen_;
    size_t errors_ = 0;
    bool incomplete_ = false;
};

}  // namespace saker::rules
