// Tokens whose signature is right and which are refused nonetheless, or only from a certain second on.
#include "crypto/access_token.hpp"
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using watchword::accounts::key_policy;

struct signer_service : test::sessions_service {
    // As the service issues it for that session, but for what is changed.
    std::string made(const test::signed_in& in, const std::function<void(crypto::access_token_claims&)>& change)
    {
        crypto::access_token_claims c;
        c.issuer = bearer_settings().issuer;
        c.audience = bearer_settings().audience;
        c.subject = in.user_id;
        c.session_id = in.session_id;
        c.id = "id";
        c.issued = c.not_before = c.authenticated = clock.now();
        c.expires = clock.now() + 900s;
        change(c);
        const auto all = keys.current();
        return crypto::access_token_issuer(*all->signing_key(clock.precise_now())).issue(c).value();
    }
    core::error_code refusal(const std::string& token)
    {
        const auto checked = test::run_task(bearers.check(token));
        return checked ? core::error_code() : checked.error();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(own_key_tokens, signer_service)

BOOST_AUTO_TEST_CASE(a_token_must_agree_with_the_session_that_it_names)
{
    const auto in = sign_in("a@x"), other = sign_in("b@x");
    BOOST_TEST(!refusal(made(in, [](auto&) {})));
    const auto is_refused = [&](const std::function<void(crypto::access_token_claims&)>& change) {
        return refusal(made(in, change)) == core::errc::invalid_token;
    };
    BOOST_TEST(is_refused([&](auto& c) { c.subject = other.user_id; }));
    BOOST_TEST(is_refused([&](auto& c) { c.session_id = other.session_id; }));
    BOOST_TEST(is_refused([](auto& c) { c.session_id = std::string(22, 'A'); })); // there is none of that name
    BOOST_TEST(is_refused([](auto& c) { c.session_id = "AAAA"; }));
    BOOST_TEST(is_refused([](auto& c) { c.session_id = "not base64url!"; }));
    BOOST_TEST(is_refused([](auto& c) { c.generation = 1; })); // which the user has not reached
}

BOOST_AUTO_TEST_CASE(a_token_of_a_generation_before_is_refused_by_the_database_alone)
{
    const auto in = sign_in("a@x");
    set_disabled("a@x", true);
    set_disabled("a@x", false); // raised twice, and nobody has told this service
    BOOST_TEST((refusal(made(in, [](auto&) {})) == core::errc::invalid_token));
    BOOST_TEST((refusal(made(in, [](auto& c) { c.generation = 1; })) == core::errc::invalid_token));
    BOOST_TEST(!refusal(made(in, [](auto& c) { c.generation = 2; })));
}

BOOST_AUTO_TEST_CASE(a_known_token_is_good_until_the_second_it_expires)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    clock.time += 899s;
    BOOST_TEST((bearers.check_known(in.access) != nullptr));
    clock.time += 1s;
    BOOST_TEST(!bearers.check_known(in.access));
    BOOST_TEST((refusal(in.access) == core::errc::expired_token));
}

BOOST_AUTO_TEST_CASE(every_kind_of_rsa_signature_is_made_elsewhere)
{
    key_policy rsa;
    rsa.algorithm = crypto::signature_algorithm::ps256;
    test::sessions_service s({}, rsa);
    BOOST_TEST(s.check(s.sign_in("a@x").access) == 200);
    BOOST_TEST(test::once_idle(s.signing).executed == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
