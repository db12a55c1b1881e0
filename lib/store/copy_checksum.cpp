#include "store/copy_checksum.hpp"

#include "core/siphash.hpp"

namespace watchword::store {
namespace {

// Eight bytes, least significant first.
std::uint64_t read_word(const char* bytes) noexcept
{
    std::uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= std::uint64_t(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return word;
}

void append(std::string& out, std::uint64_t word)
{
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(word >> (8 * i));
    out.append(bytes, sizeof bytes);
}

} // namespace

row_checksum row_hasher::operator()(std::span<const stored_value> row)
{
    encoded_.clear();
    for (const auto& v : row) {
        encoded_ += static_cast<char>(v.type);
        switch (v.type) {
        case stored_value::kind::null: break;
        case stored_value::kind::integer:
        case stored_value::kind::real: append(encoded_, static_cast<std::uint64_t>(v.number)); break;
        case stored_value::kind::text:
        case stored_value::kind::blob:
            append(encoded_, v.bytes.size());
            encoded_ += v.bytes;
            break;
        }
    }
    const auto hash = core::siphash_128(encoded_);
    return {read_word(hash.data()), read_word(hash.data() + 8)};
}

std::string to_string(const row_checksum& c)
{
    std::string digits;
    for (const auto word : {c.high, c.low})
        for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(word >> shift) & 15];
    return digits;
}

} // namespace watchword::store
