#include "crypto/refresh_token.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <string>

namespace watchword::crypto {
namespace {

constexpr std::string_view key_label = "watchword refresh token 1";
constexpr std::size_t number_size = 8, body_size = refresh_token::id_size + number_size;

static_assert(refresh_tokens::text_size ==
              refresh_tokens::prefix.size() + ((body_size + refresh_tokens::mac_size) * 4 + 2) / 3);

// The id and the number.
std::string write_body(const refresh_token& t)
{
    std::string body(t.session.data(), t.session.size());
    for (int shift = 56; shift >= 0; shift -= 8) body.push_back(static_cast<char>(t.number >> shift & 0xFF));
    return body;
}

refresh_token read_body(std::string_view body)
{
    refresh_token t;
    std::copy_n(body.begin(), t.session.size(), t.session.begin());
    for (const char c : body.substr(t.session.size())) t.number = t.number << 8 | static_cast<unsigned char>(c);
    return t;
}

} // namespace

refresh_tokens::refresh_tokens(const core::secret_string& secret)
    : server_(derive_key(secret, key_label).view()), session_(server_)
{}

std::array<char, refresh_tokens::mac_size> refresh_tokens::mac_of(std::string_view id_and_number)
{
    auto key = server_.sign(id_and_number.substr(0, refresh_token::id_size));
    session_.set_key({key.data(), key.size()});
    core::wipe(key.data(), key.size());
    const auto tag = session_.sign(id_and_number);
    std::array<char, mac_size> mac;
    std::copy_n(tag.begin(), mac.size(), mac.begin());
    return mac;
}

core::secret_string refresh_tokens::issue(const refresh_token& t)
{
    std::string bytes = write_body(t);
    const auto mac = mac_of(bytes);
    bytes.reserve(body_size + mac.size()); // a string that grows leaves a copy behind
    bytes.append(mac.data(), mac.size());
    const core::secret_string encoded(core::base64url_encode(bytes));
    core::wipe(bytes);
    std::string text;
    text.reserve(text_size);
    text.append(prefix).append(encoded.view());
    return core::secret_string(std::move(text));
}

core::result<refresh_token> refresh_tokens::verify(std::string_view text)
{
    if (text.size() != text_size || !text.starts_with(prefix)) return core::errc::invalid_token;
    auto decoded = core::base64url_decode(text.substr(prefix.size()));
    if (!decoded) return core::errc::invalid_token;
    const core::secret_string bytes(std::move(*decoded));
    const auto body = bytes.view().substr(0, body_size);
    const auto mac = mac_of(body);
    if (!core::equal_in_constant_time(bytes.view().substr(body_size), {mac.data(), mac.size()}))
        return core::errc::invalid_token;
    const auto found = read_body(body);
    if (found.number == 0 || found.number > refresh_token::last_number) return core::errc::invalid_token;
    return found;
}

} // namespace watchword::crypto
