#include "crypto/argon2.hpp"

#include "core/secret.hpp"
#include "crypto/argon2_blake2b.hpp"
#include "crypto/phc.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace watchword::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read as little-endian words");

constexpr std::uint32_t version = 0x13, slices = 4;
constexpr std::size_t first_hash_size = 64, block_size = sizeof(argon2_block);

// Wipes what a hash left in the arena, however it ends.
class arena_use {
public:
    arena_use(argon2_memory& memory, std::size_t blocks)
        : memory_(memory), size_(blocks), blocks_(memory.reserve(blocks))
    {}
    arena_use(const arena_use&) = delete;
    arena_use& operator=(const arena_use&) = delete;
    ~arena_use() { memory_.wipe(size_); }
    argon2_block* blocks() const { return blocks_; }

private:
    argon2_memory& memory_;
    const std::size_t size_;
    argon2_block* const blocks_;
};

void add_with_size(blake2b& hash, std::string_view bytes)
{
    hash.add_number(static_cast<std::uint32_t>(bytes.size()));
    hash.add(bytes);
}

// H0, section 3.2.
void first_hash(const argon2id_input& in, std::size_t tag_size, char* out)
{
    blake2b hash(first_hash_size);
    for (const auto n : {in.lanes, static_cast<std::uint32_t>(tag_size), in.memory_kib, in.passes, version,
                         static_cast<std::uint32_t>(in.type)})
        hash.add_number(n);
    for (const auto bytes : {in.password, in.salt, in.secret, in.associated_data}) add_with_size(hash, bytes);
    hash.finish(out);
}

// The first two blocks of each lane.
void begin_lanes(const argon2_matrix& m, const argon2id_input& in, std::size_t tag_size)
{
    core::secret_bytes<first_hash_size + 8> seed;
    first_hash(in, tag_size, seed.data);
    for (std::uint32_t lane = 0; lane < m.lanes; ++lane)
        for (std::uint32_t i = 0; i < 2; ++i) {
            std::memcpy(seed.data + first_hash_size, &i, sizeof i);
            std::memcpy(seed.data + first_hash_size + 4, &lane, sizeof lane);
            argon2_block& block = m.blocks[std::size_t(lane) * slices * m.segment_length + i];
            argon2_long_hash(seed.view(), {reinterpret_cast<char*>(block.words), block_size});
        }
}

// The tag is H' of the lanes' last blocks, added up into the first lane's.
void finish_lanes(const argon2_matrix& m, std::span<char> tag)
{
    const std::size_t lane_length = std::size_t(slices) * m.segment_length;
    argon2_block& sum = m.blocks[lane_length - 1];
    for (std::uint32_t lane = 1; lane < m.lanes; ++lane) {
        const argon2_block& last = m.blocks[(lane + 1) * lane_length - 1];
        for (int i = 0; i < 128; ++i) sum.words[i] ^= last.words[i];
    }
    argon2_long_hash({reinterpret_cast<const char*>(sum.words), block_size}, tag);
}

[[gnu::noinline]] void compute(argon2_fill fill, const argon2_matrix& m, const argon2id_input& in, std::span<char> tag)
{
    begin_lanes(m, in, tag.size());
    for (std::uint32_t pass = 0; pass < m.passes; ++pass)
        for (std::uint32_t slice = 0; slice < slices; ++slice)
            for (std::uint32_t lane = 0; lane < m.lanes; ++lane) fill(m, {pass, lane, slice});
    finish_lanes(m, tag);
}

} // namespace

bool is_possible(const argon2id_input& in, std::size_t tag_size) noexcept
{
    constexpr std::size_t longest = std::numeric_limits<std::uint32_t>::max();
    return tag_size >= 4 &&
           std::max({in.password.size(), in.salt.size(), in.secret.size(), in.associated_data.size(), tag_size}) <=
               longest &&
           in.salt.size() >= 8 && in.lanes > 0 && in.memory_kib / 8 >= in.lanes &&
           is_within_bounds(in.memory_kib, in.passes);
}

void argon2id(argon2_fill fill, argon2_memory& memory, const argon2id_input& in, std::span<char> tag)
{
    if (!is_possible(in, tag.size())) throw std::invalid_argument("Argon2 does not have these parameters");
    const std::uint32_t segment_length = in.memory_kib / (slices * in.lanes);
    const arena_use arena(memory, std::size_t(slices) * in.lanes * segment_length);
    compute(fill, {arena.blocks(), in.passes, in.lanes, segment_length, in.type}, in, tag);
    core::wipe_stack();
}

void argon2_long_hash(std::string_view input, std::span<char> out)
{
    constexpr std::size_t whole = 64, half = 32;
    const auto hash = [&](std::string_view text, std::size_t size, char* to, bool first) {
        blake2b h(size);
        if (first) h.add_number(static_cast<std::uint32_t>(out.size()));
        h.add(text);
        h.finish(to);
    };
    if (out.size() <= whole) return hash(input, out.size(), out.data(), true);

    core::secret_bytes<whole> last;
    hash(input, whole, last.data, true);
    std::size_t done = 0;
    for (;; done += half) {
        std::memcpy(out.data() + done, last.data, half);
        if (out.size() - done - half <= whole) break;
        core::secret_bytes<whole> next;
        hash(last.view(), whole, next.data, false);
        std::memcpy(last.data, next.data, whole);
    }
    done += half;
    hash(last.view(), out.size() - done, out.data() + done, false);
}

} // namespace watchword::crypto
