// Whether a token was revoked, among a million users whose generation was raised and a million ended sessions; and all
// that is asked of a token that was verified before.
#include "accounts/token_cache.hpp"
#include "crypto/jwt.hpp"
#include "micro/fixed.hpp"
#include "micro/revocations.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace watchword::micro {
namespace {

using accounts::revocation_state;
using answer = revocation_state::answer;

constexpr std::size_t known = 1'000'000;    // users and sessions each
constexpr std::size_t asked = 200'000;      // tokens, one after the other: no entry stays in the processor's cache
constexpr std::size_t cached_tokens = 2048; // of four times as many places

// Made once: that takes a while.
const revocation_state& million()
{
    static const auto made = [] {
        auto state = std::make_unique<revocation_state>(core::siphash_key{1, 2});
        state->begin_loading();
        load_users(*state, known);
        load_sessions(*state, known);
        state->trust_until(revocation_state::time_point::max());
        return state;
    }();
    return *made;
}

constexpr revocation_state::time_point now{std::chrono::hours(1)};

// The token of a user in a session: those with numbers below `known` are those that were loaded.
accounts::token_marks marks(std::size_t user, std::size_t session)
{
    return million().marks_of(public_id(user), 1, session_id(session), end_of_revocations());
}

subject lookup(const char* name, std::size_t first_user, std::size_t first_session, answer expected)
{
    const auto make = [=] {
        std::vector<accounts::token_marks> tokens;
        for (std::size_t i = 0; i < asked; ++i) tokens.push_back(marks(first_user + i, first_session + i));
        for (const auto& each : tokens) require(million().check(each, now) == expected, "another answer was expected");
        std::size_t at = 0;
        return in_a_loop([tokens = std::move(tokens), &state = million(), at]() mutable {
            if (++at == asked) at = 0;
            return state.check(tokens[at], now);
        });
    };
    return {name, make, 500};
}

// As a checker keeps it.
struct verified {
    std::shared_ptr<const std::string> who;
    accounts::token_marks marks;
};

struct cached_check {
    const revocation_state& revocations = million();
    fixed_clock clock;
    accounts::token_cache<verified> cache{4 * cached_tokens, {1, 2}};
    std::vector<std::string> tokens;
    std::size_t at = 0;

    cached_check()
    {
        crypto::hs256_tokens issuer(core::secret_string(std::string(32, 'k')));
        for (std::size_t i = 0; i < cached_tokens; ++i) {
            const auto user = known + i;
            tokens.push_back(issuer.issue({public_id(user), end_of_revocations()}));
            cache.put(tokens.back(), public_id(user),
                      {std::make_shared<const std::string>(public_id(user)), marks(user, user)});
        }
    }
    std::shared_ptr<const std::string> check(std::string_view token)
    {
        const auto* const found = cache.find(token);
        if (!found || clock.now() >= found->marks.expires) return nullptr;
        if (revocations.check(found->marks, std::chrono::steady_clock::now()) != answer::valid) return nullptr;
        return found->who;
    }
    std::shared_ptr<const std::string> check_next()
    {
        if (++at == tokens.size()) at = 0;
        return check(tokens[at]);
    }
};

} // namespace

void add_revocation(subjects& all)
{
    all.push_back(lookup("revocation/nothing_known", known, known, answer::valid));
    all.push_back(lookup("revocation/user_known", 0, known, answer::valid));
    all.push_back(lookup("revocation/session_ended", known, 0, answer::revoked));
    const auto cached = [] {
        const auto made = std::make_shared<cached_check>();
        std::size_t found = 0;
        for (std::size_t i = 0; i < cached_tokens; ++i) found += made->check_next() ? 1 : 0;
        require(found == cached_tokens, "a token is not known");
        return in_a_loop([made] { return made->check_next(); });
    };
    all.push_back({"revocation/cached_token", cached, 500});
}

} // namespace watchword::micro
