#include "accounts/key_rows.hpp"

#include "accounts/key_problem.hpp"
#include "core/text.hpp"

namespace watchword::accounts {
namespace {

std::optional<core::precise_timestamp> if_ever(core::precise_timestamp t)
{
    return t == never ? std::nullopt : std::optional(t);
}

} // namespace

core::result<key_life> life_of(const store::signing_key_row& r)
{
    const auto algorithm = crypto::find_algorithm(r.algorithm);
    if (!algorithm) return key_problem::unknown_algorithm;
    return key_life{r.kid,
                    *algorithm,
                    r.created,
                    r.signs_from,
                    r.signs_until.value_or(never),
                    r.verifies_until.value_or(never),
                    r.longest_lifetime};
}

core::result<std::vector<key_life>> lives_of(const std::vector<store::signing_key_row>& rows)
{
    std::vector<key_life> all;
    for (const auto& r : rows) {
        auto life = life_of(r);
        if (!life) return life.error();
        all.push_back(std::move(*life));
    }
    return all;
}

core::result<crypto::signing_key> open_row(const store::signing_key_row& r, const crypto::key_seal& seal)
{
    const auto sealed = core::base64url_decode(r.sealed);
    if (!sealed) return key_problem::other_secret;
    auto opened = seal.open(r.kid, *sealed);
    if (!opened || crypto::facts_of(opened->algorithm()).name != r.algorithm) return key_problem::other_secret;
    return opened;
}

std::string sealed_text(const crypto::named_signing_key& k, const crypto::key_seal& seal, core::random_source& random)
{
    return core::base64url_encode(seal.seal(k, random));
}

store::signing_key_row row_of(const key_life& k, std::string sealed)
{
    return {k.kid,
            std::string(crypto::facts_of(k.algorithm).name),
            std::move(sealed),
            k.created,
            k.signs_from,
            if_ever(k.signs_until),
            if_ever(k.verifies_until),
            k.longest_lifetime};
}

} // namespace watchword::accounts
