// Guesses at passwords, through the service and its routes: what reaches the hash, and who gets in meanwhile.
#include "accounts/sign_in_guard.hpp"
#include "accounts/throttled.hpp"
#include "api/operations.hpp"
#include "service_fixture.hpp"
#include "support/cancellable.hpp"
#include "support/once_idle.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <latch>
#include <memory>
#include <span>
#include <thread>

namespace {

using namespace watchword;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string right = "pw", wrong = "guess";

// The same service with a guard, whose time stands where the test puts it.
struct fixture : test::service {
    watchword::accounts::sign_in_guard::time_point now{hours(1000)};
    watchword::accounts::device_proofs proofs{core::secret_string(std::string(32, 'k')), tokens, seconds(1800), clock,
                                              random};
    watchword::accounts::sign_in_guard guard{settings(), proofs, random};
    watchword::accounts::service guarded{{seconds(10), true}, database, hashing, passwords, random, &guard};
    api::tutorial guarded_tutorial{guarded, checker, database, {}, {}, &proofs};
    http::router guarded_routes;

    fixture()
    {
        watchword::api::operations all_guarded_routes(guarded_routes);
        guarded_tutorial.add_routes(all_guarded_routes);
    }

    watchword::accounts::sign_in_guard::settings settings()
    {
        watchword::accounts::sign_in_guard::settings s;
        s.now = [this] { return now; };
        return s;
    }

    http::response post_login(const std::string& email, const std::string& password, std::string_view address,
                              std::vector<http::header_field> headers = {}, bool secure = false)
    {
        const std::string form = "email=" + email + "&password=" + password;
        http::request q;
        q.method = http::method::post;
        q.path = "/login";
        q.headers = std::move(headers);
        q.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        q.body = form;
        q.remote_address = address;
        q.secure = secure;
        return test::run_task(guarded_routes.answer(q));
    }
    int status(const std::string& email, const std::string& password, std::string_view address,
               std::vector<http::header_field> headers = {})
    {
        return static_cast<int>(post_login(email, password, address, std::move(headers)).status());
    }
    std::uint64_t hashes() { return test::once_idle(hashing).executed; }
    std::uint64_t look_ups()
    {
        return test::once_idle([this] { return database.statistics().readers; }).executed;
    }
    std::uint64_t random_number()
    {
        std::uint64_t number = 0;
        random.fill(std::as_writable_bytes(std::span(&number, 1)));
        return number;
    }
    // The cookie of a device that signs in from that address.
    std::string device_cookie(const std::string& email, std::string_view address)
    {
        const auto r = post_login(email, right, address);
        const auto field = r.header("Set-Cookie");
        return std::string(field.substr(0, field.find(';')));
    }
    // Wrong passwords as fast as they are let, until strangers have to wait for the longest time.
    void attack(const std::string& email)
    {
        while (true) {
            const auto r = post_login(email, wrong, "10.0.0.1");
            if (r.status() != http::status::too_many_requests) continue;
            const seconds wait(std::stoi(std::string(r.header("Retry-After"))));
            if (wait == minutes(15)) return;
            now += wait;
        }
    }
    // How many of so many wrong passwords at once are judged.
    int judged(int attempts, const std::string& email, std::string_view address)
    {
        int count = 0;
        for (int i = 0; i < attempts; ++i) count += status(email, wrong, address) == 403 ? 1 : 0;
        return count;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sign_in_guard, fixture)

BOOST_AUTO_TEST_CASE(too_many_wrong_passwords_are_answered_429_before_any_work)
{
    sign_up("a@x");
    for (int i = 0; i < 11; ++i) BOOST_TEST(status("a@x", wrong, "10.0.0.1") == 403);
    const auto hashed = hashes(), looked_up = look_ups();
    const auto r = post_login("a@x", right, "10.0.0.2");
    BOOST_TEST(static_cast<int>(r.status()) == 429);
    BOOST_TEST(r.header("Retry-After") == "1");
    BOOST_TEST(r.content_type() == "application/problem+json");
    BOOST_TEST(r.body().find("\"code\":\"too_many_attempts\"") != std::string_view::npos);
    BOOST_TEST(hashes() == hashed);
    BOOST_TEST(look_ups() == looked_up);
    now += seconds(1);
    BOOST_TEST(status("a@x", right, "10.0.0.2") == 201);
    BOOST_TEST(log_in("a@x", right).size() > 100u); // without a guard nobody waits
}

BOOST_AUTO_TEST_CASE(an_address_of_nobody_is_answered_as_one_of_an_account)
{
    sign_up("a@x");
    for (int i = 0; i < 30; ++i) {
        const auto of_ann = post_login("a@x", wrong, "10.0.0.1"), of_nobody = post_login("b@x", wrong, "10.0.0.1");
        const bool judged = of_ann.status() != http::status::too_many_requests;
        BOOST_TEST((of_nobody.status() == (judged ? http::status::unauthorized : http::status::too_many_requests)));
        if (!judged) {
            BOOST_TEST(of_ann.lines() == of_nobody.lines());
            BOOST_TEST(of_ann.body() == of_nobody.body());
        }
        now += milliseconds(i * 300);
    }
}

BOOST_AUTO_TEST_CASE(the_device_cookie_is_set_where_it_is_wanted)
{
    sign_up("a@x");
    BOOST_TEST(!post("/login", "email=a@x&password=pw").has("Set-Cookie"));
    const auto r = post_login("a@x", right, "192.0.2.1");
    const std::string field(r.header("Set-Cookie"));
    BOOST_TEST(field.starts_with("watchword_device="), field);
    BOOST_TEST(field.ends_with("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax"), field);
    const std::string secure(post_login("a@x", right, "192.0.2.1", {}, true).header("Set-Cookie"));
    BOOST_TEST(secure.starts_with("__Host-watchword_device="), secure);
    BOOST_TEST(secure.ends_with("; Path=/; Max-Age=15552000; HttpOnly; Secure; SameSite=Lax"), secure);
    BOOST_TEST(!post_login("a@x", wrong, "192.0.2.1").has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(an_owner_gets_in_by_cookie_token_or_address_while_strangers_have_to_wait)
{
    sign_up("a@x");
    sign_up("b@x");
    const auto token = log_in("a@x"), others_token = log_in("b@x");
    const auto cookie = device_cookie("a@x", "192.0.2.1"), others = device_cookie("b@x", "192.0.2.2");
    const std::string bearer = "Bearer " + token;
    attack("a@x");
    const auto from_anywhere = [&](std::vector<http::header_field> headers) {
        return status("a@x", right, "", std::move(headers)); // a Unix-domain socket: no address, so none is remembered
    };
    clock.time += hours(24); // the token has expired
    BOOST_TEST(from_anywhere({}) == 429);
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(from_anywhere({{"Cookie", cookie}}) == 201);
        BOOST_TEST(from_anywhere({{"x-access-token", token}}) == 201);
        BOOST_TEST(from_anywhere({{"Authorization", bearer}}) == 201);
        BOOST_TEST(status("a@x", right, "192.0.2.1") == 201);
        BOOST_TEST(from_anywhere({{"Cookie", others}}) == 429);
        BOOST_TEST(from_anywhere({{"x-access-token", others_token}}) == 429);
        BOOST_TEST(status("a@x", right, "192.0.2.2") == 429);
    }
    // Not by a cookie that another kind of connection has set.
    const std::string renamed = "__Host-" + cookie;
    BOOST_TEST(from_anywhere({{"Cookie", renamed}}) == 429);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_with_a_good_cookie_is_judged_in_its_own_lane)
{
    sign_up("a@x");
    const auto cookie = device_cookie("a@x", "192.0.2.1");
    attack("a@x");
    int count = 0;
    for (int i = 0; i < 200; ++i) count += status("a@x", wrong, "10.0.0.1", {{"Cookie", cookie}}) == 403 ? 1 : 0;
    BOOST_TEST(count == 51);
    BOOST_TEST(status("a@x", right, "192.0.2.1") == 201); // by the address
}

// Their places in the queue are given up, and their charges given back.
BOOST_AUTO_TEST_CASE(an_attempt_whose_client_goes_away_costs_nothing)
{
    sign_up("a@x");
    std::latch running(1), released(1);
    std::thread holder([&] {
        const auto hold = [&](std::size_t) -> core::result<int> {
            running.count_down();
            released.wait();
            return 1;
        };
        test::run_task(hashing.run(hold));
    });
    running.wait();
    std::vector<std::unique_ptr<test::cancellable<watchword::accounts::proven_user>>> attempts;
    for (int i = 0; i < 11; ++i) {
        auto attempt = guarded.sign_in("a@x", core::secret_string(wrong), {}, {});
        attempts.push_back(std::make_unique<test::cancellable<watchword::accounts::proven_user>>(std::move(attempt)));
    }
    BOOST_TEST(status("a@x", wrong, "10.0.0.1") == 429);
    for (auto& each : attempts) {
        each->cancel();
        each->finish();
        BOOST_TEST(each->is_cancelled());
    }
    released.count_down();
    holder.join();
    BOOST_TEST(judged(100, "a@x", "10.0.0.1") == 11);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_could_not_be_judged_costs_nothing)
{
    sign_up("a@x");
    watchword::accounts::service impatient({milliseconds(-1), true}, database, hashing, passwords, random, &guard);
    for (int i = 0; i < 100; ++i) {
        const auto r = test::run_task(impatient.sign_in("a@x", core::secret_string(right)));
        BOOST_TEST((r.error() == core::errc::timed_out || r.error() == core::errc::overloaded));
    }
    BOOST_TEST(judged(100, "a@x", "10.0.0.1") == 11);
}

BOOST_AUTO_TEST_CASE(as_many_guesses_as_come_at_once_no_more_are_judged)
{
    sign_up("a@x");
    const auto before = hashes();
    std::atomic<int> count = 0, refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                const auto s = status("a@x", wrong, "10.0.0.1");
                count += s == 403 ? 1 : 0;
                refused += s == 429 ? 1 : 0;
            }
        });
    for (auto& each : threads) each.join();
    BOOST_TEST(count == 11);
    BOOST_TEST(refused == 320 - 11);
    BOOST_TEST(hashes() - before == 11u);
}

BOOST_AUTO_TEST_CASE(long_addresses_are_slowed_down_as_well)
{
    for (const std::size_t size : {256u, 257u, 1024u}) {
        const std::string email(size, 'a');
        sign_up(email);
        BOOST_TEST(status(email, right, "192.0.2.1") == 201);
        BOOST_TEST(judged(100, email, "10.0.0.1") == 11);
        BOOST_TEST(status(email, right, "192.0.2.1") == 201);
    }
}

// The tutorial tells accounts apart whose addresses differ by case.
BOOST_AUTO_TEST_CASE(who_owns_a_similar_address_is_a_stranger_to_the_other)
{
    sign_up("ann@x");
    sign_up("ANN@x");
    int count = 0;
    for (int i = 0; i < 30; ++i) {
        const auto cookie = device_cookie("ANN@x", "10.0.0.1"); // a new one each time, and the address is known
        count += status("ann@x", wrong, "10.0.0.1", {{"Cookie", cookie}}) == 403 ? 1 : 0;
    }
    BOOST_TEST(count == 11);
}

// Many addresses as fast as they are let, for hours; the owner at random moments, always at the first try.
BOOST_AUTO_TEST_CASE(what_reaches_the_hash_is_bounded_and_the_owner_always_gets_in)
{
    using watchword::accounts::throttled_for;
    sign_up("a@x");
    const std::string cookie = device_cookie("a@x", "192.0.2.1"), token = log_in("a@x");
    constexpr std::size_t length = 5; // hours
    std::vector<std::uint64_t> hourly(length);
    const auto start = now;
    while (now < start + hours(length)) {
        const auto before = hashes();
        seconds wait(0);
        for (unsigned i = 0; i < 200; ++i) {
            watchword::accounts::client who;
            who.address = core::ip_address(boost::asio::ip::address_v4(0x0A000000u + i));
            const auto r = test::run_task(guarded.sign_in("a@x", core::secret_string(wrong), who));
            const auto told = throttled_for(r.error());
            if (told) wait = std::max(wait, *told);
        }
        hourly[static_cast<std::size_t>((now - start) / hours(1))] += hashes() - before;
        const auto then = now + wait;
        now += milliseconds(random_number() % static_cast<std::uint64_t>(milliseconds(wait).count()));
        BOOST_TEST(status("a@x", right, "198.51.100.1", {{"Cookie", cookie}}) == 201);
        BOOST_TEST(status("a@x", right, "198.51.100.2", {{"x-access-token", token}}) == 201);
        BOOST_TEST(status("a@x", right, "192.0.2.1") == 201);
        now = then;
    }
    BOOST_TEST(hourly[0] == 23u);
    for (std::size_t hour = 1; hour < length; ++hour) BOOST_TEST(hourly[hour] == 4u, "hour " << hour);

    // On a new device he waits as everybody does, until the attack pauses.
    BOOST_TEST(status("a@x", wrong, "10.0.0.1") == 403);
    const auto r = post_login("a@x", right, "198.51.100.9");
    BOOST_TEST(static_cast<int>(r.status()) == 429);
    const seconds wait(std::stoi(std::string(r.header("Retry-After"))));
    BOOST_TEST((wait <= minutes(15)));
    now += wait;
    BOOST_TEST(status("a@x", right, "198.51.100.9") == 201);
}

BOOST_AUTO_TEST_SUITE_END()
