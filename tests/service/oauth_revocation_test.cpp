// What revocation ends, and that nothing accepts it afterwards.
#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::oauth_outcome;

struct revoking : test::oauth_service {
    std::string reason_of(const std::string& session_id)
    {
        std::string reason;
        soci::session other(soci::sqlite3, "dbname=" + database_file + " timeout=5");
        other << "select coalesce(end_reason, '-') from watchword_session where id = :id", soci::use(session_id),
            soci::into(reason);
        return reason;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(revocation, revoking)

BOOST_AUTO_TEST_CASE(an_access_token_takes_its_session_with_it)
{
    const auto in = sign_in("a@x"), other = sign_in("a@x");
    const auto next = test::read_grant(try_refresh(in.refresh));
    for (const auto& each : {in.access, next.access, other.access}) BOOST_TEST(check(each) == 200); // all are known
    const auto r = revoke_form("token=" + in.access + "&token_type_hint=access_token");
    BOOST_TEST(oauth_outcome(r) == "200");
    BOOST_TEST(r.body() == "");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(check(in.access) == 401);
    BOOST_TEST(check(next.access) == 401);
    BOOST_TEST(!is_active(in.access));
    BOOST_TEST(!is_active(next.refresh));
    BOOST_TEST(test::outcome(try_refresh(next.refresh)) == "401 session_ended");
    BOOST_TEST(reason_of(in.session_id) == "signed_out");
    BOOST_TEST(check(other.access) == 200);
    BOOST_TEST(test::outcome(try_refresh(other.refresh)) == "200");
    BOOST_TEST(revoke(in.access) == 200); // again
}

BOOST_AUTO_TEST_CASE(a_token_that_nobody_has_shown_yet_is_revoked_too)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(revoke(in.access) == 200);
    BOOST_TEST(check(in.access) == 401);
    BOOST_TEST(test::outcome(try_refresh(in.refresh)) == "401 session_ended");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_takes_its_session_with_it)
{
    const auto in = sign_in("a@x"), other = sign_in("a@x");
    BOOST_TEST(check(in.access) == 200);
    BOOST_TEST(revoke(in.refresh) == 200);
    BOOST_TEST(check(in.access) == 401);
    BOOST_TEST(!is_active(in.refresh));
    BOOST_TEST(test::outcome(try_refresh(in.refresh)) == "401 session_ended");
    BOOST_TEST(reason_of(in.session_id) == "signed_out");
    BOOST_TEST(check(other.access) == 200);
    BOOST_TEST(revoke(in.refresh) == 200);

    // One that was used long ago ends it as well, and is no theft.
    const auto next = test::read_grant(try_refresh(other.refresh));
    const auto last = test::read_grant(try_refresh(next.refresh));
    clock.time += 60s;
    BOOST_TEST(check(last.access) == 200);
    BOOST_TEST(revoke(other.refresh) == 200);
    BOOST_TEST(check(last.access) == 401);
    BOOST_TEST(reason_of(other.session_id) == "signed_out");
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_answered_alike_and_ends_nothing)
{
    const auto in = sign_in("a@x");
    auto forged = in.refresh;
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    const auto before = changes();
    for (const auto& each : {std::string("x"), std::string("a.b.c"), std::string("wr_"), forged, in.access + "x",
                             in.session_id, in.user_id, log_in("a@x"), std::string(50'000, '.')}) {
        const auto r = revoke_form("token=" + each + "&token_type_hint=saml2");
        BOOST_TEST(oauth_outcome(r) == "200", each.substr(0, 100));
        BOOST_TEST(r.body() == "");
    }
    BOOST_TEST(changes() == before);
    clock.time += 900s;
    BOOST_TEST(revoke(in.access) == 200); // it has expired, and so there is nothing to revoke
    BOOST_TEST(is_active(in.refresh));
    for (const auto* body : {"", "token=", "token=x&token=y"})
        BOOST_TEST(oauth_outcome(revoke_form(body)) == "400 invalid_request", body);
}

// The hint is only to find a token sooner (RFC 7009 section 2.1).
BOOST_AUTO_TEST_CASE(a_wrong_hint_keeps_nobody)
{
    const auto in = sign_in("a@x"), other = sign_in("a@x");
    BOOST_TEST(oauth_outcome(revoke_form("token=" + in.access + "&token_type_hint=refresh_token")) == "200");
    BOOST_TEST(check(in.access) == 401);
    BOOST_TEST(oauth_outcome(revoke_form("token=" + other.refresh + "&token_type_hint=access_token")) == "200");
    BOOST_TEST(check(other.access) == 401);
}

// Another server has ended it, and this one has not heard of it: the answer holds here as well.
BOOST_AUTO_TEST_CASE(what_others_have_ended_is_refused_here_once_revocation_was_answered)
{
    for (const bool by_refresh : {false, true}) {
        const auto in = sign_in("a@x");
        BOOST_TEST(check(in.access) == 200);
        accounts::sessions unheard({}, secret, database, clock, random);
        BOOST_TEST(test::run_task(unheard.end(in.user_id, in.session_id)).has_value());
        BOOST_TEST(check(in.access) == 200); // not heard of yet
        BOOST_TEST(revoke(by_refresh ? in.refresh : in.access) == 200);
        BOOST_TEST(check(in.access) == 401);
    }
}

BOOST_AUTO_TEST_SUITE_END()
