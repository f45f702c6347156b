#include "engine/rules/report.h"

#include <algorithm>
#include <tuple>

#include "engine/rules/scalar_map.h"

namespace saker::rules {

uint32_t Report::add_file(SourceFile file) {
    files_.push_back(std::move(file));
    return static_cast<uint32_t>(files_.size() - 1);
}

uint32_t Report::add_text(std::vector<Text> parts, std::string item) {
    texts_.push_back({std::move(parts), std::move(item)});
    return static_cast<uint32_t>(texts_.size() - 1);
}

Place Report::inside(const Text& text, size_t index) const {
    if (text.place.file == Place::kNowhere) {
        return text.place;
    }
    const SourceFile& file = files_[text.place.file];
    return {text.place.file, offset_in_scalar(file.text(), text.place.offset, text.value, index)};
}

Place Report::place_of(const lang::Span& span) const {
    if ((span.source & kFileBit) != 0) {
        return {span.source & ~kFileBit, span.begin};
    }
    if (span.source >= texts_.size() || texts_[span.source].parts.empty()) {
        return {};
    }
    size_t begin = span.begin;
    const std::vector<Text>& parts = texts_[span.source].parts;
    for (const Text& part : parts) {
        if (begin <= part.value.size() || &part == &parts.back()) {
            return inside(part, std::min(begin, part.value.size()));
        }
        begin -= part.value.size() + 1;
    }
    return {};
}

std::string Report::item_of(const lang::Span& span) const {
    const bool known = (span.source & kFileBit) == 0 && span.source < texts_.size();
    return known ? texts_[span.source].item : "";
}

void Report::error_at(Finding finding, Where where, std::string line) {
    Diagnostic diagnostic{
        Severity::error,         std::move(finding.code), std::move(finding.message),
        std::move(finding.hint), std::move(finding.item), std::move(where),
        std::move(line)};
    ++errors_;
    found_.push_back({{}, std::move(diagnostic)});
}

void Report::add(Severity severity, Finding finding, Place place) {
    errors_ += severity == Severity::error ? 1 : 0;
    const bool known = place.file != Place::kNowhere;
    // A macro's mistake shows in every rule that uses it; once is enough.
    const auto key = std::make_tuple(place.file, place.offset, finding.code + finding.message);
    const size_t most = severity == Severity::error ? kMost : kMostWarnings;
    if (found_.size() >= most || (known && !seen_.insert(key).second)) {
        return;
    }
    Diagnostic diagnostic{severity,
                          std::move(finding.code),
                          std::move(finding.message),
                          std::move(finding.hint),
                          std::move(finding.item),
                          {},
                          {}};
    if (known) {
        diagnostic.where = files_[place.file].where(place.offset);
        diagnostic.line = files_[place.file].line_of(place.offset);
    }
    found_.push_back({place, std::move(diagnostic)});
}

std::vector<Diagnostic> Report::take() {
    std::ranges::stable_sort(found_, [](const Found& one, const Found& other) {
        return std::tie(one.place.file, one.place.offset) <
               std::tie(other.place.file, other.place.offset);
    });
    std::vector<Diagnostic> all;
    all.reserve(found_.size());
    for (Found& found : found_) {
        all.push_back(std::move(found.diagnostic));
    }
    found_.clear();
    return all;
}

}  // namespace saker::rules
