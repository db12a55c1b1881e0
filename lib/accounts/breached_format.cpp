#include "accounts/breached_format.hpp"

#include "core/siphash.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace watchword::accounts {
namespace {

constexpr std::string_view magic = "WWBREACH";
constexpr std::uint64_t version = 1;
constexpr std::size_t summed_head = 32, head = 48, row = 40;

std::uint64_t read_number(std::string_view bytes, std::size_t at, std::size_t size) noexcept
{
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < size; ++i) n |= std::uint64_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return n;
}

void append_number(std::string& out, std::uint64_t n, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(n >> (8 * i)));
}

checksum read_checksum(std::string_view bytes, std::size_t at) noexcept
{
    checksum c;
    std::copy_n(bytes.data() + at, c.size(), c.data());
    return c;
}

void append_checksum(std::string& out, const checksum& c)
{
    out.append(c.data(), c.size());
}

checksum sum_of(std::string_view summed, std::string_view table)
{
    return core::siphash_128(std::string(summed).append(table));
}

[[noreturn]] void refuse(const std::string& what)
{
    throw std::runtime_error(what);
}

breached_shard read_row(std::string_view bytes, std::size_t at, std::uint64_t offset)
{
    breached_shard s;
    s.seed = read_number(bytes, at, 8);
    s.shape.segment_length = static_cast<std::uint32_t>(read_number(bytes, at + 8, 4));
    s.shape.segment_count = static_cast<std::uint32_t>(read_number(bytes, at + 12, 4));
    s.passwords = read_number(bytes, at + 16, 8);
    s.sum = read_checksum(bytes, at + 24);
    s.offset = offset;
    if (!s.shape.is_valid() || s.passwords > s.shape.size()) refuse("is damaged: it has a shard that cannot be");
    return s;
}

} // namespace

const breached_shard& breached_index::shard_of(std::uint64_t key) const
{
    const auto bits = std::countr_zero(shards.size());
    return shards[bits == 0 ? 0 : static_cast<std::size_t>(key >> (64 - bits))];
}

std::uint64_t breached_key(const crypto::sha1::digest& d) noexcept
{
    const auto hash = core::siphash_128({d.data(), d.size()});
    return read_number({hash.data(), hash.size()}, 0, 8);
}

std::string write_breached_index(breached_index& index)
{
    index.file_size = head + row * index.shards.size();
    index.passwords = 0;
    std::string table;
    for (auto& s : index.shards) {
        s.offset = index.file_size;
        index.file_size += s.shape.size();
        index.passwords += s.passwords;
        append_number(table, s.seed, 8);
        append_number(table, s.shape.segment_length, 4);
        append_number(table, s.shape.segment_count, 4);
        append_number(table, s.passwords, 8);
        append_checksum(table, s.sum);
    }
    std::string out(magic);
    append_number(out, version, 4);
    append_number(out, static_cast<std::uint64_t>(std::countr_zero(index.shards.size())), 4);
    append_number(out, index.passwords, 8);
    append_number(out, index.file_size, 8);
    append_checksum(out, sum_of(out, table));
    return out + table;
}

breached_index read_breached_index(std::string_view begin, std::uint64_t file_size)
{
    if (begin.substr(0, magic.size()) != magic) refuse("is not a filter that watchword breached build has made");
    if (begin.size() < head) refuse("is cut off");
    if (const auto found = read_number(begin, 8, 4); found != version)
        refuse("has the format " + std::to_string(found) + ", this program knows " + std::to_string(version));
    const auto bits = read_number(begin, 12, 4);
    if (bits > most_shard_bits) refuse("is damaged: it has too many shards");
    const std::size_t shards = std::size_t(1) << bits;
    if (begin.size() < head + row * shards) refuse("is cut off");
    if (sum_of(begin.substr(0, summed_head), begin.substr(head, row * shards)) != read_checksum(begin, summed_head))
        refuse("is damaged: its table and its checksum do not agree");

    breached_index index;
    index.passwords = read_number(begin, 16, 8);
    index.file_size = head + row * shards;
    std::uint64_t passwords = 0;
    for (std::size_t i = 0; i < shards; ++i) {
        index.shards.push_back(read_row(begin, head + row * i, index.file_size));
        index.file_size += index.shards.back().shape.size();
        passwords += index.shards.back().passwords;
    }
    if (passwords != index.passwords || index.file_size != read_number(begin, 24, 8))
        refuse("is damaged: its sizes do not agree");
    if (file_size < index.file_size) refuse("is cut off");
    if (file_size > index.file_size) refuse("is damaged: there is something behind its end");
    return index;
}

} // namespace watchword::accounts
