// F12 and F14: clients that go away while their requests wait for a hashing thread or the writer.
#include "faults_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sstream>

namespace {

using namespace watchword::test;
using std::chrono::seconds;

enum class way { reset, closed };
std::ostream& operator<<(std::ostream& out, way w)
{
    return out << (w == way::reset ? "reset" : "closed");
}
const auto ways = boost::unit_test::data::make({way::reset, way::closed});

// Many may wait, and for long: nobody is refused.
const auto patient = set({"passwords.queue=1000", "passwords.timeout=600s", "database.queue=1000",
                          "database.timeout=60s", "log.access=true"}) +
                     many_connections();
// A login takes some 30 ms of the only thread that hashes.
const auto one_slow_slot = set({"passwords.threads=1", "passwords.passes=3"});

struct leaving {
    signed_in_server s;
    const std::size_t base = open_files(s.id());
    const std::size_t count = 200; // with sanitizers, too: what is compared are times, not counts

    explicit leaving(const std::vector<std::string>& more) : s(patient + more) {}

    // They have sent their requests.
    void send(swarm& crowd, const std::function<std::string(std::size_t)>& request)
    {
        for (std::size_t i = 0; i < count; ++i) crowd.send(crowd.open(), request(i));
        const auto all_sent = [&] {
            for (std::size_t i = 0; i < count; ++i)
                if (!crowd.at(i).connected || !crowd.at(i).unsent.empty()) return false;
            return open_files(s.id()) + 2 >= base + count; // the one before may have counted
        };
        BOOST_REQUIRE(crowd.run_until(all_sent, seconds(20)));
    }
    static void leave(swarm& crowd, way how)
    {
        for (std::size_t i = 0; i < crowd.size(); ++i) {
            if (crowd.at(i).ended) continue;
            how == way::reset ? crowd.abort(i) : crowd.close(i);
        }
    }
    // How long it takes until nothing of them is left.
    milliseconds freed_after(steady_clock::time_point left)
    {
        BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }, seconds(60)));
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - left);
    }
    // When nothing moves any more, all that was sent waits for something.
    void wait_until_it_rests()
    {
        BOOST_REQUIRE(comes_true([&] {
            const auto before = cpu_time(s.id());
            std::this_thread::sleep_for(milliseconds(200));
            return cpu_time(s.id()) == before;
        }));
    }
    milliseconds time_to_log_in()
    {
        http_client client(s.address(), seconds(60));
        const auto begin = steady_clock::now();
        token_of(client.form_post("/login", credentials(known_email)));
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    }
    // Stops the server; how many requests its log says were given up by their client.
    std::size_t stop_and_count_given_up()
    {
        BOOST_TEST(s.server.stop() == 0);
        const auto log = s.server.log();
        std::size_t lines = 0;
        const std::string sign = "\"status\":499";
        for (auto at = log.find(sign); at != log.npos; at = log.find(sign, at + 1)) ++lines;
        return lines;
    }
};

// Another program that holds SQLite's write lock until it goes.
class lock_holder {
public:
    explicit lock_holder(const std::string& database) : child_({"python3", "-c", script, database})
    {
        BOOST_REQUIRE(child_.await_error_line("held"));
    }
    void release()
    {
        child_.signal(SIGKILL);
        child_.wait();
    }

private:
    static constexpr const char* script = "import sqlite3, sys, time\n"
                                          "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                                          "c.execute('BEGIN IMMEDIATE')\n"
                                          "print('held', file=sys.stderr, flush=True)\n"
                                          "time.sleep(600)\n";
    process child_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(f12_leaving)

BOOST_DATA_TEST_CASE(logins_that_wait_for_a_hash, ways, how)
{
    leaving l(one_slow_slot);
    const auto alone = l.time_to_log_in();
    const auto rss_before = resident_bytes(l.s.id());
    const auto answered = [](const swarm& crowd) {
        std::size_t n = 0;
        for (std::size_t i = 0; i < crowd.size(); ++i) n += !crowd.at(i).received.empty();
        return n;
    };
    swarm crowd(l.s.address());
    l.send(crowd, [](std::size_t) { return form_request("/login", credentials(known_email)); });
    BOOST_REQUIRE(crowd.run_until([&] { return answered(crowd) >= 2; }, seconds(60))); // the queue moves
    const auto served = answered(crowd);
    leaving::leave(crowd, how);
    const auto left = steady_clock::now();
    const auto next = l.time_to_log_in();
    const auto freed = l.freed_after(left);
    const auto rss_after = resident_bytes(l.s.id());
    const auto given_up = l.stop_and_count_given_up();

    std::ostringstream text;
    text << "F12 " << l.count << " logins at one hashing thread (" << alone.count() << " ms each), " << served
         << " answered, then all clients " << how << ": " << given_up << " given up, the next login took "
         << next.count() << " ms, everything was free after " << freed.count() << " ms, "
         << (static_cast<long>(rss_after) - static_cast<long>(rss_before)) / 1024 << " KiB more in use";
    report(text.str());
    // Two looks, and what was hashed until then; everybody's would be eight times as much.
    BOOST_TEST((next < at_most(seconds(1)) + static_cast<int>(l.count / 8) * alone));
    BOOST_TEST(given_up > l.count / 2);
}

BOOST_DATA_TEST_CASE(sign_ups_that_wait_for_the_writer, ways, how)
{
    leaving l(cheap_passwords());
    lock_holder lock(l.s.directory / "watchword.db");
    // Alone in the batch that is being written, so that all the others wait for the next one.
    http_client first(l.s.address(), seconds(60));
    first.send(form_request("/signup", registration("first@b.test")));
    l.wait_until_it_rests();
    swarm crowd(l.s.address());
    l.send(crowd, [](std::size_t i) {
        return form_request("/signup", registration("leaver-" + std::to_string(i) + "@b.test"));
    });
    l.wait_until_it_rests();
    leaving::leave(crowd, how);
    const auto freed = l.freed_after(steady_clock::now()); // the lock is still held
    lock.release();
    BOOST_TEST(first.read_response().status == 201);
    http_client client(l.s.address(), seconds(60));
    const auto begin = steady_clock::now();
    BOOST_TEST(client.form_post("/signup", registration("next@b.test")).status == 201);
    const auto next = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
    const auto given_up = l.stop_and_count_given_up();
    const auto written =
        query_sqlite(l.s.directory / "watchword.db", "SELECT count(*) FROM user WHERE email LIKE 'leaver-%'");
    std::ostringstream text;
    text << "F12 " << l.count << " sign-ups at a writer that is held, then all clients " << how
         << ": places and descriptors were free after " << freed.count() << " ms, the next sign-up took "
         << next.count() << " ms";
    report(text.str());
    BOOST_TEST(given_up == l.count); // nobody was answered
    BOOST_TEST(written == "0\n");
    BOOST_TEST((freed < at_most(seconds(5))));
}

BOOST_AUTO_TEST_CASE(a_client_that_only_closes_its_side_is_served_however_long_it_takes)
{
    leaving l(one_slow_slot);
    swarm crowd(l.s.address());
    const std::size_t half = 20; // 1 s of hashes
    for (std::size_t i = 0; i < half; ++i) {
        crowd.send(crowd.open(), form_request("/login", credentials(known_email)));
        crowd.finish_sending(i);
    }
    BOOST_TEST(crowd.run_until([&] { return crowd.ended() == half; }, seconds(60)));
    std::size_t asked = 0;
    for (std::size_t i = 0; i < half; ++i) {
        std::string_view received = crowd.at(i).received;
        constexpr std::string_view interim = "HTTP/1.1 102 Processing\r\n\r\n";
        if (received.starts_with(interim)) {
            ++asked;
            received.remove_prefix(interim.size());
        }
        BOOST_TEST(received.starts_with("HTTP/1.1 201 "), received);
    }
    report("F12 of " + std::to_string(half) + " clients that closed their side after a login, all were served, and " +
           std::to_string(asked) + " asked whether they are there");
    BOOST_TEST(l.stop_and_count_given_up() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
