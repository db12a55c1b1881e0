#pragma once

#include "accounts/key_rule.hpp"
#include "crypto/access_token.hpp"
#include "crypto/signature_key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::accounts {

struct held_key {
    key_life life;
    std::string sealed; // as it is stored
    crypto::named_signing_key key;
};

// The keys that verify, as they are known at one moment. Does not change. Thread-safe.
class key_set {
public:
    key_set(); // no keys
    // What is the same as of `before` is the same object, so that who has it need not look at it again.
    key_set(std::vector<held_key>, const key_set& before);

    // The one that signs at that time; null: there is none. Valid as long as this object.
    const held_key* signing(core::precise_timestamp now) const noexcept;
    const crypto::named_signing_key* signing_key(core::precise_timestamp now) const noexcept;
    const held_key* find(std::string_view kid) const noexcept; // null
    const std::vector<held_key>& keys() const noexcept { return keys_; }

    const std::shared_ptr<const crypto::verifying_key_set>& verifying() const noexcept { return verifying_; }
    // The JWK set of the public keys, and a strong entity tag for it, with its quotes.
    const std::shared_ptr<const std::string>& jwks() const noexcept { return jwks_; }
    const std::string& jwks_tag() const noexcept { return jwks_tag_; }

private:
    void publish();

    std::vector<held_key> keys_;
    std::vector<key_life> lives_; // theirs
    std::shared_ptr<const crypto::verifying_key_set> verifying_;
    std::shared_ptr<const std::string> jwks_;
    std::string jwks_tag_;
};

// Whether it is the same key, whatever has become of its life.
bool is_same_key(const held_key&, const held_key&) noexcept;
bool is_same(const std::vector<held_key>&, const std::vector<held_key>&) noexcept;

} // namespace watchword::accounts
