#include "accounts/device_proofs.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace watchword::accounts {
namespace {

// A text is base64url(payload) "." base64url(HMAC-SHA-256 of what stands before the "."); the payload is
//   16 bytes  id of the device, random
//    8 bytes  when it was issued: seconds since 1970, the highest byte first
//    the rest the account's public id
constexpr std::size_t id_size = 16, time_size = 8, longest_public_id = 1024;
constexpr std::size_t longest_text = (id_size + time_size + longest_public_id) / 3 * 4 + 4 + 1 + 43;

// Nothing else is signed under the secret but tokens, and those have no spaces.
constexpr std::string_view key_label = "watchword device cookie 1";

std::string write_time(core::timestamp t)
{
    const auto seconds = static_cast<std::uint64_t>(t.time_since_epoch().count());
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(seconds >> shift & 0xFF));
    return bytes;
}

core::timestamp read_time(std::string_view bytes)
{
    std::uint64_t seconds = 0;
    for (const char c : bytes) seconds = seconds << 8 | static_cast<unsigned char>(c);
    return core::timestamp(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string make_id(core::random_source& random)
{
    std::string id(id_size, '\0');
    random.fill(std::as_writable_bytes(std::span(id)));
    return id;
}

} // namespace

device_proofs::device_proofs(const core::secret_string& secret, const crypto::hs256_tokens& tokens,
                             std::chrono::seconds token_lifetime, const core::clock& clock, core::random_source& random)
    : grace_(std::max(std::chrono::seconds(0), longest_age - token_lifetime)),
      clock_(clock),
      random_(random),
      keys_([made = keys{tokens, crypto::hmac_sha256(crypto::derive_key(secret, key_label).view())}] { return made; })
{}

std::string device_proofs::sign(std::string_view payload)
{
    const auto tag = keys_.local().mac.sign(payload);
    return core::base64url_encode({tag.data(), tag.size()});
}

std::optional<std::string> device_proofs::issue(std::string_view public_id, std::string_view earlier)
{
    if (public_id.empty() || public_id.size() > longest_public_id) return std::nullopt;
    auto known = read_device(earlier);
    const bool is_same = known && known->public_id == public_id;
    std::string payload = is_same ? std::move(known->id) : make_id(random_);
    payload.append(write_time(clock_.now())).append(public_id);
    std::string text = core::base64url_encode(payload);
    const auto signature = sign(text);
    return text.append(".").append(signature);
}

std::optional<device_proof> device_proofs::read_device(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot == text.npos || text.size() > longest_text) return std::nullopt;
    if (!core::equal_in_constant_time(sign(text.substr(0, dot)), text.substr(dot + 1))) return std::nullopt;

    const auto payload = core::base64url_decode(text.substr(0, dot));
    if (!payload || payload->size() <= id_size + time_size) return std::nullopt;
    const auto issued = read_time(std::string_view(*payload).substr(id_size, time_size));
    const auto now = clock_.now();
    if (issued > now || now - issued >= longest_age) return std::nullopt;
    return device_proof{payload->substr(id_size + time_size), payload->substr(0, id_size)};
}

std::optional<device_proof> device_proofs::read_token(std::string_view token)
{
    const auto claims = keys_.local().tokens.verify(token, clock_.now() - grace_);
    if (!claims) return std::nullopt;
    // The same claims have the same signature: that is the token's name.
    return device_proof{claims->public_id, std::string(token.substr(token.rfind('.') + 1))};
}

} // namespace watchword::accounts
