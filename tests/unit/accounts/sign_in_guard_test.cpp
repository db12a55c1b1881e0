#include "accounts/sign_in_guard.hpp"
#include "accounts/throttled.hpp"
#include "support/repeatable.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using accounts::client;
using core::errc;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class manual_clock final : public core::clock {
public:
    core::timestamp time{seconds(1'800'000'000)};
    core::timestamp now() const noexcept override { return time; }
};

// Every run is the same.
class repeatable_random final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override
    {
        for (auto& b : out) b = std::byte(next() & 0xFF);
    }
    std::uint64_t next() { return numbers_.next(); }

private:
    watchword::test::repeatable_numbers numbers_{1};
};

constexpr seconds token_lifetime(1800);

store::user account(std::int64_t id, const std::string& email)
{
    store::user u;
    u.id = id;
    u.public_id = "public-" + std::to_string(id);
    u.email = email;
    return u;
}

client from(const std::string& address)
{
    client who;
    who.address = core::parse_address(address).value();
    return who;
}

client stranger(unsigned number)
{
    client who;
    who.address = core::ip_address(boost::asio::ip::address_v4(0x0A000000u + number));
    return who;
}

struct fixture {
    manual_clock clock;
    repeatable_random random;
    const core::secret_string secret{std::string(32, 'k')};
    crypto::hs256_tokens tokens{secret};
    accounts::device_proofs proofs{secret, tokens, token_lifetime, clock, random};
    accounts::sign_in_guard::time_point now{hours(1000)};
    accounts::sign_in_guard guard{settings(131'072), proofs, random};
    const store::user ann = account(1, "ann@b.test"), mallory = account(2, "ANN@b.test");

    accounts::sign_in_guard::settings settings(std::size_t accounts)
    {
        accounts::sign_in_guard::settings s;
        s.accounts = accounts;
        s.now = [this] { return now; };
        return s;
    }
    // How long it has to wait; 0: it was judged.
    seconds attempt(accounts::sign_in_guard& at, std::string_view email, const client& who, const store::user* whose,
                    const core::error_code& ends)
    {
        auto a = at.begin(email, who);
        if (!a) return accounts::throttled_for(a.error()).value();
        const auto met = a->meet(whose);
        if (!met) return accounts::throttled_for(met.error()).value();
        a->settle(ends);
        return seconds(0);
    }
    seconds guess(const client& who, std::string_view email = "ann@b.test")
    {
        return attempt(guard, email, who, &ann, errc::wrong_password);
    }
    bool gets_in(const client& who) { return attempt(guard, "ann@b.test", who, &ann, {}).count() == 0; }
    // How many are judged of so many that come at once.
    int judged(int attempts, const client& who, std::string_view email = "ann@b.test")
    {
        int count = 0;
        for (int i = 0; i < attempts; ++i) count += guess(who, email).count() == 0 ? 1 : 0;
        return count;
    }
    // Until strangers have to wait for the longest time.
    void attack()
    {
        while (true) {
            const auto wait = guess(stranger(static_cast<unsigned>(random.next() % 10'000)));
            if (wait >= minutes(15)) return;
            now += wait;
        }
    }

    client with_device(const store::user& whose, const std::string& address = "198.51.100.7")
    {
        client who = from(address);
        who.device = core::secret_string(proofs.issue(*whose.public_id).value());
        return who;
    }
    client with_token(const store::user& whose, const std::string& address = "198.51.100.7")
    {
        client who = from(address);
        who.token = core::secret_string(tokens.issue({*whose.public_id, clock.time + token_lifetime}));
        return who;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sign_in_guard, fixture)

BOOST_AUTO_TEST_CASE(strangers_share_one_lane_however_many_they_are)
{
    for (unsigned i = 0; i < 11; ++i) BOOST_TEST(guess(stranger(i)).count() == 0);
    BOOST_TEST(guess(stranger(99)).count() == 1);
    now += milliseconds(300);
    BOOST_TEST(guess(stranger(99)).count() == 1); // whole seconds, so that nobody comes too early
    now += milliseconds(700);
    BOOST_TEST(guess(client()).count() == 0); // one without an address is a stranger, too
    BOOST_TEST(guess(stranger(100)).count() == 2);
}

BOOST_AUTO_TEST_CASE(all_spellings_of_an_address_share_it)
{
    const auto spellings = {"ann@b.test", "ANN@B.TEST", "Ann@b.Test", "\uFF41nn@b.test", "an\u00ADn@b.test"};
    int count = 0;
    for (int i = 0; i < 20; ++i)
        for (const char* spelling : spellings) count += judged(1, stranger(1), spelling);
    BOOST_TEST(count == 11);
    BOOST_TEST(judged(20, stranger(1), "anna@b.test") == 11);
    // The longest that is taken; one whose form without case would be longer than any address is its own.
    std::string ligatures;
    while (ligatures.size() < 1020) ligatures += "\uFDFA";
    BOOST_TEST(judged(20, stranger(1), ligatures) == 11);
    BOOST_TEST(judged(20, stranger(1), std::string(1024, 'x')) == 11);
}

BOOST_AUTO_TEST_CASE(an_address_of_nobody_is_slowed_down_like_any_other)
{
    for (int i = 0; i < 200; ++i) {
        const auto who = stranger(static_cast<unsigned>(i));
        const auto wait = attempt(guard, "nobody@b.test", who, nullptr, errc::not_found);
        BOOST_TEST(wait.count() == guess(who).count());
        now += milliseconds(random.next() % 20'000);
    }
}

BOOST_AUTO_TEST_CASE(what_was_not_judged_is_not_counted)
{
    for (const auto why : {errc::unavailable, errc::overloaded, errc::timed_out, errc::cancelled})
        for (int i = 0; i < 100; ++i) BOOST_TEST(attempt(guard, "ann@b.test", stranger(1), &ann, why).count() == 0);
    for (int i = 0; i < 100; ++i) { // its coroutine is gone
        auto a = guard.begin("ann@b.test", stranger(1));
        BOOST_REQUIRE(a.has_value());
        accounts::sign_in_attempt moved = std::move(*a);
        BOOST_TEST(moved.meet(&ann).has_value());
    }
    BOOST_TEST(judged(100, stranger(1)) == 11);
}

BOOST_AUTO_TEST_CASE(attempts_under_way_count_as_failures)
{
    std::vector<accounts::sign_in_attempt> under_way;
    for (int i = 0; i < 200; ++i) {
        auto a = guard.begin("ann@b.test", stranger(static_cast<unsigned>(i)));
        if (a) under_way.push_back(std::move(*a));
    }
    BOOST_TEST(under_way.size() == 11u);
    under_way.clear();
    BOOST_TEST(judged(200, stranger(1)) == 11);
}

BOOST_AUTO_TEST_CASE(no_thread_gets_more_judged)
{
    std::atomic<int> count = 0;
    std::vector<std::thread> threads;
    const auto owner = with_device(ann);
    for (unsigned t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 100; ++i) {
                count += guess(stranger(t)).count() == 0 ? 1 : 0;
                if (!gets_in(owner)) count += 1000;
            }
        });
    for (auto& each : threads) each.join();
    BOOST_TEST(count == 11);
}

BOOST_AUTO_TEST_CASE(an_owner_who_is_known_gets_in_while_strangers_have_to_wait)
{
    BOOST_TEST(gets_in(from("192.0.2.1")));
    attack();
    BOOST_TEST(!gets_in(from("198.51.100.7")));
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(gets_in(from("192.0.2.1")));
        BOOST_TEST(gets_in(with_device(ann)));
        BOOST_TEST(gets_in(with_token(ann)));
    }
    // For the attackers nothing has changed.
    BOOST_TEST((guess(stranger(1)) == minutes(15)));
}

BOOST_AUTO_TEST_CASE(who_is_known_may_fail_fifty_times_and_is_a_stranger_then)
{
    gets_in(from("192.0.2.1"));
    auto token_and_device = with_token(ann);
    token_and_device.device = with_device(ann).device;
    // 51 in each lane, and then those of a stranger, once.
    BOOST_TEST(judged(200, from("192.0.2.1")) == 51 + 11);
    BOOST_TEST(judged(200, with_device(ann)) == 51);
    BOOST_TEST(judged(200, with_token(ann)) == 51);
    BOOST_TEST(judged(200, with_token(ann)) == 0); // the same token: it was issued in the same second
    BOOST_TEST(judged(200, token_and_device) == 51);
    now += seconds(1);
    BOOST_TEST(judged(200, from("192.0.2.1")) == 1 + 1);
}

BOOST_AUTO_TEST_CASE(a_thief_of_a_cookie_has_its_lane_and_no_more)
{
    const auto thief = with_device(ann, "203.0.113.5"), owner = with_token(ann);
    std::vector<int> hourly(6);
    const auto start = now;
    while (now < start + hours(6)) {
        const auto wait = guess(thief);
        if (wait.count() == 0) ++hourly[static_cast<std::size_t>((now - start) / hours(1))];
        BOOST_TEST(gets_in(owner));
        now += wait;
    }
    BOOST_TEST(hourly[0] <= 63 + 23);
    for (std::size_t hour = 1; hour < hourly.size(); ++hour) BOOST_TEST(hourly[hour] <= 4 + 4);
}

BOOST_AUTO_TEST_CASE(proofs_of_other_accounts_make_nobody_known)
{
    int count = 0;
    for (int i = 0; i < 100; ++i) {
        count += judged(1, with_device(mallory));
        clock.time += seconds(1); // another token
        count += judged(1, with_token(mallory));
    }
    BOOST_TEST(count == 11);
    count = 0;
    for (int i = 0; i < 100; ++i)
        count += attempt(guard, "nobody@b.test", with_device(mallory), nullptr, errc::not_found).count() == 0 ? 1 : 0;
    BOOST_TEST(count == 11);
}

// The tutorial tells addresses apart that differ by case: who has one of them is not known to the other's account.
BOOST_AUTO_TEST_CASE(the_address_of_an_account_with_a_similar_name_is_not_known)
{
    for (int i = 0; i < 100; ++i) attempt(guard, "ANN@b.test", from("203.0.113.5"), &mallory, {});
    BOOST_TEST(judged(200, from("203.0.113.5")) == 11);
    // Nor the address of one who had that very name before.
    attempt(guard, "bob@b.test", from("203.0.113.5"), &mallory, {});
    const auto bob = account(3, "bob@b.test");
    int count = 0;
    for (int i = 0; i < 200; ++i)
        count += attempt(guard, "bob@b.test", from("203.0.113.5"), &bob, errc::wrong_password).count() == 0 ? 1 : 0;
    BOOST_TEST(count == 11);
}

BOOST_AUTO_TEST_CASE(what_proves_nothing_makes_nobody_known)
{
    const auto good = with_device(ann);
    const std::string text(good.device.view());
    std::vector<std::string> bad{text.substr(1), text + "A", text.substr(0, text.size() - 1), "x", "."};
    crypto::hs256_tokens other_tokens{core::secret_string(std::string(32, 'l'))};
    accounts::device_proofs other(core::secret_string(std::string(32, 'l')), other_tokens, token_lifetime, clock,
                                  random);
    bad.push_back(*other.issue(*ann.public_id));
    bad.emplace_back(100'000, 'A');
    int count = 0;
    for (int i = 0; i < 20; ++i) {
        for (const auto& each : bad) {
            client who = from("203.0.113.5");
            who.device = core::secret_string(each);
            who.token = core::secret_string(each);
            count += judged(1, who);
        }
    }
    BOOST_TEST(count == 11);
    clock.time += hours(180 * 24);
    BOOST_TEST(judged(100, good) == 0);
}

// Many programs that sign in with one account: those beyond the free attempts are told to come again in a second, and
// by then the address is known.
BOOST_AUTO_TEST_CASE(of_64_right_passwords_at_once_from_a_new_address_eleven_get_in_and_the_others_after_them)
{
    const auto who = from("192.0.2.1");
    std::vector<accounts::sign_in_attempt> under_way;
    const auto come = [&](int attempts) {
        int refused = 0;
        for (int i = 0; i < attempts; ++i) {
            auto a = guard.begin("ann@b.test", who);
            if (a && a->meet(&ann).has_value())
                under_way.push_back(std::move(*a));
            else
                ++refused;
        }
        return refused;
    };
    const int refused = come(64);
    BOOST_TEST(refused == 53);
    BOOST_TEST(guess(who).count() == 1);
    for (auto& each : under_way) each.settle({});
    under_way.clear();
    BOOST_TEST(come(refused) == 0);
    for (auto& each : under_way) each.settle({});
    under_way.clear();
    BOOST_TEST(judged(200, who) == 51 + 11); // nothing is left of any charge
}

BOOST_AUTO_TEST_CASE(a_flood_of_other_accounts_makes_it_forget_nothing)
{
    accounts::sign_in_guard small(settings(1024), proofs, random);
    attempt(small, "ann@b.test", from("192.0.2.1"), &ann, {});
    const auto guess_ann = [&] { return attempt(small, "ann@b.test", stranger(1), &ann, errc::wrong_password); };
    const auto fail_until = [&](seconds longest, const auto& fail) {
        for (auto wait = fail(); wait < longest; wait = fail()) now += wait;
    };
    fail_until(seconds(64), guess_ann); // 17 failures
    // For eight hours, four times as many as there is room for fail more often than she has, by then.
    for (int i = 0; i < 4000; ++i)
        fail_until(seconds(8), [&] {
            return attempt(small, std::to_string(i) + "@b.test", stranger(2), nullptr, errc::not_found);
        });
    BOOST_TEST(guess_ann().count() == 0); // ten of hers are not forgiven: this is one too many
    BOOST_TEST(guess_ann().count() == 1);
    BOOST_TEST(attempt(small, "ann@b.test", from("192.0.2.1"), &ann, {}).count() == 0);
}

BOOST_AUTO_TEST_CASE(an_owner_on_a_new_device_gets_in_when_the_attack_pauses)
{
    attack();
    const auto owner = from("192.0.2.1");
    for (int i = 0; i < 8; ++i) { // whoever is first when the time comes: among ten thousand it is not the owner
        const auto wait = attempt(guard, "ann@b.test", owner, &ann, {});
        BOOST_TEST(wait.count() > 0);
        BOOST_TEST((wait <= minutes(15)));
        now += wait;
        BOOST_TEST(guess(stranger(1)).count() == 0);
    }
    now += minutes(15);
    BOOST_TEST(gets_in(owner));
    BOOST_TEST(guess(stranger(1)).count() == 0); // the owner has taken nothing from anybody
    for (int i = 0; i < 10; ++i) BOOST_TEST(gets_in(owner));
}

// Ten thousand addresses guess as fast as they are let; the owner signs in at random moments, at the first try.
BOOST_AUTO_TEST_CASE(ten_thousand_addresses_against_one_account)
{
    std::vector<client> attackers;
    for (unsigned i = 0; i < 10'000; ++i) attackers.push_back(stranger(i));
    gets_in(from("192.0.2.1"));
    const std::vector<client> owner{with_device(ann), with_token(ann), from("192.0.2.1")};
    constexpr std::size_t length = 8; // hours
    std::vector<int> hourly(length);
    int refused = 0, owner_came = 0;
    const auto start = now;
    while (now < start + hours(length)) {
        seconds wait(0);
        for (const auto& attacker : attackers) {
            const auto w = guess(attacker);
            if (w.count() == 0)
                ++hourly[static_cast<std::size_t>((now - start) / hours(1))];
            else
                ++refused;
            wait = std::max(wait, w);
        }
        const auto third = milliseconds(wait) / 3;
        const auto before = now;
        for (int i = 0; i < 3; ++i) {
            now = before + i * third + milliseconds(random.next() % static_cast<std::uint64_t>(third.count()));
            for (const auto& each : owner) BOOST_TEST(gets_in(each));
            owner_came += 3;
        }
        now = before + wait;
    }
    BOOST_TEST(hourly[0] == 23);
    for (std::size_t hour = 1; hour < length; ++hour) BOOST_TEST(hourly[hour] == 4, "hour " << hour);
    BOOST_TEST(refused > 300'000);
    BOOST_TEST(owner_came > 300);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(throttled)

BOOST_AUTO_TEST_CASE(the_error_tells_how_long)
{
    BOOST_TEST((accounts::throttled_for(accounts::throttled(seconds(17))) == seconds(17)));
    BOOST_TEST((accounts::throttled_for(accounts::throttled(seconds(0))) == seconds(1)));
    BOOST_TEST((accounts::throttled_for(accounts::throttled(hours(10'000'000))) > hours(500'000)));
    BOOST_TEST(accounts::throttled(seconds(1)).failed());
    BOOST_TEST(!accounts::throttled_for(errc::wrong_password).has_value());
    BOOST_TEST(!accounts::throttled_for({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
