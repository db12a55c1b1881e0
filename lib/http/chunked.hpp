#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace watchword::http {

// Decodes a chunked body (RFC 9112 section 7.1) in place, piece by piece as it arrives. Strict: CRLF only; chunk
// extensions are checked and skipped; trailer fields are checked and dropped, and those that frame, route or
// authenticate are refused, so that no trailer can pass for a header. Memory is constant. One thread.
class chunked_decoder {
public:
    // too_large: the body is beyond its limit, or extensions or trailers are beyond 8 KiB.
    enum class state { need_more, complete, malformed, too_large };

    explicit chunked_decoder(std::uint64_t body_limit) : body_limit_(body_limit) {}

    struct progress {
        state now;
        std::size_t consumed; // of the input; all of it unless complete
        std::size_t produced; // bytes of body, written from the start of the input
    };
    progress decode(char* data, std::size_t size) noexcept;

private:
    enum class step : std::uint8_t {
        size_first,
        size,
        size_lf,
        data,
        data_cr,
        data_lf,
        extension_name_first,
        extension_name,
        extension_after_name,
        extension_value_first,
        extension_value,
        extension_quoted,
        extension_escape,
        extension_after_value,
        trailer_first,
        trailer_name,
        trailer_value,
        trailer_lf,
        end_lf
    };

    // Each takes one byte of framing; false when it is malformed there.
    bool take(char c) noexcept;
    bool take_extension(char c) noexcept;
    bool take_trailer(char c) noexcept;
    bool after_extension(char c) noexcept;
    bool go(step next, bool good) noexcept
    {
        step_ = next;
        return good;
    }

    static constexpr std::size_t overhead_limit = 8192; // of one chunk; of all trailers
    std::uint64_t body_limit_;
    std::uint64_t total_ = 0;
    std::uint64_t left_ = 0; // of the current chunk
    std::size_t overhead_ = 0;
    std::array<char, 24> name_{}; // of the current trailer, as far as it matters
    std::size_t name_size_ = 0;
    step step_ = step::size_first;
    bool complete_ = false;
};

} // namespace watchword::http
