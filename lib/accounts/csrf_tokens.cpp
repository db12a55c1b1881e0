#include "accounts/csrf_tokens.hpp"

#include <array>

namespace watchword::accounts {
namespace {

constexpr std::string_view key_label = "watchword csrf token 1";

using text_bytes = std::array<char, csrf_tokens::text_size>;

// core::hex_encode without its string.
text_bytes in_hexadecimal(const crypto::hmac_sha256::tag& bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    text_bytes text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 15];
    }
    return text;
}

} // namespace

csrf_tokens::csrf_tokens(const core::secret_string& secret)
    : macs_([made = crypto::hmac_sha256(crypto::derive_key(secret, key_label).view())] { return made; })
{}

std::string csrf_tokens::issue(std::string_view session_id)
{
    const auto text = in_hexadecimal(macs_.local().sign(session_id));
    return std::string(text.data(), text.size());
}

bool csrf_tokens::is_of(std::string_view session_id, std::string_view text)
{
    const auto right = in_hexadecimal(macs_.local().sign(session_id));
    return core::equal_in_constant_time({right.data(), right.size()}, text);
}

} // namespace watchword::accounts
