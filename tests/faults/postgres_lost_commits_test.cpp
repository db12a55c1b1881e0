// F17: the connection to PostgreSQL is lost at any byte of a sign-up, COMMIT and its answer among them.
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace {

using namespace watchword::test;
using direction = tcp_gate::direction;
using ending = tcp_gate::ending;

struct cuts {
    postgres_service s;
    tcp_gate gate{s.postgres.socket()};
    // Without the feed, whose messages would come between those of the sign-up at any time.
    server_process server{
        s.directory.path(),
        s.arguments(through(gate, s.url), set({"database.readers=1", "database.feed=poll", "database.timeout=2s"}))};
    http_client client{server.address(), std::chrono::seconds(30)};
    std::size_t next = 0, made = 0, acknowledged = 0, kept = 0, lost = 0;
    latencies retries;

    std::string new_email() { return "cut-" + std::to_string(next++) + "@b.test"; }
    int sign_up(const std::string& email) { return client.form_post("/signup", registration(email)).status; }

    // What one sign-up passes in each direction when all connections are warm, or when all have been lost.
    struct exchange {
        std::string bytes[2];
    };
    exchange record(bool cold)
    {
        BOOST_REQUIRE(sign_up(new_email()) == 201);
        if (cold) gate.cut();
        gate.count();
        BOOST_REQUIRE(sign_up(new_email()) == 201);
        return {{gate.passed(direction::to_server), gate.passed(direction::to_client)}};
    }

    // One sign-up whose connection is lost after that byte, and what is left of it.
    void check(bool cold, direction where, std::size_t byte, ending how)
    {
        const auto email = new_email();
        if (cold) gate.cut();
        gate.cut_after(where, byte, how);
        const int status = sign_up(email);
        const bool was_cut = gate.has_cut();
        gate.count();
        made += was_cut;
        acknowledged += status == 201;
        // The server may have been about to connect anew when all connections were lost.
        BOOST_TEST((status == 201 || (status == 503 && (was_cut || cold))), status);

        const auto begin = steady_clock::now();
        int again = sign_up(email);
        // A server that has just refused a connection is not asked again at once.
        while (again == 503 && steady_clock::now() - begin < at_most(milliseconds(5000))) again = sign_up(email);
        retries.add(steady_clock::now() - begin);
        BOOST_TEST((again == 202 || (status == 503 && again == 201)), status << " and then " << again);
        lost += status == 201 && again == 201;
        kept += status == 503 && again == 202;
        token_of(client.form_post("/login", credentials(email)));
    }

    void sweep(bool cold, const std::function<std::set<std::size_t>(const std::string& bytes)>& choose)
    {
        const auto whole = record(cold);
        for (const auto where : {direction::to_server, direction::to_client}) {
            for (const auto how : {ending::reset, ending::fin}) {
                if (cold && how == ending::fin) continue;
                made = acknowledged = kept = lost = 0;
                retries = {};
                const auto& bytes = whole.bytes[static_cast<std::size_t>(where)];
                const auto positions = choose(bytes);
                for (const auto byte : positions) {
                    BOOST_TEST_CONTEXT((cold ? "cold" : "warm")
                                       << " cut after byte " << byte << " of " << bytes.size()
                                       << (where == direction::to_server ? " to" : " from") << " PostgreSQL")
                    {
                        check(cold, where, byte, how);
                    }
                }
                std::ostringstream text;
                text << "F17 " << (cold ? "new" : "warm") << " connections, "
                     << (how == ending::reset ? "reset" : "ended") << " after a byte "
                     << (where == direction::to_server ? "to" : "from") << " PostgreSQL: " << positions.size() << " of "
                     << bytes.size() << " places, " << made << " cuts; answered 201: " << acknowledged
                     << ", of which lost: " << lost << "; answered 503 though committed: " << kept
                     << "; retry: " << retries;
                report(text.str());
                BOOST_TEST(lost == 0u);
                BOOST_TEST(made > 0u);
            }
        }
    }

    void check_whole()
    {
        BOOST_TEST(s.postgres.query(s.url, "SELECT count(*), count(DISTINCT email) FROM \"user\"") ==
                   std::to_string(next) + "|" + std::to_string(next) + "\n");
        BOOST_TEST(postgres_damage(s.url) == "");
        BOOST_TEST(server.stop() == 0);
    }
};

// From the first byte to the last: about `few` of them, in the long form every `step`-th.
std::set<std::size_t> spread(const std::string& bytes, std::size_t few, std::size_t step)
{
    std::set<std::size_t> all{bytes.size()};
    if (!is_long()) step = std::max<std::size_t>(bytes.size() / how_many(few, few), 1);
    for (std::size_t i = 0; i < bytes.size(); i += step) all.insert(i);
    return all;
}

// A cut while it connects makes the server pause, so that all bytes would take too long.
std::set<std::size_t> every_third(const std::string& bytes)
{
    return spread(bytes, 12, 3);
}

// All of them in the long form; else a few and those about COMMIT, or about the answers "COMMIT" and "ready".
std::set<std::size_t> around_commit(const std::string& bytes)
{
    auto all = spread(bytes, 12, 1);
    const auto at = bytes.rfind("COMMIT");
    BOOST_REQUIRE(at != bytes.npos);
    const std::size_t end = std::min(bytes.size(), at + 14), step = is_sanitized ? 4 : 1;
    for (std::size_t i = at - 6; i <= end; i += step) all.insert(i);
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(f17_lost_commits, cuts)

BOOST_AUTO_TEST_CASE(no_sign_up_is_acknowledged_that_was_not_committed)
{
    sweep(false, around_commit);
    check_whole();
}

BOOST_AUTO_TEST_CASE(no_byte_of_a_new_connection_leaves_it_in_a_bad_state)
{
    sweep(true, every_third);
    check_whole();
}

BOOST_AUTO_TEST_SUITE_END()
