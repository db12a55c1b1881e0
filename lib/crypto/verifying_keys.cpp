#include "crypto/verifying_keys.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace watchword::crypto {

verifying_key_set::verifying_key_set(std::vector<named_verifying_key> keys) : keys_(std::move(keys))
{
    std::set<std::string_view> names;
    for (const auto& key : keys_)
        if (key.kid.empty() || !names.insert(key.kid).second)
            throw std::invalid_argument("each verifying key has a name of its own");
}

key_verifiers::key_verifiers(std::shared_ptr<const verifying_key_set> keys)
{
    use(std::move(keys));
}

void key_verifiers::use(std::shared_ptr<const verifying_key_set> keys)
{
    if (keys == keys_) return;
    std::vector<named_verifier> made;
    made.reserve(keys->keys().size());
    for (const auto& key : keys->keys()) made.push_back({key.kid, verifier(key.key)});
    verifiers_.swap(made);
    keys_ = std::move(keys);
}

bool key_verifiers::accept(const jws& token)
{
    const auto kid = token.kid();
    if (!kid) return false;
    const auto is_named = [&](const named_verifier& v) { return v.kid == *kid; };
    const auto found = std::find_if(verifiers_.begin(), verifiers_.end(), is_named);
    return found != verifiers_.end() && token.is_signed_by(found->judge);
}

} // namespace watchword::crypto
