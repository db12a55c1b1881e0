// Which key signs, which verify, and what is to be done when: without database and clock.
#include "accounts/key_problem.hpp"
#include "accounts/key_rule.hpp"
#include "support/repeatable.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace watchword::accounts {
namespace {

using core::precise_timestamp;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr precise_timestamp start{days(20'000)};
constexpr milliseconds moment{1};

// Keys in memory, and the time.
struct ring {
    key_policy policy{crypto::signature_algorithm::es256, days(90), days(1), minutes(30)};
    std::vector<key_life> keys;
    precise_timestamp now = start;
    int made = 0;

    void carry_out(const key_plan& p)
    {
        for (const auto& k : p.changed) *find(k.kid) = k;
        if (p.new_key_signs_from)
            keys.push_back({"k" + std::to_string(++made), policy.algorithm, now, *p.new_key_signs_from, never, never,
                            policy.longest_lifetime});
        for (const auto& kid : p.removed) std::erase_if(keys, [&](const auto& k) { return k.kid == kid; });
    }
    void carry_out(const core::result<key_plan>& p)
    {
        BOOST_REQUIRE(p.has_value());
        carry_out(*p);
    }
    key_plan due(occasion when = occasion::housekeeping) const { return plan_rotation(keys, policy, now, when); }
    void tend(occasion when = occasion::housekeeping) { carry_out(due(when)); }
    void rotate(key_start when) { carry_out(plan_new_key(keys, policy, now, when)); }
    void retire(const std::string& kid) { carry_out(plan_retirement(keys, policy, now, kid)); }

    std::vector<key_life>::iterator find(const std::string& kid)
    {
        return std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.kid == kid; });
    }
    const key_life& at(const std::string& kid) { return *find(kid); }
    std::string signing() const
    {
        const auto* const k = find_signing_key(keys, now);
        return k == nullptr ? "" : k->kid;
    }
    std::string state(const std::string& kid) { return std::string(name_of(state_of(at(kid), keys, now))); }
};

// One whose first key signs since `start`.
struct begun : ring {
    begun() { tend(occasion::start); }
};

// Its next key is waiting.
struct followed : begun {
    followed()
    {
        now = start + days(89);
        tend();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(key_rule_test)

BOOST_FIXTURE_TEST_CASE(the_first_key_signs_at_once_and_nothing_else_is_due, begun)
{
    BOOST_REQUIRE(keys.size() == 1u);
    BOOST_TEST((keys[0] == key_life{"k1", policy.algorithm, start, start, never, never, policy.longest_lifetime}));
    BOOST_TEST(signing() == "k1");
    BOOST_TEST(due().is_empty());
    BOOST_TEST(due(occasion::start).is_empty());
    BOOST_TEST(state("k1") == "signing");
}

BOOST_FIXTURE_TEST_CASE(the_next_key_is_published_ahead_to_the_moment_and_follows_to_the_moment, begun)
{
    now = start + days(89) - moment;
    BOOST_TEST(due().is_empty());
    now += moment;
    tend();
    BOOST_REQUIRE(keys.size() == 2u);
    BOOST_TEST((at("k2").created == now));
    BOOST_TEST((at("k2").signs_from == start + days(90)));
    BOOST_TEST((at("k1").signs_until == start + days(90)));
    BOOST_TEST((at("k1").verifies_until == start + days(90) + minutes(30) + key_margin));
    BOOST_TEST(due().is_empty());
    BOOST_TEST(state("k2") == "waiting");
    now = start + days(90) - moment;
    BOOST_TEST(signing() == "k1");
    now += moment;
    BOOST_TEST(signing() == "k2");
    BOOST_TEST(state("k1") == "verifying");
    BOOST_TEST(due().is_empty());
    now = at("k1").verifies_until - moment;
    BOOST_TEST(verifies(at("k1"), now));
    now += moment;
    BOOST_TEST(!verifies(at("k1"), now));
    BOOST_TEST(state("k1") == "ended");
}

BOOST_FIXTURE_TEST_CASE(without_an_interval_a_key_signs_for_ever, begun)
{
    policy.rotation = milliseconds(0);
    now = start + days(10'000);
    BOOST_TEST(due().is_empty());
    BOOST_TEST(signing() == "k1");
}

BOOST_FIXTURE_TEST_CASE(who_looks_late_publishes_no_shorter, begun)
{
    now = start + days(200);
    tend();
    BOOST_TEST((at("k2").signs_from == now + days(1)));
    BOOST_TEST((at("k1").signs_until == now + days(1)));
    BOOST_TEST(signing() == "k1");
}

BOOST_FIXTURE_TEST_CASE(an_interval_shorter_than_the_publication_makes_no_queue_of_keys, begun)
{
    policy.rotation = hours(1);
    for (int i = 0; i < 24 * 60; ++i, now += minutes(1)) tend();
    BOOST_TEST(keys.size() == 2u);
    tend();
    BOOST_TEST(keys.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(without_publication_ahead_the_next_key_signs_when_it_is_made, begun)
{
    policy.publish_ahead = milliseconds(0);
    now = start + days(90) - moment;
    BOOST_TEST(due().is_empty());
    now += moment;
    tend();
    BOOST_TEST(signing() == "k2");
    BOOST_TEST((at("k1").signs_until == now));
}

BOOST_FIXTURE_TEST_CASE(a_key_that_may_sign_yet_verifies_as_long_as_tokens_live_now_and_never_shorter_than_was_said,
                        followed)
{
    policy.longest_lifetime = hours(10);
    tend();
    BOOST_TEST((at("k1").verifies_until == start + days(90) + hours(10) + key_margin));
    policy.longest_lifetime = minutes(1);
    BOOST_TEST(due().is_empty());
    now = start + days(90); // what it signed before is as long as it was
    policy.longest_lifetime = hours(20);
    const auto k1 = at("k1");
    tend();
    BOOST_TEST((at("k1") == k1));
    BOOST_TEST((at("k2").longest_lifetime == hours(20)));
}

// A server's setting was lowered, or somebody administers keys without that setting.
BOOST_FIXTURE_TEST_CASE(a_key_verifies_for_the_longest_lifetime_that_its_tokens_ever_had, begun)
{
    policy.longest_lifetime = hours(10);
    tend();
    BOOST_TEST((at("k1").longest_lifetime == hours(10)));
    policy.longest_lifetime = minutes(1);
    BOOST_TEST(due().is_empty());
    BOOST_TEST(plan_lifetime(keys, policy, now).is_empty());
    rotate(key_start::at_once);
    BOOST_TEST(signing() == "k2");
    BOOST_TEST((at("k1").verifies_until == now + hours(10) + key_margin));
    BOOST_TEST((at("k2").longest_lifetime == minutes(1)));
}

BOOST_FIXTURE_TEST_CASE(before_longer_tokens_are_issued_every_key_that_may_sign_them_is_told, followed)
{
    now = start + days(90) - moment;
    retire("k2");
    rotate(key_start::published_ahead);
    const auto before = at("k1").verifies_until;
    policy.longest_lifetime = days(2);
    const auto plan = plan_lifetime(keys, policy, now);
    BOOST_TEST(plan.changed.size() == 2u);
    BOOST_TEST((!plan.new_key_signs_from && plan.removed.empty()));
    carry_out(plan);
    BOOST_TEST((at("k1").verifies_until == before + days(2) - minutes(30)));
    BOOST_TEST((at("k3").longest_lifetime == days(2)));
    BOOST_TEST((at("k2").longest_lifetime == minutes(30))); // it never signs again
}

BOOST_FIXTURE_TEST_CASE(another_algorithm_is_due_at_a_start_and_follows_as_any_key, begun)
{
    policy.algorithm = crypto::signature_algorithm::eddsa;
    now += hours(1);
    BOOST_TEST(due().is_empty());
    tend(occasion::start);
    BOOST_REQUIRE(keys.size() == 2u);
    BOOST_TEST((at("k2").signs_from == now + days(1)));
    BOOST_TEST((at("k1").signs_until == now + days(1)));
    BOOST_TEST(due(occasion::start).is_empty());
    policy.algorithm = crypto::signature_algorithm::ps256; // while one waits: nothing
    BOOST_TEST(due(occasion::start).is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_asked_for_is_published_ahead_and_only_one_waits, begun)
{
    now += hours(5);
    rotate(key_start::published_ahead);
    BOOST_TEST((at("k2").signs_from == now + days(1)));
    BOOST_TEST((at("k1").signs_until == now + days(1)));
    BOOST_TEST(signing() == "k1");
    for (const auto when : {key_start::published_ahead, key_start::at_once})
        BOOST_TEST((plan_new_key(keys, policy, now, when).error() == key_problem::waiting));
    now += days(1);
    BOOST_TEST(signing() == "k2");
    rotate(key_start::at_once);
    BOOST_TEST(signing() == "k3");
    BOOST_TEST((at("k2").signs_until == now));
    BOOST_TEST(verifies(at("k2"), now + minutes(30)));
}

BOOST_AUTO_TEST_CASE(the_first_key_that_is_asked_for_signs_at_once)
{
    ring r;
    r.rotate(key_start::published_ahead);
    BOOST_TEST(r.signing() == "k1");
    BOOST_TEST(r.due().is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_key_that_waits_may_begin_early_and_the_one_before_verifies_no_shorter, followed)
{
    const auto before = at("k1").verifies_until;
    carry_out(plan_early_start(keys, policy, now));
    BOOST_TEST(signing() == "k2");
    BOOST_TEST((at("k1").signs_until == now));
    BOOST_TEST((at("k1").verifies_until == before)); // another node may sign with it until it hears of this
    BOOST_TEST(due().is_empty());
    BOOST_TEST((plan_early_start(keys, policy, now).error() == core::errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(who_hears_late_that_another_key_signs_issues_no_token_that_dies_too_soon, begun)
{
    const auto stale = keys;
    rotate(key_start::at_once);
    const auto issued = now + key_margin - moment;
    BOOST_TEST(find_signing_key(stale, issued)->kid == "k1");
    BOOST_TEST(verifies(at("k1"), issued + policy.longest_lifetime));
}

BOOST_FIXTURE_TEST_CASE(retiring_the_key_that_signs_lets_another_sign_at_once, begun)
{
    now += hours(1);
    retire("k1");
    BOOST_TEST(!verifies(at("k1"), now));
    BOOST_TEST(!verifies(at("k1"), start)); // nor by a clock that is behind
    BOOST_TEST(signing() == "k2");
    BOOST_TEST((at("k2").signs_from == now));
    BOOST_TEST((at("k1").signs_until == now));
    BOOST_TEST(state("k1") == "retired");
    BOOST_TEST(due().is_empty());
}

BOOST_FIXTURE_TEST_CASE(retiring_the_key_that_signs_lets_the_one_that_waits_sign, followed)
{
    retire("k1");
    BOOST_TEST(keys.size() == 2u);
    BOOST_TEST(signing() == "k2");
    BOOST_TEST((at("k2").signs_from == now));
    BOOST_TEST(due().is_empty());
}

BOOST_FIXTURE_TEST_CASE(retiring_the_key_that_waits_lets_the_one_that_signs_go_on_until_another_is_due, followed)
{
    retire("k2");
    BOOST_TEST(keys.size() == 2u);
    BOOST_TEST(signing() == "k1");
    BOOST_TEST((at("k1").signs_until == never));
    BOOST_TEST((at("k1").verifies_until == never));
    BOOST_TEST(state("k2") == "retired");
    tend();
    BOOST_TEST((at("k3").signs_from == now + days(1)));
}

BOOST_FIXTURE_TEST_CASE(retiring_a_key_that_only_verifies_changes_nothing_else, followed)
{
    now = start + days(90) + minutes(10);
    const auto k2 = at("k2");
    retire("k1");
    BOOST_TEST(!verifies(at("k1"), now));
    BOOST_TEST((at("k1").signs_until == start + days(90)));
    BOOST_TEST((at("k2") == k2));
    BOOST_TEST(keys.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_verify_cannot_be_retired, followed)
{
    retire("k2");
    for (const auto* kid : {"k2", "k3", ""})
        BOOST_TEST((plan_retirement(keys, policy, now, kid).error() == core::errc::not_found));
    now = start + days(89);
    tend();
    now = at("k1").verifies_until;
    BOOST_TEST((plan_retirement(keys, policy, now, "k1").error() == core::errc::not_found));
}

BOOST_FIXTURE_TEST_CASE(all_keys_can_be_retired_together, followed)
{
    carry_out(plan_retirement_of_all(keys, policy, now));
    BOOST_TEST(state("k1") == "retired");
    BOOST_TEST(state("k2") == "retired");
    BOOST_TEST(signing() == "k3");
    BOOST_TEST(due().is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_goes_back_behind_the_first_key_makes_no_other, begun)
{
    now = start - hours(1);
    BOOST_TEST(signing() == "k1");
    BOOST_TEST(due().is_empty());
    BOOST_TEST(due(occasion::start).is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_goes_back_gives_the_pen_back, followed)
{
    now = start + days(90);
    BOOST_TEST(signing() == "k2");
    now -= moment;
    BOOST_TEST(signing() == "k1");
}

BOOST_FIXTURE_TEST_CASE(a_retired_key_signs_no_more_though_the_clock_goes_back, begun)
{
    now += hours(1);
    retire("k1");
    now -= minutes(30);
    BOOST_TEST(signing() == "k2");
}

BOOST_FIXTURE_TEST_CASE(before_the_first_key_s_time_another_one_may_be_asked_for, begun)
{
    now = start - hours(1);
    rotate(key_start::at_once); // the first one waits for nobody
    BOOST_TEST(signing() == "k2");
}

// What somebody else has made of the table.
BOOST_FIXTURE_TEST_CASE(of_two_keys_without_an_end_the_one_that_signs_last_is_followed, begun)
{
    keys.push_back(keys[0]);
    keys[1].kid = "k2";
    keys[1].created = keys[1].signs_from = start + days(10);
    now = start + days(89);
    BOOST_TEST(due().is_empty());
    now = start + days(99);
    BOOST_TEST((due().new_key_signs_from == start + days(100)));
}

BOOST_FIXTURE_TEST_CASE(keys_are_remembered_for_a_while_after_they_ended, followed)
{
    policy.rotation = milliseconds(0);
    now = at("k1").verifies_until + key_memory - moment;
    BOOST_TEST(due().is_empty());
    now += moment;
    BOOST_TEST(due().removed == std::vector<std::string>{"k1"}, boost::test_tools::per_element());
    tend();
    retire("k2");
    now += key_memory - moment;
    BOOST_TEST(due().is_empty());
    now += moment;
    BOOST_TEST(due().removed == std::vector<std::string>{"k2"}, boost::test_tools::per_element());
}

// What somebody else has made of the table.
BOOST_FIXTURE_TEST_CASE(an_end_without_a_successor_gets_one, begun)
{
    keys[0].signs_until = start + days(10);
    keys[0].verifies_until = start + days(10) + hours(1);
    tend();
    BOOST_TEST((at("k2").signs_from == start + days(10)));
    keys.pop_back();
    now = start + days(10) - hours(1);
    tend();
    BOOST_TEST((at("k3").signs_from == now + days(1)));
    BOOST_TEST((at("k1").signs_until == now + days(1)));
    keys.pop_back();
    now = at("k1").signs_until;
    BOOST_TEST(signing() == "");
    tend();
    BOOST_TEST(signing() == "k4");
}

namespace {

// Many years of keys: housekeeping, sometimes late; people who ask for keys and retire some; tokens at all times.
struct long_life : ring {
    struct token {
        std::string kid;
        precise_timestamp expires;
    };
    std::vector<token> tokens;
    std::set<std::string> hurried, retired; // began to sign at once; verify no more
    watchword::test::repeatable_numbers numbers_;

    explicit long_life(std::uint64_t seed) : numbers_(seed) { policy.rotation = days(5); }

    std::uint64_t below(std::uint64_t limit) { return numbers_.below(limit); }

    void act()
    {
        const auto before = signing();
        const auto what = below(400);
        if (what < 4) {
            if (const auto p = plan_new_key(keys, policy, now, key_start::published_ahead)) carry_out(p);
        } else if (what == 4) {
            const auto lifetime = std::exchange(policy.longest_lifetime, minutes(1)); // who asks has other settings
            const auto early = plan_early_start(keys, policy, now);
            if (early) carry_out(early);
            if (!early) rotate(key_start::at_once);
            policy.longest_lifetime = lifetime;
        } else if (what == 5 && !keys.empty()) {
            const auto kid = keys[below(keys.size())].kid;
            if (const auto p = plan_retirement(keys, policy, now, kid)) {
                carry_out(p);
                retired.insert(kid);
            }
        } else if (what == 6) {
            policy.longest_lifetime = minutes(1 + below(6 * 60));
            if (below(2) == 0) tend(occasion::start); // settings change by a start; of another server, there is none
        } else {
            tend();
        }
        if (signing() != before) hurried.insert(signing()); // not because of the time
    }

    void check()
    {
        const auto* const k = find_signing_key(keys, now);
        BOOST_REQUIRE(k != nullptr);
        BOOST_REQUIRE(verifies(*k, now));
        if (!hurried.contains(k->kid)) BOOST_REQUIRE((now - k->created >= policy.publish_ahead));
        const auto kid = k->kid;
        if (k->longest_lifetime < policy.longest_lifetime) carry_out(plan_lifetime(keys, policy, now));
        BOOST_REQUIRE(signing() == kid);
        tokens.push_back({kid, now + policy.longest_lifetime});
        std::erase_if(tokens, [&](const token& t) { return now >= t.expires; });
        for (const auto& t : tokens) {
            const auto found = find(t.kid);
            const bool good = found != keys.end() && verifies(*found, now);
            BOOST_REQUIRE(good == !retired.contains(t.kid));
        }
        const auto open =
            std::count_if(keys.begin(), keys.end(), [&](const auto& each) { return each.signs_until == never; });
        BOOST_REQUIRE(open == 1);
        BOOST_REQUIRE(keys.size() < 40);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(at_every_moment_the_key_that_signs_was_published_and_every_token_verifies_until_it_expires)
{
    std::size_t hurried = 0, retired = 0;
    int made = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        long_life life(seed);
        life.tend(occasion::start);
        life.hurried.insert("k1");
        for (int i = 0; i < 2000; ++i) {
            life.now += minutes(life.below(20) == 0 ? life.below(2 * 24 * 60) : life.below(60));
            life.check();
            life.act();
            life.check();
        }
        hurried += life.hurried.size();
        retired += life.retired.size();
        made += life.made;
    }
    BOOST_TEST_MESSAGE(made << " keys, " << hurried << " in a hurry, " << retired << " retired");
    BOOST_TEST(hurried > 40u);
    BOOST_TEST(retired > 15u);
    BOOST_TEST(static_cast<std::size_t>(made) > hurried + 100);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::accounts
