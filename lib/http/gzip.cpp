#include "http/gzip.hpp"

#include "http/crc32.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace watchword::http {
namespace {

namespace zlib = boost::beast::zlib;

// Level 1: 1.5 to 3 times as fast as the usual 6 for a tenth more bytes, and its searches are short whatever is sent.
constexpr int level = 1, window_bits = 15, memory_level = 8;

// Deflate, no name, no time, fastest algorithm, unknown system.
constexpr std::string_view header("\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff", 10);
constexpr std::string_view last_block("\x03\x00", 2); // empty, with fixed codes
constexpr std::size_t longest_stored = 0xFFFF;

void append_little_endian(std::string& out, std::uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

} // namespace

struct deflater::state {
    zlib::deflate_stream stream;
};

deflater::deflater() : state_(std::make_unique<state>())
{
    state_->stream.reset(level, window_bits, memory_level, zlib::Strategy::normal);
}
deflater::~deflater() = default;
deflater::deflater(deflater&&) noexcept = default;
deflater& deflater::operator=(deflater&&) noexcept = default;

void deflater::append(std::string& out, std::string_view bytes, bool last)
{
    auto& stream = state_->stream;
    stream.reset();
    const std::size_t before = out.size();
    out.resize(before + zlib::deflate_upper_bound(bytes.size()));
    zlib::z_params p;
    p.next_in = bytes.data();
    p.avail_in = bytes.size();
    p.next_out = out.data() + before;
    p.avail_out = out.size() - before;
    boost::beast::error_code ec;
    stream.write(p, last ? zlib::Flush::finish : zlib::Flush::sync, ec);
    const bool done = p.avail_in == 0 && p.avail_out > 0 && (last ? ec == zlib::error::end_of_stream : !ec);
    if (!done) throw std::logic_error("deflate failed");
    out.resize(before + p.total_out);
}

// The header, if it has not been written, and account of the piece.
std::string gzip_pieces::begin(std::string_view piece)
{
    crc_ = crc32(piece, crc_);
    size_ += static_cast<std::uint32_t>(piece.size());
    return std::exchange(begun_, true) ? std::string() : std::string(header);
}

std::string gzip_pieces::compress(std::string_view piece, deflater& d)
{
    auto out = begin(piece);
    d.append(out, piece, false);
    return out;
}

std::string gzip_pieces::store(std::string_view piece)
{
    auto out = begin(piece);
    out.reserve(out.size() + piece.size() + 5 * (piece.size() / longest_stored + 1));
    do {
        const auto size = std::min(piece.size(), longest_stored);
        out.push_back(0); // a stored block, not the last
        append_little_endian(out, static_cast<std::uint32_t>(size), 2);
        append_little_endian(out, ~static_cast<std::uint32_t>(size), 2);
        out.append(piece.substr(0, size));
        piece.remove_prefix(size);
    } while (!piece.empty());
    return out;
}

std::string gzip_pieces::end()
{
    auto out = begin({});
    out.append(last_block);
    append_little_endian(out, crc_, 4);
    append_little_endian(out, size_, 4);
    return out;
}

std::string gzip(std::string_view body, deflater& d)
{
    std::string out(header);
    d.append(out, body, true);
    append_little_endian(out, crc32(body), 4);
    append_little_endian(out, static_cast<std::uint32_t>(body.size()), 4);
    return out;
}

} // namespace watchword::http
