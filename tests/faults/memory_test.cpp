// F6: there is no memory.
#include "failing_calls.hpp"
#include "faults_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

namespace {

using namespace watchword::test;

boost::test_tools::assertion_result can_preload(boost::unit_test::test_unit_id)
{
    return unless(is_sanitized ? "a sanitizer must be loaded before any other library" : "");
}

const milliseconds patience(3000); // of a client; the server answers sooner or has forgotten it

// One thread for each purpose, so that the nth allocation is the same one each time, but for what runs by the clock.
const auto arguments = cheap_passwords() + set({"server.threads=1", "passwords.threads=1"});

// What one visit was told: the statuses of its answers, 0 for a connection that was closed, -1 for none at all.
struct visit {
    std::vector<int> statuses{};
    std::string email;
    bool signed_up = false;
};

// Signs up, logs in, lists the users (which checks the token), on a connection of its own.
visit pay_visit(const std::string& address, const std::string& email)
{
    visit v{{}, email};
    try {
        http_client client(address, patience);
        v.statuses.push_back(client.form_post("/signup", registration(email)).status);
        v.signed_up = v.statuses.back() == 201;
        const auto login = client.form_post("/login", credentials(email));
        v.statuses.push_back(login.status);
        const auto token = login.status == 201 ? token_of(login) : "none";
        v.statuses.push_back(client.get("/user", token).status);
    } catch (const std::runtime_error& e) {
        v.statuses.push_back(contains(e.what(), "in time") ? -1 : 0);
    }
    return v;
}

bool is_whole(const visit& v)
{
    return v.statuses == std::vector<int>{201, 201, 200};
}

// 500 and 503 say that something is wrong; after a sign-up that failed nobody can log in, and no such token is known.
bool may_be(const visit& v)
{
    static const std::set<int> expected{0, 200, 201, 401, 500, 503};
    for (const int status : v.statuses)
        if (!expected.contains(status)) return false;
    return true;
}

std::string describe(const visit& v)
{
    std::string text;
    for (const int status : v.statuses) text += std::to_string(status) + " ";
    return text;
}

// A server of which some allocations fail.
class server_short_of_memory {
public:
    server_short_of_memory()
    {
        check_whole("at first"); // statements are prepared, buffers have grown
        check_whole("as usual");
        files_ = open_files(server_.child().id());
    }

    // How many allocations the last whole visit made. The more users there are, the more it takes to list them.
    std::int64_t usual() const noexcept { return usual_; }
    std::size_t visits() const noexcept { return visits_; }
    std::int64_t held() const { return calls_.held(); }

    void meet(std::int64_t n, bool lasts)
    {
        const auto before = calls_.failed(fallible::allocate);
        if (lasts) {
            calls_.fail_from(fallible::allocate, n, ENOMEM);
        } else {
            calls_.fail_nth(fallible::allocate, n, ENOMEM);
        }
        const auto v = pay_visit(server_.address(), next_user());
        calls_.stop(fallible::allocate);
        if (calls_.failed(fallible::allocate) == before) return;
        ++failures_;
        whole_ += is_whole(v) ? 1 : 0;
        for (const int status : v.statuses) ++statuses_[status];
        const auto what = "allocation " + std::to_string(n) + ": " + describe(v) + "\n" + calls_.where_memory_ended();
        if (!may_be(v)) BOOST_ERROR(what);
        if (lasts) {
            await_whole("after " + what);
        } else {
            check_whole("after " + what);
        }
    }

    void check_whole(const std::string& when)
    {
        const auto before = calls_.made(fallible::allocate);
        const auto v = pay_visit(server_.address(), next_user());
        usual_ = static_cast<std::int64_t>(calls_.made(fallible::allocate) - before);
        BOOST_REQUIRE_MESSAGE(is_whole(v), when << ": " << describe(v) << "\n" << server_.log());
    }

    // Connections that were made without memory may be lost, and whoever accepts them rests for a moment.
    void await_whole(const std::string& when)
    {
        const auto begin = steady_clock::now();
        const auto is_served = [&] { return is_whole(pay_visit(server_.address(), next_user())); };
        BOOST_REQUIRE_MESSAGE(comes_true(is_served, std::chrono::seconds(5)), when << "\n" << server_.log());
        longest_recovery_ =
            std::max(longest_recovery_, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
    }

    void check_stops(const std::string& what)
    {
        std::string text;
        for (const auto& [status, count] : statuses_)
            text += ", " + std::to_string(count) + " times " +
                    (status > 0    ? std::to_string(status)
                     : status == 0 ? "closed"
                                   : "no answer");
        report("F6 " + std::to_string(failures_) + " visits with " + what + ": " + std::to_string(whole_) +
               " unharmed" + text + "; served again after at most " + std::to_string(longest_recovery_.count()) +
               " ms");
        BOOST_TEST(failures_ > 0u);
        const bool closed =
            comes_true([&] { return open_files(server_.child().id()) <= files_ + 2; }, std::chrono::seconds(20));
        std::string open = "open, of " + std::to_string(files_) + " at first:";
        for (const auto& name : open_file_names(server_.child().id())) open += "\n  " + name;
        BOOST_TEST(closed, open << "\n" << server_.log());
        BOOST_TEST(server_.stop() == 0);
    }

private:
    std::string next_user() { return "user" + std::to_string(visits_++) + "@b.test"; }

    temporary_directory directory_;
    failing_calls calls_;
    server_process server_{directory_.path(), arguments, calls_.variables()};
    std::size_t visits_ = 0, failures_ = 0, whole_ = 0, files_ = 0;
    std::int64_t usual_ = 0;
    milliseconds longest_recovery_{0};
    std::map<int, std::size_t> statuses_{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(f6_memory, *boost::unit_test::precondition(can_preload))

BOOST_AUTO_TEST_CASE(any_one_allocation_that_fails_is_answered_and_forgotten)
{
    server_short_of_memory s;
    const auto before = s.held();
    const auto first = s.visits();
    const auto usual = s.usual();
    for (std::int64_t n = 1; n <= usual; ++n) s.meet(n, false);
    for (std::int64_t n = 0; n < 60; ++n) s.meet(s.usual() - n, false); // the end of the list, and its way out
    const auto grown = s.held() - before;

    // As many users are added without failures: what is cached of them grows, too.
    const auto between = s.held();
    for (auto i = s.visits() - first; i > 0; --i) s.check_whole("without failures");
    report("F6 allocations that were kept: " + std::to_string(grown) + ", and " + std::to_string(s.held() - between) +
           " by as many visits without failures");
    BOOST_TEST(grown <= s.held() - between + usual / 4);
    s.check_stops("one failure");
}

BOOST_AUTO_TEST_CASE(a_time_without_any_memory_is_lived_through)
{
    server_short_of_memory s;
    const std::int64_t step = is_long() ? 1 : 7;
    const auto usual = s.usual();
    for (std::int64_t n = 1; n <= usual; n += step) s.meet(n, true);
    s.check_stops("all failing from one on");
}

BOOST_AUTO_TEST_SUITE_END()
