#include "core/fuse_filter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace watchword::core {
namespace {

constexpr int most_attempts = 100; // each succeeds with over 50 %

// One to one, so that different keys stay different (MurmurHash3's finalizer).
std::uint64_t mix(std::uint64_t x) noexcept
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ x >> 33;
}

fuse_place place_of(fuse_shape s, std::uint64_t hash) noexcept
{
    __extension__ using wide = unsigned __int128;
    const std::uint64_t starts = std::uint64_t(s.segment_count) * s.segment_length;
    const auto first = static_cast<std::uint32_t>(wide(hash) * starts >> 64);
    const std::uint32_t mask = s.segment_length - 1;
    const auto second = (first + s.segment_length) ^ (static_cast<std::uint32_t>(hash >> 18) & mask);
    const auto third = (first + 2 * s.segment_length) ^ (static_cast<std::uint32_t>(hash) & mask);
    return {{first, second, third}, static_cast<std::uint8_t>(hash ^ hash >> 32)};
}

// The paper's, for three positions.
fuse_shape shape_for(std::size_t keys)
{
    if (keys == 0) return {};
    const double n = static_cast<double>(std::max<std::size_t>(keys, 2));
    const auto exponent = static_cast<unsigned>(std::floor(std::log(n) / std::log(3.33) + 2.25));
    const std::uint32_t length = std::min(1u << exponent, longest_fuse_segment);
    const double space = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(n));
    const auto segments = static_cast<std::uint32_t>(std::llround(n * space) + length - 1) / length;
    return {length, segments > 3 ? segments - 2 : 1};
}

// Takes keys away that are alone in one of their positions until none is left. Taken back in the opposite order, each
// finds that position free.
class peeling {
public:
    explicit peeling(fuse_shape s) : shape_(s), cells_(s.size()) {}

    bool peel(std::span<const std::uint64_t> keys, std::uint64_t seed)
    {
        std::fill(cells_.begin(), cells_.end(), cell());
        taken_.clear();
        taken_.reserve(keys.size());
        for (const auto key : keys) {
            const auto hash = mix(key + seed);
            for (const auto p : place_of(shape_, hash).positions) cells_[p].add(hash);
        }
        lonely_.clear();
        for (std::uint32_t p = 0; p < cells_.size(); ++p)
            if (cells_[p].count == 1) lonely_.push_back(p);
        while (!lonely_.empty()) {
            const auto p = lonely_.back();
            lonely_.pop_back();
            if (cells_[p].count == 1) take(p);
        }
        return taken_.size() == keys.size();
    }

    void assign(std::vector<std::uint8_t>& fingerprints) const
    {
        for (auto at = taken_.rbegin(); at != taken_.rend(); ++at) {
            const auto [positions, fingerprint] = place_of(shape_, at->first);
            std::uint8_t value = fingerprint;
            for (const auto p : positions)
                if (p != at->second) value ^= fingerprints[p];
            fingerprints[at->second] = value;
        }
    }

private:
    struct cell {
        std::uint64_t together = 0; // of the hashes that are here, their exclusive or
        std::uint32_t count = 0;

        void add(std::uint64_t hash) noexcept
        {
            together ^= hash;
            ++count;
        }
        void remove(std::uint64_t hash) noexcept
        {
            together ^= hash;
            --count;
        }
    };

    void take(std::uint32_t position)
    {
        const auto hash = cells_[position].together;
        taken_.emplace_back(hash, position);
        for (const auto p : place_of(shape_, hash).positions) {
            cells_[p].remove(hash);
            if (cells_[p].count == 1) lonely_.push_back(p);
        }
    }

    const fuse_shape shape_;
    std::vector<cell> cells_;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> taken_; // hashes, and where they were alone
    std::vector<std::uint32_t> lonely_;
};

} // namespace

bool fuse_shape::is_valid() const noexcept
{
    if (segment_count == 0) return segment_length == 0;
    return std::has_single_bit(segment_length) && segment_length <= longest_fuse_segment &&
           size() <= 2 * most_fuse_keys;
}

fuse_place find_fuse_place(fuse_shape s, std::uint64_t seed, std::uint64_t key) noexcept
{
    return place_of(s, mix(key + seed));
}

bool fuse_filter::contains(std::uint64_t key) const noexcept
{
    if (shape.segment_count == 0) return false;
    const auto [positions, fingerprint] = find_fuse_place(shape, seed, key);
    return (fingerprints[positions[0]] ^ fingerprints[positions[1]] ^ fingerprints[positions[2]]) == fingerprint;
}

fuse_filter build_fuse_filter(std::span<const std::uint64_t> keys)
{
    if (keys.size() > most_fuse_keys) throw std::invalid_argument("too many keys for one filter");
    fuse_filter made{shape_for(keys.size()), 0, {}};
    if (keys.empty()) return made;
    peeling p(made.shape);
    for (int attempt = 1; attempt <= most_attempts; ++attempt) {
        made.seed = mix(static_cast<std::uint64_t>(attempt));
        if (!p.peel(keys, made.seed)) continue;
        made.fingerprints.resize(made.shape.size());
        p.assign(made.fingerprints);
        return made;
    }
    throw std::invalid_argument("equal keys for a filter");
}

} // namespace watchword::core
