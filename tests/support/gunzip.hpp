#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace watchword::test {

// The inverse of deflate (RFC 1951), slow and strict. It shares nothing with the code that it judges; Beast's own also
// reads beyond the end of a stream, so that bytes too many could not be seen.
class inflater {
public:
    // `in` starts with a deflate stream.
    explicit inflater(std::string_view in) : in_(in) {}

    // What the stream holds. Throws std::runtime_error if it is malformed.
    std::string run()
    {
        for (bool last = false; !last;) {
            last = bits(1) != 0;
            const auto type = bits(2);
            if (type == 0) {
                read_stored();
            } else if (type == 1) {
                read_fixed();
            } else if (type == 2) {
                read_dynamic();
            } else {
                fail("an unknown block");
            }
        }
        return std::move(out_);
    }
    // Bytes of the stream; after run().
    std::size_t size() const noexcept { return at_; }

private:
    // A canonical code: how many symbols have each length, and the symbols in the order of their codes.
    struct code {
        std::array<unsigned, 16> count{};
        std::array<unsigned, 288> symbols{};

        explicit code(std::span<const unsigned> lengths)
        {
            std::array<unsigned, 16> next{};
            for (const auto length : lengths) ++count[length];
            count[0] = 0;
            for (unsigned i = 1; i < 16; ++i) next[i] = i == 1 ? 0 : next[i - 1] + count[i - 1];
            for (unsigned symbol = 0; symbol < lengths.size(); ++symbol)
                if (lengths[symbol] != 0) symbols[next[lengths[symbol]]++] = symbol;
        }
    };

    [[noreturn]] static void fail(const char* what) { throw std::runtime_error(std::string("inflate: ") + what); }

    unsigned bits(unsigned number)
    {
        unsigned value = 0;
        for (unsigned i = 0; i < number; ++i, ++bit_) {
            if (bit_ == 8) {
                if (at_ == in_.size()) fail("it ends too early");
                byte_ = static_cast<unsigned char>(in_[at_++]);
                bit_ = 0;
            }
            value |= (byte_ >> bit_ & 1u) << i;
        }
        return value;
    }
    unsigned symbol(const code& c)
    {
        unsigned value = 0, first = 0, index = 0;
        for (unsigned length = 1; length < 16; ++length) {
            value |= bits(1);
            if (value < first + c.count[length]) return c.symbols[index + value - first];
            index += c.count[length];
            first = (first + c.count[length]) << 1;
            value <<= 1;
        }
        fail("an unknown code");
    }

    void read_stored()
    {
        bit_ = 8;
        const auto size = bits(16), inverted = bits(16);
        if ((size ^ inverted) != 0xFFFF) fail("a stored block with a wrong length");
        if (in_.size() - at_ < size) fail("it ends too early");
        out_.append(in_.substr(at_, size));
        at_ += size;
        bit_ = 8;
    }
    void read_fixed()
    {
        std::array<unsigned, 288> lengths;
        for (unsigned i = 0; i < 288; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        const std::array<unsigned, 30> distances = [] {
            std::array<unsigned, 30> five;
            five.fill(5);
            return five;
        }();
        read_symbols(code(lengths), code(distances));
    }
    void read_dynamic()
    {
        const auto literals = bits(5) + 257, distances = bits(5) + 1, meta = bits(4) + 4;
        if (literals > 286 || distances > 30) fail("too many codes");
        constexpr std::array<unsigned, 19> order{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        std::array<unsigned, 19> meta_lengths{};
        for (unsigned i = 0; i < meta; ++i) meta_lengths[order[i]] = bits(3);
        const code lengths_code(meta_lengths);
        std::array<unsigned, 286 + 30> lengths{};
        for (unsigned i = 0; i < literals + distances;) {
            const auto s = symbol(lengths_code);
            if (s < 16) {
                lengths[i++] = s;
                continue;
            }
            if (s == 16 && i == 0) fail("a repetition of nothing");
            const auto value = s == 16 ? lengths[i - 1] : 0;
            const auto times = s == 16 ? 3 + bits(2) : s == 17 ? 3 + bits(3) : 11 + bits(7);
            if (i + times > literals + distances) fail("too many lengths");
            for (unsigned n = 0; n < times; ++n) lengths[i++] = value;
        }
        const std::span all(lengths);
        read_symbols(code(all.first(literals)), code(all.subspan(literals, distances)));
    }
    void read_symbols(const code& literals, const code& distances)
    {
        for (auto s = symbol(literals); s != 256; s = symbol(literals)) {
            if (s < 256) {
                out_.push_back(static_cast<char>(s));
                continue;
            }
            const auto length = length_of(s - 257);
            const auto distance = distance_of(symbol(distances));
            if (distance > out_.size()) fail("a match before the start");
            for (std::size_t i = 0; i < length; ++i) out_.push_back(out_[out_.size() - distance]);
        }
    }
    unsigned length_of(unsigned n)
    {
        if (n > 28) fail("an unknown length");
        if (n == 28) return 258;
        if (n < 8) return n + 3;
        const auto extra = n / 4 - 1;
        return ((4 + n % 4) << extra) + 3 + bits(extra);
    }
    unsigned distance_of(unsigned n)
    {
        if (n > 29) fail("an unknown distance");
        if (n < 4) return n + 1;
        const auto extra = n / 2 - 1;
        return ((2 + n % 2) << extra) + 1 + bits(extra);
    }

    std::string_view in_;
    std::size_t at_ = 0;
    unsigned byte_ = 0, bit_ = 8;
    std::string out_;
};

// What is in a gzip member without optional fields (RFC 1952). Throws std::runtime_error for anything that is not
// exactly one: a wrong checksum or length, bytes behind it.
inline std::string gunzip(std::string_view member)
{
    if (member.size() < 18 || !member.starts_with(std::string_view("\x1f\x8b\x08\x00", 4)))
        throw std::runtime_error("no gzip member");
    const auto number = [&](std::size_t at) {
        std::uint32_t n = 0;
        for (std::size_t i = 4; i-- > 0;) n = n << 8 | static_cast<unsigned char>(member[at + i]);
        return n;
    };
    const auto stream = member.substr(10, member.size() - 18);
    inflater inflate(stream);
    auto out = inflate.run();
    if (inflate.size() != stream.size()) throw std::runtime_error("gzip: bytes too many");

    std::uint32_t crc = ~std::uint32_t(0);
    for (const char c : out) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
    }
    if (number(member.size() - 8) != ~crc) throw std::runtime_error("gzip: the checksum is wrong");
    if (number(member.size() - 4) != static_cast<std::uint32_t>(out.size()))
        throw std::runtime_error("gzip: the length is wrong");
    return out;
}

} // namespace watchword::test
