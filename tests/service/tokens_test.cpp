#include "service_fixture.hpp"
#include "support/once_idle.hpp"

#include <boost/test/unit_test.hpp>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <thread>

namespace {

using namespace watchword;

struct fixture : test::service {
    // Another program changes the file; returns when the service must have noticed.
    void change_from_outside(const std::string& sql)
    {
        const auto before = database.changes().foreign.load();
        {
            soci::session other(soci::sqlite3, "dbname=" + database_file + " timeout=5");
            other << sql;
        }
        while (database.changes().foreign.load() == before) std::this_thread::yield();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tokens, fixture)

BOOST_AUTO_TEST_CASE(a_token_is_good_until_the_second_it_expires_though_it_is_remembered)
{
    BOOST_TEST(sign_up("a@x") == 201);
    const auto token = log_in("a@x");
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(list_status(token) == 200);
    clock.time += std::chrono::seconds(1799);
    BOOST_TEST(list_status(token) == 200);
    clock.time += std::chrono::seconds(1);
    BOOST_TEST(list_status(token) == 401);
    BOOST_TEST(log_in("a@x") != token);
}

BOOST_AUTO_TEST_CASE(a_remembered_token_needs_no_database)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    list(token);
    const auto readers = [this] { return database.statistics().readers; };
    const auto before = test::once_idle(readers).executed;
    for (int i = 0; i < 100; ++i) BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(test::once_idle(readers).executed == before);
}

BOOST_AUTO_TEST_CASE(bad_tokens_make_nobody_forget_a_good_one)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    list(token);
    const auto readers = [this] { return database.statistics().readers; };
    const auto before = test::once_idle(readers).executed;
    crypto::hs256_tokens forger(core::secret_string(std::string(32, 'x')));
    const auto id = tokens.verify(token, clock.now())->public_id;
    for (int i = 0; i < 20'000; ++i)
        BOOST_REQUIRE(list_status(forger.issue({id, clock.now() + std::chrono::seconds(i + 1)})) == 401);
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(test::once_idle(readers).executed == before);
}

BOOST_AUTO_TEST_CASE(one_users_many_tokens_do_not_make_anybody_forget_anothers_only_one)
{
    sign_up("a@x");
    sign_up("b@x");
    const auto a = tokens.verify(log_in("a@x"), clock.now())->public_id, b = log_in("b@x");
    list(b);
    const auto readers = [this] { return database.statistics().readers; };
    for (int i = 0; i < 20'000; ++i)
        BOOST_REQUIRE(list_status(tokens.issue({a, clock.now() + std::chrono::seconds(i + 1)})) == 200);
    const auto before = test::once_idle(readers).executed;
    BOOST_TEST(list_status(b) == 200);
    BOOST_TEST(test::once_idle(readers).executed == before);
}

BOOST_AUTO_TEST_CASE(every_altered_byte_of_a_remembered_token_is_refused)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    list(token);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto altered = token;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(list_status(altered) == 401, "byte " << i);
    }
    BOOST_TEST(list_status(token + "A") == 401);
    BOOST_TEST(list_status(token.substr(0, token.size() - 1)) == 401);
    BOOST_TEST(list_status(token) == 200);
}

BOOST_AUTO_TEST_CASE(a_user_deleted_by_another_program_loses_access_though_the_token_is_remembered)
{
    sign_up("a@x");
    sign_up("b@x");
    const auto a = log_in("a@x"), b = log_in("b@x");
    BOOST_TEST(list_status(a) == 200);
    change_from_outside("delete from user where email = 'a@x'");
    BOOST_TEST(list_status(a) == 401);
    BOOST_TEST(list_status(b) == 200);
}

BOOST_AUTO_TEST_CASE(more_tokens_than_are_remembered_are_all_answered_rightly)
{
    sign_up("a@x");
    const auto first = log_in("a@x");
    const auto id = tokens.verify(first, clock.now())->public_id;
    std::vector<std::string> many;
    for (int i = 0; i < 20'000; ++i) many.push_back(tokens.issue({id, clock.now() + std::chrono::seconds(i + 1)}));
    for (const auto& token : many) BOOST_REQUIRE(list_status(token) == 200);
    clock.time += std::chrono::seconds(10'000);
    for (std::size_t i = 0; i < many.size(); i += 7)
        BOOST_REQUIRE(list_status(many[i]) == (i + 1 > 10'000 ? 200 : 401));
}

BOOST_AUTO_TEST_CASE(the_token_is_found_where_it_may_stand)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    const auto get = [&](std::vector<http::header_field> h) {
        return static_cast<int>(ask(http::method::get, "/user", std::move(h)).status());
    };
    const std::string bearer = "Bearer " + token, lower = "bearer   " + token;
    BOOST_TEST(get({{"X-Access-Token", token}}) == 200);
    BOOST_TEST(get({{"Authorization", bearer}}) == 200);
    BOOST_TEST(get({{"authorization", lower}}) == 200);
    BOOST_TEST(get({{"Authorization", "Bearer x"}, {"x-access-token", token}}) == 200);
    BOOST_TEST(get({{"Authorization", bearer}, {"x-access-token", "x"}}) == 401);
    BOOST_TEST(get({{"x-access-token", token}, {"x-access-token", token}}) == 401);
    BOOST_TEST(get({{"x_access_token", token}}) == 401);
    BOOST_TEST(get({{"Authorization", token}}) == 401);
    BOOST_TEST(get({{"x-access-token", bearer}}) == 401);
}

BOOST_AUTO_TEST_SUITE_END()
