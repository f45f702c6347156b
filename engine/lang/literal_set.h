// Many texts or numbers asked for at once: one hash lookup says which of them a value equals.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace saker::lang {

inline constexpr uint32_t kNoLiteral = UINT32_MAX;

/// Mixes every byte, so that no ordinary list of names or paths fills one bucket.
inline uint64_t hash_text(std::string_view text) {
    __extension__ using Wide = unsigned __int128;
    uint64_t hash = 0x9e3779b97f4a7c15ULL ^ text.size();
    const auto mix = [&](uint64_t word) {
        const Wide product = static_cast<Wide>(hash ^ word) * 0xd6e8feb86659fd93ULL;
        hash = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64U);
    };
    const char* at = text.data();
    size_t left = text.size();
    for (; left >= sizeof(uint64_t); at += sizeof(uint64_t), left -= sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, at, sizeof(word));
        mix(word);
    }
    uint64_t tail = 0;
    for (size_t i = 0; i < left; ++i) {
        tail |= static_cast<uint64_t>(static_cast<uint8_t>(at[i])) << (8 * i);
    }
    mix(tail);
    return hash ^ (hash >> 29U);
}

inline uint64_t hash_number(uint64_t number) {
    number *= 0xd6e8feb86659fd93ULL;
    return number ^ (number >> 32U);
}

/// Costs less than hashing a text, and tells most apart: its length and last bytes.
inline uint64_t digest(std::string_view text) {
    uint64_t word = 0;
    if (text.size() >= sizeof(word)) {
        std::memcpy(&word, text.data() + text.size() - sizeof(word), sizeof(word));
    } else if (!text.empty()) {
        std::memcpy(&word, text.data(), text.size());
    }
    return (word ^ text.size() << 56U) * 0xd6e8feb86659fd93ULL >> 32U;
}

inline uint64_t digest(uint64_t number) {
    return hash_number(number) >> 32U;
}

/// An open-addressed table from literals to their index in the list it was made from.
template <class Key, class View, uint64_t (*Hash)(View)>
class LiteralTable {
  public:
    /// `literals` must not hold the same value twice.
    explicit LiteralTable(std::vector<Key> literals) : literals_(std::move(literals)) {
        slots_.resize(std::bit_ceil(literals_.size() * 2 + 2));
        seen_.resize(std::bit_ceil(literals_.size() * 16 + 64) / 64);
        for (uint32_t index = 0; index < literals_.size(); ++index) {
            const uint64_t hash = Hash(literals_[index]);
            size_t slot = hash & (slots_.size() - 1);
            while (slots_[slot].literal != kNoLiteral) {
                slot = (slot + 1) & (slots_.size() - 1);
            }
            slots_[slot] = {static_cast<uint32_t>(hash >> 32U), index};
            const uint64_t digested = digest(View(literals_[index]));
            seen_[word_of(digested)] |= uint64_t{1} << (digested % 64);
        }
    }

    /// The index of the literal equal to `value`, or kNoLiteral.
    uint32_t find(View value) const {
        const uint64_t digested = digest(value);
        if ((seen_[word_of(digested)] >> (digested % 64) & 1U) == 0) {
            return kNoLiteral;
        }
        const uint64_t hash = Hash(value);
        size_t slot = hash & (slots_.size() - 1);
        while (slots_[slot].literal != kNoLiteral) {
            if (slots_[slot].tag == static_cast<uint32_t>(hash >> 32U) &&
                literals_[slots_[slot].literal] == value) {
                return slots_[slot].literal;
            }
            slot = (slot + 1) & (slots_.size() - 1);
        }
        return kNoLiteral;
    }

  private:
    struct Slot {
        uint32_t tag = 0;
        uint32_t literal = kNoLiteral;
    };

    size_t word_of(uint64_t digested) const { return digested / 64 & (seen_.size() - 1); }

    std::vector<Key> literals_;
    std::vector<Slot> slots_;
    std::vector<uint64_t> seen_;  // a bit for each literal's digest: most values end here
};

using TextSet = LiteralTable<std::string, std::string_view, hash_text>;
using NumberSet = LiteralTable<uint64_t, uint64_t, hash_number>;

}  // namespace saker::lang
