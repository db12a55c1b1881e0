// Tokens nobody has seen yet: signature and claims. One case for each algorithm; issuing beside it.
#include "crypto/jwt.hpp"

#include "micro/fixed.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

// `Tokens` has issue() and verify() as crypto::hs256_tokens has them.
template <class Tokens> void add_algorithm(subjects& all, const std::string& name, std::shared_ptr<Tokens> (*keys)())
{
    const crypto::access_claims claims{public_id(0), fixed_clock().now() + std::chrono::hours(1)};
    const auto verify = [keys, claims] {
        const auto tokens = keys();
        const auto token = tokens->issue(claims);
        const auto read = tokens->verify(token, fixed_clock().now());
        require(read && read->public_id == claims.public_id, "the token is read differently");
        return in_a_loop([tokens, token] { return tokens->verify(token, fixed_clock().now()); });
    };
    const auto issue = [keys, claims] {
        const auto tokens = keys();
        return in_a_loop([tokens, claims] { return tokens->issue(claims); });
    };
    all.push_back({"jwt_verify/" + name, verify, 200});
    all.push_back({"jwt_issue/" + name, issue, 200});
}

std::shared_ptr<crypto::hs256_tokens> hs256()
{
    return std::make_shared<crypto::hs256_tokens>(core::secret_string(std::string(32, 'k')));
}

} // namespace

void add_jwt(subjects& all)
{
    add_algorithm(all, "HS256", hs256);
}

} // namespace watchword::micro
