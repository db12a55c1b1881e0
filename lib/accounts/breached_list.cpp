#include "accounts/breached_list.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace watchword::accounts {
namespace {

constexpr std::size_t longest_line = 64 * 1024, least_buffer = 2 * longest_line;
constexpr std::size_t sha1_digits = 40, ntlm_digits = 32;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr std::string_view not_sha1 = "is not a SHA-1 in 40 hexadecimal digits, alone or with a colon and a count";
constexpr std::string_view too_long = "is longer than 1,024 bytes, which no password is";
constexpr std::string_view not_text = "is not UTF-8, which every password is";

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "HEX" or "HEX:COUNT", with so many digits of HEX.
bool is_hash_line(std::string_view text, std::size_t digits)
{
    if (text.size() < digits) return false;
    const auto hash = text.substr(0, digits), rest = text.substr(digits);
    if (std::any_of(hash.begin(), hash.end(), [](char c) { return core::hex_value(c) < 0; })) return false;
    return rest.empty() || (rest.size() > 1 && rest[0] == ':' && std::all_of(rest.begin() + 1, rest.end(), is_digit));
}

crypto::sha1::digest read_digest(std::string_view digits)
{
    crypto::sha1::digest d;
    for (std::size_t i = 0; i < d.size(); ++i)
        d[i] = static_cast<char>(core::hex_value(digits[2 * i]) * 16 + core::hex_value(digits[2 * i + 1]));
    return d;
}

} // namespace

void list_line_reader::choose_format(std::string_view text)
{
    if (format_ == list_format::automatic)
        format_ = is_hash_line(text, sha1_digits) ? list_format::sha1 : list_format::plain;
    else if (format_ == list_format::plain)
        return;
    // A plain list whose first password looks like that needs --format plain.
    if (is_hash_line(text, ntlm_digits))
        throw std::runtime_error(
            "it is a list of NTLM hashes, which cannot be compared with a password's SHA-1: take the "
            "list of SHA-1 hashes");
}

list_line_reader::line list_line_reader::read(std::string_view text)
{
    if (is_first_ && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.empty()) return {};
    if (std::exchange(is_first_, false)) choose_format(text);
    if (format_ == list_format::sha1) {
        if (!is_hash_line(text, sha1_digits)) return {std::nullopt, not_sha1};
        return {read_digest(text), {}};
    }
    if (text.size() > longest_listed_password) return {std::nullopt, too_long};
    if (!core::is_utf8(text)) return {std::nullopt, not_text};
    return {sha1_(text), {}};
}

line_splitter::line_splitter(source s, std::size_t buffer_size)
    : source_(std::move(s)), buffer_(std::max(buffer_size, least_buffer), '\0')
{}

// Moves what is left to the front and reads behind it; false if there is nothing more.
bool line_splitter::fill()
{
    if (is_over_) return false;
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    const auto size = source_(buffer_.data() + end_, buffer_.size() - end_);
    end_ += size;
    bytes_ += size;
    is_over_ = size == 0;
    return size != 0;
}

std::optional<std::string_view> line_splitter::next()
{
    std::size_t searched = 0;
    for (;;) {
        const char* const from = buffer_.data() + begin_;
        const auto* const feed = static_cast<const char*>(std::memchr(from + searched, '\n', end_ - begin_ - searched));
        searched = end_ - begin_;
        if (!feed && searched > longest_line) return long_line();
        if (feed) return take_line(static_cast<std::size_t>(feed - from), 1);
        if (fill()) continue;
        if (searched == 0) return std::nullopt;
        return take_line(searched, 0);
    }
}

std::string_view line_splitter::take_line(std::size_t size, std::size_t feed)
{
    std::string_view line(buffer_.data() + begin_, size);
    begin_ += size + feed;
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line.substr(0, longest_line);
}

// The buffer has the beginning of it; drops the rest.
std::optional<std::string_view> line_splitter::long_line()
{
    std::string kept(buffer_, begin_, longest_line);
    for (;;) {
        const char* const from = buffer_.data() + begin_;
        const auto* const feed = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
        begin_ = feed ? static_cast<std::size_t>(feed - buffer_.data()) + 1 : end_;
        if (feed || !fill()) break;
    }
    ++number_;
    long_ = std::move(kept);
    return long_;
}

} // namespace watchword::accounts
