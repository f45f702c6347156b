#include "engine/lang/getopt.h"

#include <optional>

namespace saker::lang {
namespace {

/// Whether, and how, an option takes a value.
enum class Takes { unknown, nothing, value, maybe };

Takes how(std::string_view known, char option) {
    const size_t at = option == ':' ? std::string_view::npos : known.find(option);
    if (at == std::string_view::npos) {
        return Takes::unknown;
    }
    if (known.substr(at + 1).starts_with("::")) {
        return Takes::maybe;
    }
    return known.substr(at + 1).starts_with(":") ? Takes::value : Takes::nothing;
}

/// Walks the arguments between two places of `out`, adding behind them.
class OptionFinder {
  public:
    OptionFinder(Values& out, size_t begin, std::string_view known, const FieldArgument& wanted)
        : out_(out), next_(begin), end_(out.size()), known_(known), wanted_(wanted) {}

    void find_all() {
        while (const auto argument = take_argument()) {
            if (*argument == "--") {
                return;
            }
            if (argument->size() > 1 && argument->front() == '-') {
                take_cluster(argument->substr(1));
            }
        }
    }

  private:
    std::optional<std::string_view> take_argument() {
        if (next_ == end_) {
            return std::nullopt;
        }
        const auto* text = std::get_if<std::string_view>(&out_.all()[next_++]);
        return text ? *text : std::string_view();
    }

    /// `-abc`: options in one argument; the first that takes a value takes the rest.
    void take_cluster(std::string_view letters) {
        for (size_t i = 0; i < letters.size(); ++i) {
            const auto option = letters.substr(i, 1);
            const auto rest = letters.substr(i + 1);
            switch (how(known_, option.front())) {
                case Takes::unknown:
                    break;
                case Takes::nothing:
                    note(option, std::nullopt);
                    break;
                case Takes::maybe:
                    note(option, rest.empty() ? std::nullopt : std::optional(rest));
                    return;
                case Takes::value: {
                    const auto value = rest.empty() ? take_argument() : std::optional(rest);
                    if (value) {
                        note(option, value);
                    }
                    return;
                }
            }
        }
    }

    void note(std::string_view option, std::optional<std::string_view> value) {
        if (!wanted_.given) {
            out_.add(option);
            if (value) {
                out_.add(*value);
            }
        } else if (wanted_.text == option) {
            out_.shorten(end_);  // given twice, the last counts
            out_.add(value.value_or(""));
        }
    }

    Values& out_;
    size_t next_;
    size_t end_;
    std::string_view known_;
    const FieldArgument& wanted_;
};

}  // namespace

void find_options(Values& out, size_t begin, std::string_view known, const FieldArgument& wanted) {
    OptionFinder(out, begin, known, wanted).find_all();
}

}  // namespace saker::lang
