#include "accounts/key_set.hpp"

#include "core/siphash.hpp"
#include "core/text.hpp"
#include "crypto/jwk.hpp"

#include <algorithm>

namespace watchword::accounts {

key_set::key_set()
{
    publish();
}

key_set::key_set(std::vector<held_key> keys, const key_set& before) : keys_(std::move(keys))
{
    for (const auto& k : keys_) lives_.push_back(k.life);
    if (!std::equal(keys_.begin(), keys_.end(), before.keys_.begin(), before.keys_.end(), is_same_key)) {
        publish();
        return;
    }
    verifying_ = before.verifying_;
    jwks_ = before.jwks_;
    jwks_tag_ = before.jwks_tag_;
}

void key_set::publish()
{
    std::vector<crypto::named_verifying_key> all;
    for (const auto& k : keys_) all.push_back({k.key.kid, k.key.key.verifying()});
    jwks_ = std::make_shared<const std::string>(crypto::write_jwks(all));
    const auto hash = core::siphash_128(*jwks_);
    jwks_tag_ = "\"" + core::hex_encode({hash.data(), hash.size()}) + "\"";
    verifying_ = std::make_shared<const crypto::verifying_key_set>(std::move(all));
}

const held_key* key_set::signing(core::precise_timestamp now) const noexcept
{
    const key_life* const found = find_signing_key(lives_, now);
    return found == nullptr ? nullptr : &keys_[static_cast<std::size_t>(found - lives_.data())];
}

const crypto::named_signing_key* key_set::signing_key(core::precise_timestamp now) const noexcept
{
    const held_key* const found = signing(now);
    return found == nullptr ? nullptr : &found->key;
}

const held_key* key_set::find(std::string_view kid) const noexcept
{
    const auto found = std::find_if(keys_.begin(), keys_.end(), [kid](const auto& k) { return k.key.kid == kid; });
    return found == keys_.end() ? nullptr : &*found;
}

bool is_same_key(const held_key& a, const held_key& b) noexcept
{
    return a.key.kid == b.key.kid && a.sealed == b.sealed;
}

bool is_same(const std::vector<held_key>& a, const std::vector<held_key>& b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const held_key& one, const held_key& other) {
        return is_same_key(one, other) && one.life == other.life;
    });
}

} // namespace watchword::accounts
