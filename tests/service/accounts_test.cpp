#include "service_fixture.hpp"
#include "store/users.hpp"
#include "support/once_idle.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <latch>
#include <thread>

namespace {

using namespace watchword;
using fixture = test::service;

std::optional<std::string> stored_hash(fixture& f, const std::string& email)
{
    const auto find = [&](store::session& s) { return store::find_user_by_email(s, email); };
    return test::run_task(f.database.read(find))->password_hash;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(accounts, fixture)

BOOST_AUTO_TEST_CASE(a_new_user_is_in_the_very_next_list)
{
    sign_up("first@x");
    const auto token = log_in("first@x");
    for (int i = 0; i < 50; ++i) {
        const auto email = "u" + std::to_string(i) + "@x";
        BOOST_TEST(list(token).body().find(email) == std::string_view::npos);
        BOOST_TEST(sign_up(email) == 201);
        BOOST_TEST(list(token).body().find(email) != std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_known_address_costs_no_hash)
{
    sign_up("a@x");
    const auto before = test::once_idle(hashing).executed;
    BOOST_TEST(sign_up("a@x", "other") == 202);
    BOOST_TEST(test::once_idle(hashing).executed == before);
    BOOST_TEST(log_in("a@x", "other") == "403");
}

BOOST_AUTO_TEST_CASE(an_outdated_hash_is_renewed_by_the_right_password_only)
{
    const std::string old = "pbkdf2:sha1:1000$ogdvbzDp$"; // of Werkzeug 0.11; the hash of "pw" is filled in below
    sign_up("a@x");
    const auto set = [&](store::session& s) -> core::result<void> {
        const auto u = store::find_user_by_email(s, "a@x");
        // PBKDF2-HMAC-SHA1 of "pw" with 1000 rounds, from Python's hashlib
        return store::set_password_hash(s, u->id, old + "1e6d7ec093158617864665fce4db59879493bc36", *u->password_hash);
    };
    BOOST_REQUIRE(test::run_task(database.write(set)).has_value());
    BOOST_TEST(log_in("a@x", "wrong") == "403");
    BOOST_TEST(stored_hash(*this, "a@x")->starts_with("pbkdf2:"));
    BOOST_TEST(log_in("a@x").size() > 100u);
    BOOST_TEST(stored_hash(*this, "a@x")->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    BOOST_TEST(log_in("a@x").size() > 100u);
    BOOST_TEST(log_in("a@x", "wrong") == "403");
}

BOOST_AUTO_TEST_CASE(an_adopted_hash_of_a_decomposed_password_becomes_one_of_the_composed_password)
{
    sign_up("a@x");
    // PBKDF2-HMAC-SHA1 of "cafe", U+0301, " noir" with 1000 rounds, from Python's hashlib
    const std::string adopted = "pbkdf2:sha1:1000$ogdvbzDp$547d538aef6246e98dedf270c7f26bfcef66b668";
    const auto set = [&](store::session& s) -> core::result<void> {
        const auto u = store::find_user_by_email(s, "a@x");
        return store::set_password_hash(s, u->id, adopted, *u->password_hash);
    };
    BOOST_REQUIRE(test::run_task(database.write(set)).has_value());
    const std::string composed = "caf%C3%A9 noir", decomposed = "cafe%CC%81 noir";
    BOOST_TEST(log_in("a@x", composed) == "403"); // Flask would not take it either
    BOOST_TEST(log_in("a@x", decomposed).size() > 100u);
    BOOST_TEST(stored_hash(*this, "a@x")->starts_with("$argon2id$"));
    BOOST_TEST(log_in("a@x", composed).size() > 100u);
    BOOST_TEST(log_in("a@x", decomposed).size() > 100u);
    BOOST_TEST(log_in("a@x", "cafe noir") == "403");
}

BOOST_AUTO_TEST_CASE(strict_rules_come_before_the_address)
{
    using namespace watchword::accounts;
    sign_up("a@x");
    const auto add = [&](const std::string& email, std::string_view password) {
        return test::run_task(accounts.sign_up({"N", email, core::secret_string(password)}, {},
                                               {addresses::exact, password_rules::strict}));
    };
    for (const auto* email : {"a@x", "b@x"}) {
        BOOST_TEST((add(email, "P@ssw0rd2024").error() == weakness::common));
        BOOST_TEST((add(email, "gXv2pTq").error() == weakness::too_short));
    }
    BOOST_TEST((add("a@x", "gXv2pTqL").error() == core::errc::already_exists));
    BOOST_TEST(add("b@x", "gXv2pTqL").has_value());
    BOOST_TEST(log_in("b@x", "gXv2pTqL").size() > 100u);
}

BOOST_AUTO_TEST_CASE(a_field_that_cannot_be_stored_is_named)
{
    const auto detail = [&](const std::string& form) { return std::string(post("/signup", form).body()); };
    BOOST_TEST(detail("name=a&password=b").find("'email'") != std::string::npos);
    BOOST_TEST(detail("email=a&password=").find("'password'") != std::string::npos);
    BOOST_TEST(detail("email=%ff&password=b").find("'email'") != std::string::npos);
    BOOST_TEST(detail("email=a%00b&password=b").find("'email'") != std::string::npos);
    BOOST_TEST(detail("email=a&password=b&name=%c3").find("'name'") != std::string::npos);
    BOOST_TEST(detail("email=a&password=" + std::string(4097, 'p')).find("'password'") != std::string::npos);
    BOOST_TEST(static_cast<int>(post("/signup", "email=a&password=" + std::string(4096, 'p')).status()) == 201);
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_an_answer_and_cheap_requests_go_on)
{
    sign_up("a@x");
    const auto token = log_in("a@x");
    std::latch running(1), released(1);
    std::vector<std::future<void>> blocked;
    core::asio::io_context io(1);
    // One job holds the hashing thread, 16 fill the queue.
    for (int i = 0; i < 17; ++i) {
        const auto hold = [&](std::size_t) -> core::result<int> {
            if (running.try_wait()) return 1;
            running.count_down();
            released.wait();
            return 1;
        };
        blocked.push_back(std::async(std::launch::async, [&, hold] { test::run_task(hashing.run(hold)); }));
        if (i == 0) running.wait();
    }
    while (hashing.statistics().waiting < 16) std::this_thread::yield();
    const auto r = post("/login", "email=a@x&password=pw");
    BOOST_TEST(static_cast<int>(r.status()) == 503);
    BOOST_TEST(r.header("Retry-After") == "1");
    BOOST_TEST(list_status(token) == 200);
    released.count_down();
    for (auto& b : blocked) b.get();
    BOOST_TEST(log_in("a@x").size() > 100u);
}

BOOST_AUTO_TEST_CASE(a_login_for_a_row_that_lacks_what_a_login_needs_is_refused)
{
    sign_up("a@x");
    const auto strip = [](store::session& s) -> core::result<void> {
        const auto u = store::find_user_by_email(s, "a@x");
        return store::set_password_hash(s, u->id, "", *u->password_hash);
    };
    BOOST_REQUIRE(test::run_task(database.write(strip)).has_value());
    BOOST_TEST(log_in("a@x") == "403");
}

BOOST_AUTO_TEST_CASE(an_account_is_found_by_another_spelling_where_case_makes_no_difference)
{
    using watchword::accounts::addresses;
    const auto sign_in = [&](const std::string& email, addresses rule) {
        return test::run_task(accounts.sign_in(email, core::secret_string(std::string("pw")), {}, {rule}));
    };
    const auto add = [&](const std::string& email, addresses rule) {
        return test::run_task(accounts.sign_up({"N", email, core::secret_string(std::string("pw"))}, {}, {rule}));
    };
    const auto ann = add("Ann@b.test", addresses::caseless);
    BOOST_REQUIRE(ann.has_value());
    BOOST_TEST(sign_in("ANN@b.test", addresses::caseless).value().public_id == *ann);
    BOOST_TEST((sign_in("ANN@b.test", addresses::exact).error() == core::errc::not_found));
    const auto before = test::once_idle(hashing).executed;
    BOOST_TEST((add("ann@b.test", addresses::caseless).error() == core::errc::already_exists));
    BOOST_TEST(test::once_idle(hashing).executed == before);

    // The tutorial tells them apart, and afterwards so does everybody.
    const auto other = add("ann@b.test", addresses::exact);
    BOOST_REQUIRE(other.has_value());
    BOOST_TEST(sign_in("ann@b.test", addresses::caseless).value().public_id == *other);
    BOOST_TEST(sign_in("Ann@b.test", addresses::caseless).value().public_id == *ann);
    BOOST_TEST((sign_in("ANN@b.test", addresses::caseless).error() == core::errc::not_found));
    BOOST_TEST((add("ANN@b.test", addresses::caseless).error() == core::errc::already_exists));
}

BOOST_AUTO_TEST_SUITE_END()
