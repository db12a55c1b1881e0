#pragma once

#include "crypto/argon2_fill.hpp"

// The walk through one segment (RFC 9106 sections 3.3 and 3.4), around a compression function G for one instruction
// set. `Compression` must be a type in an unnamed namespace, which makes all of this private to its source file. It has
//   state                     holds a block, maybe in registers
//   load(state, block)
//   first_word(state)
//   compress(state, reference, out, over, early)
//       state = out = G(state, reference), xor what `out` held if `over`; calls early(first word of the result) as
//       soon as that is known.
namespace watchword::crypto {

template <class Compression> class argon2_segment {
public:
    argon2_segment(const argon2_matrix& m, argon2_position at)
        : memory_(m),
          at_(at),
          lane_length_(4 * m.segment_length),
          begin_(at.pass == 0 && at.slice == 0 ? 2 : 0), // the lane's first two blocks are given
          lane_(m.blocks + std::uint64_t(at.lane) * lane_length_)
    {}

    void fill()
    {
        const std::uint32_t first = at_.slice * memory_.segment_length + begin_;
        Compression::load(state_, lane_[first != 0 ? first - 1 : lane_length_ - 1]);
        if (is_data_independent()) {
            fill_data_independent();
        } else {
            fill_data_dependent();
        }
    }

private:
    bool is_data_independent() const
    {
        return memory_.type == argon2_type::i || (memory_.type == argon2_type::id && at_.pass == 0 && at_.slice < 2);
    }

    argon2_block* current() const { return lane_ + std::uint64_t(at_.slice) * memory_.segment_length; }

    // Where the next reference lies depends on the block before. Its address is computed, and the block fetched, while
    // the rest of that one is.
    void fill_data_dependent()
    {
        const std::uint32_t end = memory_.segment_length;
        argon2_block* const out = current();
        const bool over = at_.pass != 0;
        const argon2_block* reference = locate(Compression::first_word(state_), begin_);
        for (std::uint32_t i = begin_; i < end; ++i) {
            const argon2_block* next = reference;
            const auto early = [&](std::uint64_t word) {
                next = locate(word, i + 1 < end ? i + 1 : i);
                fetch(next);
            };
            Compression::compress(state_, *reference, out[i], over, early);
            reference = next;
        }
    }

    // References come from a counter, 128 at a time.
    void fill_data_independent()
    {
        const std::uint32_t end = memory_.segment_length;
        argon2_block* const out = current();
        const bool over = at_.pass != 0; // of Argon2i only
        argon2_block input{{at_.pass, at_.lane, at_.slice, std::uint64_t(memory_.lanes) * lane_length_, memory_.passes,
                            static_cast<std::uint64_t>(memory_.type)}};
        argon2_block addresses;
        for (std::uint32_t i = begin_; i < end; ++i) {
            if (i == begin_ || i % 128 == 0) make_addresses(input, addresses);
            const std::uint32_t ahead = i % 128 != 127 && i + 1 < end ? i + 1 : i;
            const argon2_block* const next = locate(addresses.words[ahead % 128], ahead);
            const auto early = [&](std::uint64_t) { fetch(next); };
            Compression::compress(state_, *locate(addresses.words[i % 128], i), out[i], over, early);
        }
    }

    [[gnu::noinline]] static void make_addresses(argon2_block& input, argon2_block& addresses)
    {
        const auto ignore = [](std::uint64_t) {};
        const argon2_block zero{};
        ++input.words[6];
        typename Compression::state scratch;
        Compression::load(scratch, zero);
        Compression::compress(scratch, input, addresses, false, ignore);
        const argon2_block once = addresses;
        Compression::load(scratch, zero);
        Compression::compress(scratch, once, addresses, false, ignore);
    }

    // The block that the pseudo-random `word` (J1 and J2) refers to, seen from block `index` of this segment.
    const argon2_block* locate(std::uint64_t word, std::uint32_t index) const
    {
        const std::uint64_t j1 = word & 0xffffffff;
        std::uint32_t done = at_.slice * memory_.segment_length, start = 0;
        if (at_.pass != 0) {
            done = lane_length_ - memory_.segment_length;
            start = at_.slice == 3 ? 0 : (at_.slice + 1) * memory_.segment_length;
        }
        const argon2_block* lane = lane_;
        std::uint32_t area = done + index - 1;
        if (memory_.lanes != 1 && (at_.pass != 0 || at_.slice != 0)) {
            const std::uint32_t other = static_cast<std::uint32_t>((word >> 32) % memory_.lanes);
            if (other != at_.lane) {
                lane = memory_.blocks + std::uint64_t(other) * lane_length_;
                area = index == 0 ? done - 1 : done;
            }
        }
        const std::uint64_t x = j1 * j1 >> 32;
        const std::uint32_t back = static_cast<std::uint32_t>(area * x >> 32);
        const std::uint32_t position = start + area - 1 - back;
        return lane + (position < lane_length_ ? position : position - lane_length_);
    }

    static void fetch(const argon2_block* block)
    {
        for (int line = 0; line < 16; ++line) __builtin_prefetch(block->words + 8 * line);
    }

    const argon2_matrix memory_;
    const argon2_position at_;
    const std::uint32_t lane_length_;
    const std::uint32_t begin_;
    argon2_block* const lane_;
    typename Compression::state state_;
};

} // namespace watchword::crypto
