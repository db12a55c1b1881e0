#include "http/chunked.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace watchword::http {
namespace {

bool is_text(char c) noexcept
{
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

// RFC 9110 section 6.5.1: fields that must not be sent, or believed, after the body.
bool is_forbidden_trailer(std::string_view name) noexcept
{
    for (const std::string_view bad :
         {"Content-Length", "Transfer-Encoding", "Host", "x-access-token", "Authorization", "Connection", "Cookie",
          "Trailer", "TE", "Expect", "X-Forwarded-For", "Forwarded", "Upgrade"})
        if (core::iequals(name, bad)) return true;
    return false;
}

} // namespace

chunked_decoder::progress chunked_decoder::decode(char* data, std::size_t size) noexcept
{
    std::size_t in = 0, out = 0;
    while (in < size && !complete_) {
        if (step_ == step::data) {
            const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size - in));
            std::memmove(data + out, data + in, piece);
            in += piece;
            out += piece;
            left_ -= piece;
            if (left_ == 0) step_ = step::data_cr;
            continue;
        }
        if (!take(data[in])) return {state::malformed, in, out};
        ++in;
        if (total_ > body_limit_ || ++overhead_ > overhead_limit) return {state::too_large, in, out};
    }
    return {complete_ ? state::complete : state::need_more, in, out};
}

bool chunked_decoder::take(char c) noexcept // calls itself once, from size_first to size
{
    switch (step_) {
    case step::size_first:
        left_ = 0;
        overhead_ = 0;
        return core::hex_value(c) >= 0 && (step_ = step::size, take(c));
    case step::size:
        if (const int digit = core::hex_value(c); digit >= 0) {
            if (left_ >> 56 != 0) return false;
            left_ = left_ * 16 + static_cast<unsigned>(digit);
            return true;
        }
        return after_extension(c);
    case step::size_lf:
        total_ += left_;
        if (left_ == 0) overhead_ = 0;
        return go(left_ == 0 ? step::trailer_first : step::data, c == '\n');
    case step::data_cr: return go(step::data_lf, c == '\r');
    case step::data_lf: return go(step::size_first, c == '\n');
    case step::data: return false; // decode() copies it
    case step::trailer_first:
    case step::trailer_name:
    case step::trailer_value:
    case step::trailer_lf:
    case step::end_lf: return take_trailer(c);
    default: return take_extension(c);
    }
}

// What may follow the size or a whole extension.
bool chunked_decoder::after_extension(char c) noexcept
{
    return c == ';' ? go(step::extension_name_first, true) : go(step::size_lf, c == '\r');
}

bool chunked_decoder::take_extension(char c) noexcept
{
    const bool blank = c == ' ' || c == '\t'; // allowed around ';' and '=' (BWS)
    switch (step_) {
    case step::extension_name_first: return blank || go(step::extension_name, core::is_token_character(c));
    case step::extension_name:
        if (core::is_token_character(c)) return true;
        [[fallthrough]];
    case step::extension_after_name:
        if (blank) return go(step::extension_after_name, true);
        return c == '=' ? go(step::extension_value_first, true) : after_extension(c);
    case step::extension_value_first:
        if (blank) return true;
        return c == '"' ? go(step::extension_quoted, true) : go(step::extension_value, core::is_token_character(c));
    case step::extension_quoted:
        if (c == '"') return go(step::extension_after_value, true);
        return c == '\\' ? go(step::extension_escape, true) : is_text(c);
    case step::extension_escape: return go(step::extension_quoted, is_text(c));
    case step::extension_value:
        if (core::is_token_character(c)) return true;
        [[fallthrough]];
    default: return blank ? go(step::extension_after_value, true) : after_extension(c);
    }
}

bool chunked_decoder::take_trailer(char c) noexcept
{
    switch (step_) {
    case step::trailer_first:
        if (c == '\r') return go(step::end_lf, true);
        name_size_ = 0;
        step_ = step::trailer_name;
        if (c == ':') return false;
        [[fallthrough]];
    case step::trailer_name:
        if (c == ':')
            return go(step::trailer_value, !is_forbidden_trailer({name_.data(), std::min(name_size_, name_.size())}));
        if (name_size_ < name_.size()) name_[name_size_++] = c;
        return core::is_token_character(c);
    case step::trailer_value: return c == '\r' ? go(step::trailer_lf, true) : is_text(c);
    case step::trailer_lf: return go(step::trailer_first, c == '\n');
    default: complete_ = c == '\n'; return complete_;
    }
}

} // namespace watchword::http
