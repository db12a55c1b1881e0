#include "accounts/revocation_state.hpp"
#include "revocation_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::test;
using std::chrono::seconds;

constexpr auto highest = state::highest_generation;

} // namespace

BOOST_FIXTURE_TEST_SUITE(revocation_state, revocation_fixture)

BOOST_AUTO_TEST_CASE(tokens_below_their_users_generation_are_revoked)
{
    BOOST_TEST(ask("a", 0) == answer::valid);
    revocations.raise_generation("a", 2, early);
    BOOST_TEST(ask("a", 0) == answer::revoked);
    BOOST_TEST(ask("a", 1, session(1)) == answer::revoked);
    BOOST_TEST(ask("a", 2) == answer::valid);
    BOOST_TEST(ask("a", 3) == answer::valid); // another node raised it, which was not heard yet
    BOOST_TEST(ask("b", 0) == answer::valid);
    BOOST_TEST(ask("", 0) == answer::valid);
}

BOOST_AUTO_TEST_CASE(generation_zero_revokes_nothing_and_takes_no_room)
{
    revocations.raise_generation("a", 0, early);
    BOOST_TEST(ask("a", 0) == answer::valid);
    BOOST_TEST(revocations.count().users == 0u);
    revocations.raise_generation("a", 1, early);
    revocations.raise_generation("a", 0, early);
    BOOST_TEST(ask("a", 0) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(a_generation_does_not_fall_nor_begin_again)
{
    revocations.raise_generation("a", 5, early);
    revocations.raise_generation("a", 4, early);
    BOOST_TEST(ask("a", 4) == answer::revoked);
    revocations.raise_generation("a", highest, early);
    BOOST_TEST(ask("a", highest - 1) == answer::revoked);
    BOOST_TEST(ask("a", highest) == answer::valid);
    for (const std::uint64_t wrapped : {highest + 1, ~std::uint64_t(0), std::uint64_t(0), std::uint64_t(1)})
        revocations.raise_generation("a", wrapped, early);
    for (const std::uint64_t any : {std::uint64_t(0), highest, highest + 1, ~std::uint64_t(0)})
        BOOST_TEST(ask("a", any) == answer::revoked);
    BOOST_TEST(revocations.count().users == 1u);
}

BOOST_AUTO_TEST_CASE(a_disabled_user_has_no_valid_token_until_his_generation_rises_again)
{
    revocations.disable("a", 3, early);
    for (const std::uint64_t any : {std::uint64_t(0), std::uint64_t(3), std::uint64_t(4), highest, ~std::uint64_t(0)})
        BOOST_TEST(ask("a", any) == answer::revoked);
    revocations.raise_generation("a", 3, early);
    BOOST_TEST(ask("a", 3) == answer::revoked);
    revocations.raise_generation("a", 4, early);
    BOOST_TEST(ask("a", 3) == answer::revoked);
    BOOST_TEST(ask("a", 4) == answer::valid);
    revocations.disable("a", 3, early); // heard late
    BOOST_TEST(ask("a", 4) == answer::valid);
    revocations.disable("b", 0, early);
    BOOST_TEST(ask("b", 0) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(a_token_without_a_generation_is_revoked_with_its_user_only)
{
    revocations.raise_generation("a", 7, early);
    BOOST_TEST(ask("a", highest) == answer::valid);
    revocations.disable("a", 8, early);
    BOOST_TEST(ask("a", highest) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(an_ended_session_ends_alone)
{
    revocations.end_session(session(1), early);
    BOOST_TEST(ask("a", 0, session(1)) == answer::revoked);
    BOOST_TEST(ask("a", 9, session(1)) == answer::revoked);
    BOOST_TEST(ask("a", 0, session(2)) == answer::valid);
    BOOST_TEST(ask("a", 0) == answer::valid);
    revocations.end_session(session(1), early);
    BOOST_TEST(revocations.count().sessions == 1u);
    revocations.end_session(session(0), early); // all zero, as no session might be taken for
    BOOST_TEST(ask("a", 0) == answer::valid);
    BOOST_TEST(ask("a", 0, session(0)) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(users_and_sessions_of_the_same_bytes_are_not_confused)
{
    const auto id = session(0x6162636465666768);
    const std::string_view name(id.data(), id.size());
    revocations.end_session(id, early);
    BOOST_TEST(ask(name, 0) == answer::valid);
    revocations.raise_generation(std::string(name.substr(0, 15)), 1, early);
    BOOST_TEST(ask(name, 0) == answer::valid);
    revocations.raise_generation(name, 1, early);
    BOOST_TEST(ask(name, 0) == answer::revoked);
    BOOST_TEST(ask(name, 1, id) == answer::revoked);
}

// Who disabled a user, raised him again and ended a session may be heard of in any order, and twice.
BOOST_AUTO_TEST_CASE(the_order_in_which_changes_are_heard_makes_no_difference)
{
    std::vector<accounts::user_change> changes{{"a", 1, false, early},
                                               {"a", 2, true, late},
                                               {"a", 3, false, early},
                                               {"b", 1, false, early},
                                               {"b", 1, true, early}};
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    do {
        revocation_fixture fresh;
        auto& heard = fresh.revocations;
        for (const auto i : order) heard.load(std::span(&changes[i], 1));
        heard.load(std::span(&changes[order[0]], 1));
        const auto a = [&](std::uint64_t g) { return heard.check(heard.marks_of("a", g, {}, late), now); };
        const auto b = [&](std::uint64_t g) { return heard.check(heard.marks_of("b", g, {}, early), now); };
        BOOST_REQUIRE(a(2) == answer::revoked && a(3) == answer::valid);
        BOOST_REQUIRE(b(1) == answer::revoked && b(2) == answer::revoked);
        heard.forget_before(early);
        BOOST_REQUIRE(a(2) == answer::revoked && a(3) == answer::valid);
    } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(what_no_longer_matters_is_forgotten)
{
    revocations.raise_generation("a", 1, early);
    revocations.raise_generation("b", 1, late);
    revocations.disable("c", 1, early);
    revocations.end_session(session(1), early);
    revocations.end_session(session(2), late);
    revocations.forget_before(early - seconds(1));
    BOOST_TEST(ask("a", 0) == answer::revoked);
    BOOST_TEST(revocations.count().users == 3u);
    revocations.forget_before(early);
    BOOST_TEST(revocations.count().users == 1u);
    BOOST_TEST(revocations.count().sessions == 1u);
    BOOST_TEST(ask("b", 0, {}, late) == answer::revoked);
    BOOST_TEST(ask("a", 0, session(2), late) == answer::revoked);
    BOOST_TEST(ask("a", 0, session(3), late) == answer::valid);
}

// A check may have found its token not expired, just before; or a clock may have been ahead and was set back.
BOOST_AUTO_TEST_CASE(of_a_token_that_may_have_been_forgotten_nobody_says_that_it_is_valid)
{
    revocations.raise_generation("a", 1, early);
    revocations.end_session(session(1), early);
    revocations.raise_generation("b", 1, late);
    revocations.forget_before(early);
    BOOST_TEST(ask("a", 0, {}, early) == answer::unknown);
    BOOST_TEST(ask("x", 0, session(1), early) == answer::unknown);
    BOOST_TEST(ask("x", 0, {}, early - seconds(1)) == answer::unknown);
    BOOST_TEST(ask("x", 0, {}, early + seconds(1)) == answer::valid);
    BOOST_TEST(ask("b", 0, {}, early) == answer::unknown);
    BOOST_TEST(ask("b", 0, {}, late) == answer::revoked);
    revocations.forget_before(start); // the clock was set back
    BOOST_TEST(ask("a", 0, {}, early) == answer::unknown);
    revocations.raise_generation("c", 1, early);
    revocations.end_session(session(2), early);
    BOOST_TEST(revocations.count().users == 1u); // what would be dropped is not kept
    BOOST_TEST(revocations.count().sessions == 0u);
    BOOST_TEST(ask("c", 0, {}, early) == answer::unknown);
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_can_be_loaded_again)
{
    revocations.raise_generation("a", 1, early);
    revocations.forget_before(late);
    revocations.begin_loading();
    const accounts::user_change a{"a", 1, false, early};
    revocations.load(std::span(&a, 1));
    BOOST_TEST(ask("a", 1, {}, early) == answer::unknown);
    BOOST_TEST(revocations.trust_until(state::time_point::max()));
    BOOST_TEST(ask("a", 1, {}, early) == answer::valid);
    BOOST_TEST(ask("a", 0, {}, early) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_trusted_says_nothing)
{
    revocations.raise_generation("a", 1, early);
    revocations.distrust();
    BOOST_TEST(ask("a", 0) == answer::unknown);
    BOOST_TEST(ask("a", 1) == answer::unknown);
    revocations.distrust();
    BOOST_TEST(ask("a", 1) == answer::unknown);
    revocations.end_session(session(1), early); // is heard nonetheless
    BOOST_TEST(revocations.trust_until(state::time_point::max()));
    BOOST_TEST(ask("a", 0) == answer::revoked);
    BOOST_TEST(ask("a", 1) == answer::valid);
    BOOST_TEST(ask("a", 1, session(1)) == answer::revoked);
}

BOOST_AUTO_TEST_CASE(nothing_is_trusted_before_it_was_loaded)
{
    state fresh(core::siphash_key{1, 2});
    const auto ask_fresh = [&] { return fresh.check(fresh.marks_of("a", 0, {}, early), now); };
    BOOST_TEST(ask_fresh() == answer::unknown);
    BOOST_TEST(!fresh.trust_until(state::time_point::max()));
    BOOST_TEST(ask_fresh() == answer::unknown);
    fresh.begin_loading();
    BOOST_TEST(ask_fresh() == answer::unknown);
    BOOST_TEST(fresh.trust_until(state::time_point::max()));
    BOOST_TEST(ask_fresh() == answer::valid);
}

BOOST_AUTO_TEST_CASE(trust_ends_by_itself)
{
    using namespace std::chrono_literals;
    const auto at = [&](state::time_point time) {
        return revocations.check(revocations.marks_of("a", 0, {}, early), time);
    };
    revocations.trust_until(now + 2s);
    BOOST_TEST(at(now) == answer::valid);
    BOOST_TEST(at(now + 2s - 1ns) == answer::valid);
    BOOST_TEST(at(now + 2s) == answer::unknown);
    BOOST_TEST(at(now + 24h) == answer::unknown);
    revocations.trust_until(now + 4s);
    BOOST_TEST(at(now + 3s) == answer::valid);
    revocations.distrust();
    BOOST_TEST(at(now) == answer::unknown);
    revocations.trust_until(now + 1s);
    BOOST_TEST(at(now) == answer::valid);
    BOOST_TEST(at(now + 1s) == answer::unknown);
}

BOOST_AUTO_TEST_CASE(whoever_has_not_read_the_clock_is_told_the_same)
{
    const auto ask_now = [&] { return revocations.check(revocations.marks_of("a", 0, {}, early)); };
    BOOST_TEST(ask_now() == answer::valid); // trusted for ever
    const auto read = std::chrono::steady_clock::now();
    revocations.trust_until(read);
    BOOST_TEST(ask_now() == answer::unknown);
    revocations.trust_until(read + std::chrono::hours(1));
    BOOST_TEST(ask_now() == answer::valid);
    revocations.raise_generation("a", 1, early);
    BOOST_TEST(ask_now() == answer::revoked);
    revocations.distrust();
    BOOST_TEST(ask_now() == answer::unknown);
}

BOOST_AUTO_TEST_CASE(threads_that_ask_see_what_was_changed_while_the_tables_grow)
{
    constexpr std::size_t changes = 20'000;
    constexpr int askers = 3;
    std::atomic<std::size_t> made{0}, accepted{0};
    std::latch ready(askers + 1);
    std::vector<std::thread> threads;
    for (int i = 0; i < askers; ++i)
        threads.emplace_back([&, i] {
            ready.arrive_and_wait();
            auto at = static_cast<std::size_t>(i);
            for (std::size_t known = 0; known < changes; known = made.load()) {
                if (known == 0) continue;
                at = (at * 25'214'903'917 + 11) % known;
                if (is_valid("u" + std::to_string(at), 0)) ++accepted;
                if (is_valid("x", 0, session(at))) ++accepted;
            }
        });
    ready.arrive_and_wait();
    for (std::size_t i = 0; i < changes; ++i) {
        revocations.raise_generation("u" + std::to_string(i), 1, early);
        revocations.end_session(session(i), early);
        made.store(i + 1);
        const auto soon = start + seconds(i / 8);
        revocations.end_session(session(changes + i), soon);
        if (i % 1024 == 0) revocations.forget_before(soon);
    }
    for (auto& each : threads) each.join();
    BOOST_TEST(accepted == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
