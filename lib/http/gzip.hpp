#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace watchword::http {

// The working memory of the deflate algorithm (RFC 1951): 256 KiB, got on first use and kept. One thread.
class deflater {
public:
    deflater();
    ~deflater();
    deflater(deflater&&) noexcept;
    deflater& operator=(deflater&&) noexcept;

    // Appends `bytes` compressed, without any reference to what came before. Unless it is the last, the result ends on
    // a byte boundary and more may follow. Throws std::bad_alloc; std::logic_error should the algorithm fail.
    void append(std::string& out, std::string_view bytes, bool last);

private:
    struct state;
    std::unique_ptr<state> state_;
};

// A gzip member (RFC 1952) made of pieces. Each is compressed by itself, so that between two of them a body holds only
// a checksum and a length, however many wait for slow clients, and any deflater can do the next. One thread at a time.
class gzip_pieces {
public:
    // What the piece becomes; never empty.
    std::string compress(std::string_view piece, deflater&);
    // The same without compression: 5 bytes more for each 64 KiB, in next to no time.
    std::string store(std::string_view piece);
    // What closes the member, after the last piece.
    std::string end();

private:
    std::string begin(std::string_view piece);

    std::uint32_t crc_ = 0;
    std::uint32_t size_ = 0; // modulo 2^32
    bool begun_ = false;
};

// A whole body as one gzip member.
std::string gzip(std::string_view body, deflater&);

} // namespace watchword::http
