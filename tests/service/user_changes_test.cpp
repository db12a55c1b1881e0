// What users and operators change of accounts, and that no older token, of either kind, is accepted after it.
#include "accounts/device_proofs.hpp"
#include "accounts/sign_in_guard.hpp"
#include "sessions_fixture.hpp"
#include "support/held_worker.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::outcome;

const std::string first_password = "gXv2pTqLw8", second_password = "k4ZrMq9sBe";

std::string change_form(std::string_view current, std::string_view next)
{
    boost::json::object form;
    form["current_password"] = boost::json::string(current.data(), current.size());
    form["new_password"] = boost::json::string(next.data(), next.size());
    return boost::json::serialize(form);
}

std::string delete_form(const std::string& secret)
{
    return "{\"password\":\"" + secret + "\"}";
}

struct fixture : test::sessions_service {
    // Both kinds of tokens of an account.
    struct tokens_of_user {
        test::signed_in v1;
        std::string tutorial;
    };

    void sign_up_well(const std::string& email) { BOOST_REQUIRE(sign_up(email, first_password) == 201); }
    tokens_of_user enter(const std::string& email, const std::string& password = first_password)
    {
        const auto r = try_sign_in(email, password);
        BOOST_REQUIRE_MESSAGE(static_cast<int>(r.status()) == 201, r.body());
        return {test::read_grant(r), log_in(email, password)};
    }
    bool both_good(const tokens_of_user& t) { return check(t.v1.access) == 200 && list_status(t.tutorial) == 200; }
    bool both_refused(const tokens_of_user& t) { return check(t.v1.access) == 401 && list_status(t.tutorial) == 401; }

    http::response change(std::string_view access, std::string_view current = first_password,
                          std::string_view next = second_password)
    {
        return ask_v1(http::method::put, "/v1/users/me/password", access, change_form(current, next));
    }
    http::response remove(std::string_view access, const std::string& password = first_password)
    {
        return ask_v1(http::method::delete_, "/v1/users/me", access, delete_form(password));
    }
    void disable(const std::string& public_id, bool disabled = true)
    {
        BOOST_REQUIRE(test::run_task(user_changes.set_disabled(public_id, disabled)).has_value());
    }
    void give_roles(const std::string& public_id, std::vector<std::string> roles)
    {
        BOOST_REQUIRE(test::run_task(user_changes.set_roles(public_id, std::move(roles))).has_value());
    }
    // As if another client had done it, without a hash: the hashing threads may be busy.
    void change_password_aside(const std::string& email, const test::signed_in& in)
    {
        const auto look = [&](store::session& s) { return store::find_user_by_email(s, email); };
        const auto row = test::run_task(database.read(look)).value();
        watchword::accounts::proven_user proven{row.id, *row.public_id, row.name, row.email, *row.password_hash};
        BOOST_REQUIRE(
            test::run_task(user_changes.change_password(
                               proven, {watchword::accounts::actor_kind::user, proven.public_id}, "x", in.session_id))
                .has_value());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(own_password, fixture)

BOOST_AUTO_TEST_CASE(a_new_password_ends_everything_else_and_this_client_goes_on)
{
    sign_up_well("a@x");
    sign_up_well("b@x");
    const auto here = enter("a@x"), there = enter("a@x"), other = enter("b@x");
    for (const auto* each : {&here, &there, &other}) BOOST_TEST(both_good(*each));
    const auto r = change(here.v1.access);
    BOOST_TEST(outcome(r) == "200");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    const auto next = test::read_grant(r);
    BOOST_TEST(next.user_id == here.v1.user_id);
    BOOST_TEST(next.session_id != here.v1.session_id); // S44
    BOOST_TEST(check(next.access) == 200);
    BOOST_TEST(outcome(try_refresh(next.refresh)) == "200");
    const auto claims = test::claims_in(next.access);
    BOOST_TEST(claims.at("gen").to_number<int>() == 1);
    BOOST_TEST(claims.at("amr").at(0).as_string() == "pwd");

    for (const auto* each : {&here, &there}) {
        BOOST_TEST(both_refused(*each));
        BOOST_TEST(outcome(try_refresh(each->v1.refresh)) == "401 session_ended");
    }
    BOOST_TEST(both_good(other));
    BOOST_TEST(outcome(try_sign_in("a@x", first_password)) == "401 wrong_credentials");
    BOOST_TEST(log_in("a@x", first_password) == "403");
    BOOST_TEST(both_good(enter("a@x", second_password)));
}

BOOST_AUTO_TEST_CASE(a_wrong_current_password_changes_nothing)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    BOOST_TEST(outcome(change(in.v1.access, "nope")) == "403 wrong_password");
    BOOST_TEST(outcome(change(in.v1.access, std::string(5000, 'x'))) == "403 wrong_password");
    BOOST_TEST(both_good(in));
    BOOST_TEST(both_good(enter("a@x")));
}

BOOST_AUTO_TEST_CASE(a_weak_new_password_is_refused)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    BOOST_TEST(outcome(change(in.v1.access, first_password, "short")) == "400 password_too_short");
    const auto common = change(in.v1.access, first_password, "password123");
    BOOST_TEST(outcome(common) == "400 password_common");
    BOOST_TEST(test::text_at(boost::json::parse(std::string(common.body())), "field") == "new_password");
    BOOST_TEST(outcome(change(in.v1.access, "nope", "short")) == "403 wrong_password"); // who asks is judged first
    BOOST_TEST(both_good(in));
    BOOST_TEST(both_good(enter("a@x")));
}

BOOST_AUTO_TEST_CASE(bodies_are_as_everywhere_under_v1)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    const auto put = [&](std::string_view body) {
        return outcome(ask_v1(http::method::put, "/v1/users/me/password", in.v1.access, body));
    };
    BOOST_TEST(put("{}") == "400 missing_field");
    BOOST_TEST(put("{\"current_password\":\"x\"}") == "400 missing_field");
    BOOST_TEST(put("{\"current_password\":1,\"new_password\":\"x\"}") == "400 invalid_type");
    BOOST_TEST(put("[") == "400 invalid_json");
    BOOST_TEST(put("") == "415 unsupported_media_type");
    BOOST_TEST(outcome(change("")) == "401 token_missing");
    BOOST_TEST(outcome(change(in.tutorial)) == "401 token_invalid"); // S11
    BOOST_TEST(outcome(remove("")) == "401 token_missing");
    BOOST_TEST(outcome(ask_v1(http::method::delete_, "/v1/users/me", in.v1.access)) == "415 unsupported_media_type");
    BOOST_TEST(both_good(in));
}

BOOST_AUTO_TEST_CASE(who_deletes_himself_is_gone_with_all_tokens)
{
    sign_up_well("a@x");
    sign_up_well("b@x");
    const auto here = enter("a@x"), there = enter("a@x"), other = enter("b@x");
    for (const auto* each : {&here, &there, &other}) BOOST_TEST(both_good(*each));
    BOOST_TEST(outcome(remove(here.v1.access, "nope")) == "403 wrong_password");
    BOOST_TEST(both_good(here));
    const auto r = remove(here.v1.access);
    BOOST_TEST(outcome(r) == "204");
    BOOST_TEST(r.body().empty());
    for (const auto* each : {&here, &there}) {
        BOOST_TEST(both_refused(*each));
        BOOST_TEST(outcome(try_refresh(each->v1.refresh)) == "401 session_ended");
    }
    BOOST_TEST(outcome(try_sign_in("a@x", first_password)) == "401 wrong_credentials");
    BOOST_TEST(log_in("a@x", first_password) == "401");
    BOOST_TEST(both_good(other));

    // The address is free again, and SQLite gives the next user the same id or not: nothing of before counts.
    sign_up_well("a@x");
    const auto again = enter("a@x");
    BOOST_TEST(both_good(again));
    BOOST_TEST(both_refused(here));
    BOOST_TEST(test::claims_in(again.v1.access).at("gen").to_number<int>() == 0);
}

// Wrong ones count with those at the front door.
BOOST_AUTO_TEST_CASE(guesses_at_the_current_password_are_slowed_down)
{
    watchword::accounts::device_proofs proofs(core::secret_string(std::string(32, 'd')), tokens, 1800s, clock, random);
    watchword::accounts::sign_in_guard::settings still;
    still.now = [at = std::chrono::steady_clock::now()] { return at; };
    watchword::accounts::sign_in_guard guard(still, proofs, random);
    watchword::accounts::service guarded({10s, true}, database, hashing, passwords, random, &guard);
    sign_up_well("a@x");
    const auto in = enter("a@x");
    int judged = 0;
    for (int i = 0; i < 30; ++i) {
        const auto r = test::run_task(guarded.confirm(in.v1.user_id, core::secret_string(std::string("nope")), {}));
        BOOST_REQUIRE(!r.has_value());
        if (r.error() == core::errc::wrong_password) ++judged;
    }
    BOOST_TEST(judged == 11);
    const auto door = test::run_task(guarded.sign_in("a@x", core::secret_string(first_password), {}, {}));
    BOOST_TEST((door.has_error() && door.error() != core::errc::wrong_password));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(changes_by_operators, fixture)

BOOST_AUTO_TEST_CASE(who_is_disabled_is_out_and_comes_in_again_when_enabled)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    BOOST_TEST(both_good(in));
    disable(in.v1.user_id);
    BOOST_TEST(both_refused(in));
    BOOST_TEST(outcome(try_refresh(in.v1.refresh)) == "401 session_ended");
    BOOST_TEST(outcome(try_sign_in("a@x", first_password)) == "403 user_disabled");
    BOOST_TEST(outcome(try_sign_in("a@x", "nope")) == "401 wrong_credentials");
    const auto barred = post("/login", "email=a@x&password=" + first_password);
    BOOST_TEST(static_cast<int>(barred.status()) == 403);
    BOOST_TEST(barred.header("WWW-Authenticate") == "Basic realm =\"Account disabled !!\"");
    const auto wrong = post("/login", "email=a@x&password=nope");
    BOOST_TEST(wrong.header("WWW-Authenticate") == "Basic realm =\"Wrong Password !!\"");

    disable(in.v1.user_id, false);
    BOOST_TEST(both_refused(in));
    BOOST_TEST(both_good(enter("a@x"))); // in the same second
    BOOST_TEST(both_refused(in));
}

BOOST_AUTO_TEST_CASE(roles_are_in_the_next_access_token_and_older_ones_are_refused)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    BOOST_TEST(test::grants_nothing(test::claims_in(in.v1.access)));
    BOOST_TEST(both_good(in));
    give_roles(in.v1.user_id, {"admin", "billing:read"});
    BOOST_TEST(both_refused(in));
    const auto next = test::read_grant(try_refresh(in.v1.refresh));
    const auto who = test::run_task(bearers.check(next.access)).value();
    const std::vector<std::string> expected{"admin", "billing:read"};
    BOOST_TEST(who->roles == expected, boost::test_tools::per_element());
    BOOST_TEST(bearers.check_known(next.access)->roles == expected, boost::test_tools::per_element());
    BOOST_TEST(test::claims_in(enter("a@x").v1.access).at("roles").as_array().size() == 2u);
    give_roles(in.v1.user_id, {});
    BOOST_TEST(check(next.access) == 401);
    BOOST_TEST(test::grants_nothing(test::claims_in(test::read_grant(try_refresh(next.refresh)).access)));
}

// As many and as long as may be.
BOOST_AUTO_TEST_CASE(all_roles_that_may_be_fit_into_a_token)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    std::vector<std::string> most;
    for (int i = 0; i < 32; ++i) most.push_back(std::string(62, 'r') + std::to_string(10 + i));
    give_roles(in.v1.user_id, most);
    const auto next = test::read_grant(try_refresh(in.v1.refresh));
    BOOST_TEST(test::run_task(bearers.check(next.access)).value()->roles == most, boost::test_tools::per_element());
    BOOST_TEST(check(next.access) == 200);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(the_tutorials_tokens_after_changes, fixture)

// In one second: each change revokes what was issued before, and nothing that is issued after.
BOOST_AUTO_TEST_CASE(many_changes_in_one_second_are_told_apart)
{
    sign_up_well("a@x");
    std::vector<tokens_of_user> old;
    for (int i = 0; i < 5; ++i) {
        const auto in = enter("a@x");
        BOOST_TEST(both_good(in));
        for (const auto& each : old) BOOST_TEST(both_refused(each));
        give_roles(in.v1.user_id, {"r" + std::to_string(i)});
        BOOST_TEST(both_refused(in));
        old.push_back(in);
    }
    const auto last = enter("a@x");
    BOOST_TEST(both_good(last));
    // 1800 s from now on, what a change looks ahead, and a second for each one more.
    const auto claims = tokens.verify(last.tutorial, clock.now()).value();
    BOOST_TEST((claims.expires == clock.now() + 1800s + 2s + 5s));
    clock.time += 1806s;
    BOOST_TEST(list_status(last.tutorial) == 200);
    clock.time += 1s;
    BOOST_TEST(list_status(last.tutorial) == 401);
    // Later on nothing is left of that.
    BOOST_TEST((tokens.verify(log_in("a@x", first_password), clock.now())->expires == clock.now() + 1800s));
}

BOOST_AUTO_TEST_CASE(signing_out_everywhere_revokes_them_and_other_ends_do_not)
{
    sign_up_well("a@x");
    const auto in = enter("a@x"), other = enter("a@x");
    BOOST_TEST(both_good(in));
    BOOST_TEST(end("others", in.v1.access) == 204);
    BOOST_TEST(list_status(other.tutorial) == 200);
    BOOST_TEST(end("all", in.v1.access) == 204);
    BOOST_TEST(both_refused(in));
    BOOST_TEST(both_refused(other));
    BOOST_TEST(both_good(enter("a@x")));
}

BOOST_AUTO_TEST_CASE(a_known_token_needs_no_database_after_a_change_either)
{
    sign_up_well("a@x");
    give_roles(enter("a@x").v1.user_id, {"admin"});
    const auto in = enter("a@x");
    BOOST_TEST(list_status(in.tutorial) == 200);
    const auto before = questions();
    for (int i = 0; i < 50; ++i) BOOST_TEST((checker.check_known(in.tutorial) != nullptr));
    BOOST_TEST(questions() == before);
    // A change of somebody else makes nobody forget it.
    sign_up_well("b@x");
    give_roles(enter("b@x").v1.user_id, {"x"});
    BOOST_TEST((checker.check_known(in.tutorial) != nullptr));
}

BOOST_AUTO_TEST_CASE(after_a_doubt_the_database_is_asked_about_them_too)
{
    sign_up_well("a@x");
    const auto token = log_in("a@x", first_password);
    BOOST_TEST(list_status(token) == 200);
    revoked.outcome_unknown();
    BOOST_TEST((checker.check_known(token) == nullptr));
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST((checker.check_known(token) != nullptr));
}

BOOST_AUTO_TEST_CASE(what_another_program_changes_counts_once_it_is_noticed)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    BOOST_TEST(both_good(in));
    change_from_outside("insert into watchword_user_state (user_id, public_id, generation, disabled, roles, "
                        "tutorial_until, changed) select id, public_id, 0, 1, '', 0, 0 from user");
    BOOST_TEST(both_refused(in));
    change_from_outside("update watchword_user_state set disabled = 0");
    BOOST_TEST(both_good(in));
    change_from_outside("update watchword_user_state set tutorial_until = " +
                        std::to_string((clock.now() + 1800s).time_since_epoch().count()));
    BOOST_TEST(list_status(in.tutorial) == 401);
    change_from_outside("update watchword_user_state set public_id = 'of one who had that id'");
    BOOST_TEST(list_status(in.tutorial) == 200);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(changes_during_a_sign_in, fixture)

// The old password was right when it was looked up; the change is answered while it waits for a hashing thread.
BOOST_AUTO_TEST_CASE(a_password_changed_meanwhile_opens_nothing)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    const auto hold_and_change = [&](const std::function<void()>& asks) {
        test::held_worker held(hashing);
        std::thread asking(asks);
        while (hashing.statistics().waiting == 0) std::this_thread::yield();
        change_password_aside("a@x", in.v1);
        held.release();
        asking.join();
    };
    std::string v1;
    hold_and_change([&] { v1 = outcome(try_sign_in("a@x", first_password)); });
    BOOST_TEST(v1 == "401 credentials_outdated");
}

BOOST_AUTO_TEST_CASE(a_password_changed_meanwhile_gives_the_tutorial_no_good_token)
{
    sign_up_well("a@x");
    const auto in = enter("a@x");
    std::string token;
    {
        test::held_worker held(hashing);
        std::thread asking([&] { token = log_in("a@x", first_password); });
        while (hashing.statistics().waiting == 0) std::this_thread::yield();
        change_password_aside("a@x", in.v1);
        held.release();
        asking.join();
    }
    BOOST_TEST(list_status(token) == 401);
    clock.time += 1s;
    BOOST_TEST(list_status(token) == 401);
}

BOOST_AUTO_TEST_CASE(a_change_of_the_password_that_was_overtaken_is_refused)
{
    sign_up_well("a@x");
    const auto here = enter("a@x"), there = enter("a@x");
    std::string overtaken;
    {
        test::held_worker held(hashing);
        std::thread asking([&] { overtaken = outcome(change(here.v1.access)); });
        while (hashing.statistics().waiting == 0) std::this_thread::yield();
        BOOST_TEST(end("all", there.v1.access) == 204);
        held.release();
        asking.join();
    }
    BOOST_TEST(overtaken == "401 credentials_outdated");
    BOOST_TEST(both_good(enter("a@x")));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(histories_of_changes, fixture)

// Threads check tokens of both kinds all the time; once a change was answered, no check that begins later accepts one
// from before.
BOOST_AUTO_TEST_CASE(no_thread_accepts_an_older_token_after_a_change)
{
    sign_up_well("a@x");
    struct current {
        std::string access, tutorial;
        std::atomic<bool> changed{false};
        std::atomic<std::size_t> accepted{0}, checked_after{0}, wrong{0};
    };
    const std::size_t rounds = test::is_sanitized ? 24 : 120;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto in = enter("a@x");
        current now;
        now.access = in.v1.access;
        now.tutorial = in.tutorial;
        std::atomic<bool> stop{false};
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i)
            threads.emplace_back([&] {
                while (!stop) {
                    const bool was_changed = now.changed;
                    const bool first =
                        checker.check_known(now.tutorial) || test::run_task(checker.check(now.tutorial)).has_value();
                    const bool v1 = accepts(now.access);
                    if (first && v1) ++now.accepted;
                    if (was_changed) ++now.checked_after;
                    if (was_changed && (first || v1)) ++now.wrong;
                }
            });
        while (now.accepted < 10) std::this_thread::yield();
        switch (round % 4) {
        case 0: give_roles(in.v1.user_id, {"r" + std::to_string(round)}); break;
        case 1: disable(in.v1.user_id); break;
        case 2: BOOST_REQUIRE(outcome(change(in.v1.access, first_password, first_password)) == "200"); break;
        default: BOOST_REQUIRE(end("all", in.v1.access) == 204);
        }
        now.changed = true;
        while (now.checked_after < 10) std::this_thread::yield();
        stop = true;
        for (auto& each : threads) each.join();
        BOOST_TEST(now.wrong == 0u, "round " << round);
        if (round % 4 == 1) disable(in.v1.user_id, false);
    }
}

BOOST_AUTO_TEST_SUITE_END()
