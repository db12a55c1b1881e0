// The check of access tokens: what it costs, and that it is exact.
#include "sessions_fixture.hpp"
#include "support/allocations.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <initializer_list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using watchword::accounts::key_policy;
using watchword::accounts::key_start;

std::string quoted(const std::string& text)
{
    return "'" + text + "'";
}

// Threads that check one token after the other, and note when one was accepted that must not have been.
class checkers {
public:
    checkers(test::sessions_service& s, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            threads_.emplace_back([this, &s] {
                while (!stop_) check_once(s);
            });
    }
    ~checkers()
    {
        stop_ = true;
        for (auto& each : threads_) each.join();
    }
    // Of this token until the next call; returns when each thread has found it good.
    void give(const std::string& token)
    {
        const std::lock_guard lock(mutex_);
        token_ = token;
        ended_ = false;
        ++round_;
        accepted_ = 0;
    }
    void end() { ended_ = true; }
    std::size_t accepted() const { return accepted_; }
    std::size_t checked_after_end() const { return checked_after_end_; }
    std::size_t wrong() const { return wrong_; }

private:
    void check_once(test::sessions_service& s)
    {
        std::string token;
        std::size_t round = 0;
        {
            const std::lock_guard lock(mutex_);
            token = token_;
            round = round_;
        }
        if (token.empty()) return std::this_thread::yield();
        const bool had_ended = ended_; // before the check began
        const bool good = s.accepts(token);
        const std::lock_guard lock(mutex_);
        if (round != round_) return;
        if (good) ++accepted_;
        if (had_ended) ++checked_after_end_;
        if (good && had_ended) ++wrong_;
    }

    std::mutex mutex_; // guards token_ and round_
    std::string token_;
    std::size_t round_ = 0;
    std::atomic<bool> ended_{false}, stop_{false};
    std::atomic<std::size_t> accepted_{0}, checked_after_end_{0}, wrong_{0};
    std::vector<std::thread> threads_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(bearer_tokens, test::sessions_service)

BOOST_AUTO_TEST_CASE(a_known_token_costs_neither_the_database_nor_memory)
{
    const auto in = sign_in("a@x");
    accepts(sign_in("c@x").access); // since a start, keys may have to be read again
    const auto fresh = questions();
    BOOST_TEST(accepts(in.access));
    BOOST_TEST(questions() == fresh + 1);
    std::size_t allocated = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto before = test::allocations();
        BOOST_REQUIRE(bearers.check_known(in.access) != nullptr);
        allocated += test::allocations() - before;
    }
    BOOST_TEST(allocated == 0u);
    BOOST_TEST(questions() == fresh + 1);
    // Other people's sign-ins and refreshes change nothing of that.
    try_refresh(sign_in("b@x").refresh);
    const auto before = questions();
    BOOST_TEST((bearers.check_known(in.access) != nullptr));
    BOOST_TEST(questions() == before);
}

BOOST_AUTO_TEST_CASE(the_caller_is_who_the_token_says)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(!bearers.check_known(in.access));
    for (const auto& who : {test::run_task(bearers.check(in.access)).value(), bearers.check_known(in.access)}) {
        BOOST_REQUIRE(who != nullptr);
        BOOST_TEST(who->public_id == in.user_id);
        BOOST_TEST(who->session_id == in.session_id);
        BOOST_TEST(who->scope == "");
        BOOST_TEST(who->roles.empty());
        BOOST_TEST(who->methods == std::vector<std::string>{"pwd"}, boost::test_tools::per_element());
        BOOST_TEST((who->expires == clock.now() + 900s));
        BOOST_TEST((who->authenticated == clock.now()));
    }
}

BOOST_AUTO_TEST_CASE(what_another_program_ends_is_refused_once_it_is_noticed)
{
    const auto session = sign_in("a@x"), user = sign_in("b@x"), everywhere = sign_in("c@x"), barred = sign_in("d@x"),
               kept = sign_in("e@x");
    const auto all_good = [&](std::initializer_list<const test::signed_in*> all) {
        for (const auto* each : all)
            if (!accepts(each->access)) return false;
        return true;
    };
    BOOST_TEST(all_good({&session, &user, &everywhere, &barred, &kept}));
    change_from_outside("update watchword_session set ended = 1, end_reason = 'x' where id = " +
                        quoted(session.session_id));
    BOOST_TEST(!accepts(session.access));
    change_from_outside("delete from user where email = 'b@x'");
    BOOST_TEST(!accepts(user.access));
    const auto state_of = [](const std::string& email, const std::string& values) {
        return "insert into watchword_user_state (user_id, public_id, generation, disabled, roles, tutorial_until, "
               "changed) "
               "select id, public_id, " +
               values + " from user where email = " + quoted(email);
    };
    change_from_outside(state_of("c@x", "1, 0, '', 0, 0"));
    BOOST_TEST(!accepts(everywhere.access));
    change_from_outside(state_of("d@x", "0, 1, '', 0, 0"));
    BOOST_TEST(!accepts(barred.access));

    // The others are asked about once more, and known again.
    BOOST_TEST(!bearers.check_known(kept.access));
    BOOST_TEST(accepts(kept.access));
    BOOST_TEST((bearers.check_known(kept.access) != nullptr));
}

// S17, S18: for what accounts/ does to users whose tokens are known here
BOOST_AUTO_TEST_CASE(who_is_disabled_here_is_out_at_once)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    set_disabled("a@x", true);
    const std::vector<std::string> none{};
    revoked.sessions_ended({in.user_id, none, watchword::accounts::end_reason::disabled, std::uint64_t(1)});
    const auto before = questions();
    BOOST_TEST(!accepts(in.access));
    BOOST_TEST(questions() == before); // that is known without the database

    set_disabled("a@x", false);
    const auto again = sign_in("a@x");
    revoked.sessions_ended({in.user_id, none, watchword::accounts::end_reason::administrator, std::uint64_t(2)});
    BOOST_TEST(accepts(again.access));
    BOOST_TEST(!accepts(in.access));
}

BOOST_AUTO_TEST_CASE(after_a_doubt_the_database_is_asked_once_more_about_each_token)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    const auto before = questions();
    revoked.outcome_unknown();
    BOOST_TEST(!bearers.check_known(in.access));
    BOOST_TEST(accepts(in.access));
    BOOST_TEST((bearers.check_known(in.access) != nullptr));
    BOOST_TEST(questions() == before + 1);
}

// The commit may have been made, though nobody can tell.
BOOST_AUTO_TEST_CASE(a_change_that_failed_makes_tokens_doubtful)
{
    const auto in = sign_in("a@x");
    change_from_outside("create trigger no_end before update on watchword_session begin select raise(abort, 'x'); end");
    for (const auto* which : {"current", "others", "all"}) {
        const auto session = std::string(which) == "others" ? sign_in("a@x") : in;
        BOOST_TEST(accepts(session.access));
        BOOST_TEST((bearers.check_known(session.access) != nullptr));
        BOOST_TEST(end(which, session.access) == 503);
        BOOST_TEST((bearers.check_known(session.access) == nullptr));
    }
    BOOST_TEST(accepts(in.access));
    BOOST_TEST(static_cast<int>(try_refresh(in.refresh).status()) == 503);
    BOOST_TEST((bearers.check_known(in.access) == nullptr));
}

BOOST_AUTO_TEST_CASE(what_was_ended_stays_so_though_the_clock_is_set)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    clock.time -= std::chrono::hours(1);
    BOOST_REQUIRE(test::run_task(kept_sessions.end(in.user_id, in.session_id)).has_value());
    clock.time += std::chrono::hours(1);
    for (int i = 0; i < 20; ++i, clock.time += 60s) {
        revoked.forget_expired();
        BOOST_TEST(!accepts(in.access));
    }
}

BOOST_AUTO_TEST_CASE(what_no_token_needs_any_more_is_forgotten)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(accepts(in.access));
    BOOST_TEST(end("all", in.access) == 204);
    BOOST_TEST(revoked.count().sessions == 1u);
    BOOST_TEST(revoked.count().users == 1u);
    clock.time += 899s;
    revoked.forget_expired();
    BOOST_TEST(revoked.count().sessions == 1u);
    BOOST_TEST(!accepts(in.access));
    clock.time += 1s;
    revoked.forget_expired();
    BOOST_TEST(revoked.count().sessions == 0u);
    BOOST_TEST(revoked.count().users == 1u); // for tokens of the tutorial, which live longer
    BOOST_TEST(!accepts(in.access));
    clock.time += 899s;
    revoked.forget_expired();
    BOOST_TEST(revoked.count().users == 1u);
    clock.time += 1s;
    revoked.forget_expired();
    BOOST_TEST(revoked.count().users == 0u);
    BOOST_TEST(!accepts(in.access));
}

// S10
BOOST_AUTO_TEST_CASE(tokens_for_others_or_by_others_are_refused)
{
    const auto in = sign_in("a@x");
    auto other = bearer_settings();
    other.issuer = "https://id.test/";
    watchword::accounts::bearer_tokens by_another(other, keys, database, signing, revoked, clock, random);
    BOOST_TEST((test::run_task(by_another.check(in.access)).error() == core::errc::invalid_token));
    other = bearer_settings();
    other.audience = "https://other.test";
    watchword::accounts::bearer_tokens for_another(other, keys, database, signing, revoked, clock, random);
    BOOST_TEST((test::run_task(for_another.check(in.access)).error() == core::errc::invalid_token));
}

BOOST_AUTO_TEST_CASE(clocks_may_differ_by_what_is_set)
{
    auto lenient = bearer_settings();
    lenient.leeway = 5s;
    watchword::accounts::bearer_tokens tolerant(lenient, keys, database, signing, revoked, clock, random);
    const auto in = sign_in("a@x");
    const auto good = [&] {
        return tolerant.check_known(in.access) || test::run_task(tolerant.check(in.access)).has_value();
    };
    BOOST_TEST(good());
    clock.time += 904s;
    BOOST_TEST(good());
    clock.time += 1s;
    BOOST_TEST((test::run_task(tolerant.check(in.access)).error() == core::errc::expired_token));
    clock.time -= 910s;
    BOOST_TEST(good());
    clock.time -= 1s;
    BOOST_TEST((test::run_task(tolerant.check(in.access)).error() == core::errc::invalid_token));
}

// S19
BOOST_AUTO_TEST_CASE(the_tokens_of_a_key_are_good_until_it_is_retired)
{
    const auto old = sign_in("a@x");
    BOOST_TEST(accepts(old.access));
    const auto first = test::text_at(
        boost::json::parse(core::base64url_decode(old.access.substr(0, old.access.find('.'))).value()), "kid");
    clock.time += 1s;
    BOOST_REQUIRE(test::run_task(keys.rotate(key_start::at_once)).has_value());
    const auto young = sign_in("a@x");
    BOOST_TEST(accepts(old.access));
    BOOST_TEST(accepts(young.access));
    BOOST_TEST((bearers.check_known(old.access) != nullptr));
    BOOST_REQUIRE(test::run_task(keys.retire(first)).has_value());
    BOOST_TEST(!accepts(old.access));
    BOOST_TEST(accepts(young.access));
    BOOST_TEST(static_cast<int>(try_refresh(old.refresh).status()) == 200); // sessions outlive keys
}

BOOST_AUTO_TEST_CASE(signatures_that_take_long_are_made_elsewhere)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(test::once_idle(signing).executed == 0u);
    key_policy rsa;
    rsa.algorithm = crypto::signature_algorithm::rs256;
    test::sessions_service s({}, rsa);
    const auto slow = s.sign_in("a@x");
    BOOST_TEST(test::once_idle(s.signing).executed == 1u);
    BOOST_TEST(s.check(slow.access) == 200);
    BOOST_TEST(static_cast<int>(s.try_refresh(slow.refresh).status()) == 200);
    BOOST_TEST(test::once_idle(s.signing).executed == 2u);
}

// Once it was answered that a session has ended, no check that begins later accepts its tokens, on any thread.
BOOST_AUTO_TEST_CASE(no_thread_accepts_a_token_after_its_session_was_ended)
{
    sign_up("a@x");
    checkers all(*this, 3);
    const std::size_t rounds = test::is_sanitized ? 30 : 200;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto in = test::read_grant(try_sign_in("a@x"));
        all.give(in.access);
        while (all.accepted() < 20) std::this_thread::yield();
        const auto path = std::array{in.session_id, std::string("current"), std::string("all")}.at(round % 3);
        BOOST_REQUIRE(end(path, in.access) == 204);
        all.end();
        const auto before = all.checked_after_end();
        while (all.checked_after_end() < before + 20) std::this_thread::yield();
    }
    BOOST_TEST(all.wrong() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
