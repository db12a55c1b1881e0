#include "api/session_cookies.hpp"
#include "support/allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using api::forgery;
using http::method;
using std::chrono::seconds;
using headers = std::vector<http::header_field>;

const std::string session = "AAECAwQFBgcICQoLDA0ODw";

struct fixture {
    api::session_cookies cookies{core::secret_string(std::string(32, 's')), {"https://app.id.example"}};
    const std::string csrf = cookies.csrf_token_of(session);

    forgery judge(method m, headers fields)
    {
        fields.insert(fields.begin(), {"Host", "id.example"});
        http::request q;
        q.method = m;
        q.headers = std::move(fields);
        q.secure = true;
        return cookies.find_forgery(q, session);
    }
    core::result<void> give(http::response& r, const std::string& access)
    {
        accounts::session_grant g;
        g.session.id = session;
        g.session.expires = core::precise_timestamp(std::chrono::milliseconds(1'800'003'600'999));
        g.refresh_token = core::secret_string(std::string_view("wr_abc"));
        return cookies.give(r, g, {access, core::timestamp(seconds(1'800'000'900)), seconds(900)});
    }
};

std::string access_in(headers fields)
{
    http::request q;
    q.headers = std::move(fields);
    return std::string(api::session_cookies::find_access_token(q));
}

std::string refresh_in(headers fields)
{
    http::request q;
    q.headers = std::move(fields);
    return std::string(api::session_cookies::find_refresh_token(q));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_cookies, fixture)

BOOST_AUTO_TEST_CASE(each_cookie_has_what_keeps_it_where_it_belongs)
{
    http::response r;
    BOOST_TEST(give(r, "a.b.c").has_value());
    BOOST_TEST(
        r.lines() ==
        "Set-Cookie: __Host-watchword-access=a.b.c; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Lax\r\n"
        "Set-Cookie: __Host-watchword-refresh=wr_abc; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict\r\n"
        "Set-Cookie: __Host-watchword-csrf=" +
            csrf + "; Path=/; Max-Age=3600; Secure; SameSite=Strict\r\n");
}

BOOST_AUTO_TEST_CASE(they_are_removed_with_the_same_attributes)
{
    http::response r;
    api::session_cookies::remove(r);
    BOOST_TEST(r.lines() ==
               "Set-Cookie: __Host-watchword-access=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax\r\n"
               "Set-Cookie: __Host-watchword-refresh=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict\r\n"
               "Set-Cookie: __Host-watchword-csrf=; Path=/; Max-Age=0; Secure; SameSite=Strict\r\n");
}

BOOST_AUTO_TEST_CASE(what_no_browser_would_keep_is_not_sent)
{
    http::response r;
    BOOST_TEST(give(r, std::string(4096 - std::string("__Host-watchword-access").size(), 'a')).has_value());
    const auto done = give(r, std::string(4097 - std::string("__Host-watchword-access").size(), 'a'));
    BOOST_TEST((!done && done.error() == core::errc::too_large));
}

BOOST_AUTO_TEST_CASE(tokens_are_found_under_their_names_only)
{
    BOOST_TEST(access_in({{"Cookie", "a=1; __Host-watchword-access=t; __Host-watchword-refresh=r"}}) == "t");
    BOOST_TEST(access_in({{"cookie", "a=1"}, {"cookie", "__Host-watchword-access=t"}}) == "t");
    BOOST_TEST(refresh_in({{"Cookie", "a=1; __Host-watchword-access=t; __Host-watchword-refresh=r"}}) == "r");
    for (const auto* other :
         {"", "__Host-watchword-access", "__Host-watchword-access=", "__host-watchword-access=t", "watchword-access=t",
          "__Secure-watchword-access=t", "__Host-watchword_access=t", "x=\"; __Host-watchword-access=\"t",
          "__Host-watchword-access=t u", "__Host-watchword-access=\"t", "__Host-watchword-access=t,u"})
        BOOST_TEST(access_in({{"Cookie", other}}) == "", other);
    BOOST_TEST(access_in({{"X-Cookie", "__Host-watchword-access=t"}}) == "");
    BOOST_TEST(access_in({}) == "");
}

BOOST_AUTO_TEST_CASE(several_of_one_name_are_none)
{
    const std::string a = "__Host-watchword-access=t", r = "__Host-watchword-refresh=r";
    BOOST_TEST(access_in({{"Cookie", a + "; " + a}}) == "");
    BOOST_TEST(access_in({{"Cookie", a}, {"Cookie", a}}) == "");
    BOOST_TEST(access_in({{"Cookie", a + "; __Host-watchword-access="}}) == "");
    BOOST_TEST(refresh_in({{"Cookie", r + ";" + r}}) == "");
    BOOST_TEST(refresh_in({{"Cookie", r}, {"Cookie", "__Host-watchword-refresh=evil"}}) == "");
}

BOOST_AUTO_TEST_CASE(an_authorization_field_of_any_kind_counts_instead)
{
    const http::header_field both{"Cookie", "__Host-watchword-access=t; __Host-watchword-refresh=r"};
    for (const auto* value : {"Bearer x", "Bearer", "Basic YTpi", ""})
        BOOST_TEST(access_in({both, {"authorization", value}}) == "", value);
    BOOST_TEST(refresh_in({both, {"Authorization", "Bearer x"}}) == "r");
}

BOOST_AUTO_TEST_CASE(what_changes_something_needs_the_token_of_the_session)
{
    for (const auto m :
         {method::post, method::put, method::patch, method::delete_, method::trace, method::connect, method::other}) {
        BOOST_TEST((judge(m, {}) == forgery::csrf_token));
        BOOST_TEST((judge(m, {{"X-CSRF-Token", ""}}) == forgery::csrf_token));
        BOOST_TEST((judge(m, {{"X-CSRF-Token", cookies.csrf_token_of("another")}}) == forgery::csrf_token));
        BOOST_TEST((judge(m, {{"Cookie", "__Host-watchword-csrf=" + csrf}}) == forgery::csrf_token));
        BOOST_TEST((judge(m, {{"x-csrf-token", csrf}}) == forgery::none));
    }
    for (const auto m : {method::get, method::head, method::options}) BOOST_TEST((judge(m, {}) == forgery::none));
}

BOOST_AUTO_TEST_CASE(pages_of_other_origins_are_refused_even_with_the_token)
{
    const http::header_field good{"X-CSRF-Token", csrf};
    const headers foreign{{"Origin", "https://evil.example"},
                          {"Origin", "null"},
                          {"Sec-Fetch-Site", "cross-site"},
                          {"Sec-Fetch-Site", "same-site"}};
    for (const auto& field : foreign) {
        BOOST_TEST((judge(method::delete_, {good, field}) == forgery::cross_origin));
        BOOST_TEST((judge(method::get, {field}) == forgery::none)); // a link
    }
    const headers own{
        {"Origin", "https://id.example"}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://app.id.example"}};
    for (const auto& field : own) {
        BOOST_TEST((judge(method::delete_, {good, field}) == forgery::none));
        BOOST_TEST((judge(method::delete_, {field}) == forgery::csrf_token));
    }
}

BOOST_AUTO_TEST_CASE(what_a_proxy_asks_about_counts_not_how_it_asks)
{
    for (const auto* name : {"X-Forwarded-Method", "x-original-method"}) {
        for (const auto* changing : {"POST", "DELETE", "get", "", "GET, POST", "BREW"}) {
            BOOST_TEST((judge(method::get, {{name, changing}}) == forgery::csrf_token), name << " " << changing);
            BOOST_TEST((judge(method::get, {{name, changing}, {"X-CSRF-Token", csrf}}) == forgery::none));
            BOOST_TEST((judge(method::get, {{name, changing}, {"X-CSRF-Token", csrf}, {"Origin", "null"}}) ==
                        forgery::cross_origin));
        }
        for (const auto* safe : {"GET", "HEAD", "OPTIONS"}) {
            BOOST_TEST((judge(method::get, {{name, safe}}) == forgery::none), safe);
            BOOST_TEST((judge(method::post, {{name, safe}}) == forgery::csrf_token), safe);
            BOOST_TEST((judge(method::get, {{name, safe}, {name, "POST"}}) == forgery::csrf_token));
        }
    }
    BOOST_TEST(
        (judge(method::get, {{"X-Forwarded-Method", "GET"}, {"X-Original-Method", "PUT"}}) == forgery::csrf_token));
}

BOOST_AUTO_TEST_CASE(judging_a_request_allocates_nothing)
{
    http::request q;
    q.method = method::post;
    q.headers = {{"Host", "id.example"},
                 {"Cookie", "a=1; __Host-watchword-access=t"},
                 {"X-CSRF-Token", csrf},
                 {"Origin", "https://id.example"}};
    const auto before = test::allocations();
    const auto token = api::session_cookies::find_access_token(q);
    const auto found = cookies.find_forgery(q, session);
    BOOST_TEST(test::allocations() == before);
    BOOST_TEST(token == "t");
    BOOST_TEST((found == forgery::none));
}

BOOST_AUTO_TEST_CASE(what_is_refused_says_why)
{
    const auto foreign = refuse(forgery::cross_origin), unproven = refuse(forgery::csrf_token);
    BOOST_TEST(static_cast<int>(foreign.status()) == 403);
    BOOST_TEST(foreign.body().find("\"code\":\"cross_origin_request\"") != std::string_view::npos);
    BOOST_TEST(static_cast<int>(unproven.status()) == 403);
    BOOST_TEST(unproven.body().find("\"code\":\"csrf_token_invalid\"") != std::string_view::npos);
    BOOST_CHECK_THROW(refuse(forgery::none), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
