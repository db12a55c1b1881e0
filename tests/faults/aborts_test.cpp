// F12: clients that reset their connection in the middle of everything.
#include "faults_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <functional>

namespace {

using namespace watchword::test;

struct aborts {
    signed_in_server s{many_connections(), 1'000'000};
    const std::size_t base = open_files(s.id());
    std::size_t count = how_many(100, 1000);

    // As many clients as asked for send a request each, and are gone as soon as `ready` says so of one. Returns what
    // each had received by then.
    std::vector<std::string> abort_when(const std::function<std::string(std::size_t)>& request,
                                        const std::function<bool(const swarm::peer&)>& ready, int receive_buffer = 0)
    {
        swarm crowd(s.address());
        for (std::size_t i = 0; i < count; ++i) crowd.send(crowd.open(receive_buffer), request(i));
        const auto abort_ready = [&] {
            for (std::size_t i = 0; i < count; ++i) {
                const auto& peer = crowd.at(i);
                if (!peer.ended && peer.connected && peer.unsent.empty() && ready(peer)) crowd.abort(i);
            }
            return crowd.ended() == crowd.size();
        };
        BOOST_TEST(crowd.run_until(abort_ready, at_most(std::chrono::seconds(30))));
        std::vector<std::string> received;
        for (std::size_t i = 0; i < count; ++i) received.push_back(crowd.at(i).received);
        return received;
    }

    void abort_when_sent(const std::string& request)
    {
        abort_when([&](std::size_t) { return request; }, [](const swarm::peer&) { return true; });
    }

    // No descriptor is left over, and nothing is the matter.
    void check_recovered()
    {
        BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }, std::chrono::seconds(60)));
        http_client next(s.address());
        token_of(next.form_post("/login", credentials(known_email)));
        BOOST_TEST(s.server.stop() == 0);
    }
};

bool at_once(const swarm::peer&)
{
    return true;
}
bool has_answer(const swarm::peer& p)
{
    return p.received.find("\r\n\r\n") != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(f12_aborts, aborts)

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_header)
{
    abort_when_sent("GET /user HTTP/1.1\r\nHost: x\r\nx-access-tok");
    check_recovered();
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_body)
{
    abort_when_sent("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nemail=");
    abort_when_sent("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100\r\nemail=");
    check_recovered();
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_a_response)
{
    std::string lists;
    for (int i = 0; i < 8; ++i) lists += get_request("/user", {{"x-access-token", s.token}});
    abort_when([&](std::size_t) { return lists; }, has_answer, 4096);
    check_recovered();
}

BOOST_AUTO_TEST_CASE(while_a_password_is_hashed)
{
    count = how_many(40, 500);
    abort_when_sent(form_request("/login", credentials(known_email)));
    check_recovered();
}

// Bytes and reset are there together when the server comes to read.
BOOST_AUTO_TEST_CASE(before_the_server_has_looked)
{
    for (const std::string request : {"", "GET /user HTTP/1.1\r\nHost: x\r\n",
                                      "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nemail=",
                                      "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
                                      "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\n"}) {
        BOOST_TEST_CONTEXT("'" << request << "'")
        {
            swarm crowd(s.address());
            for (std::size_t i = 0; i < count; ++i) crowd.send(crowd.open(), get_request("/health/live"));
            const auto all_are_served = [&] {
                for (std::size_t i = 0; i < count; ++i)
                    if (!has_answer(crowd.at(i))) return false;
                return true;
            };
            BOOST_REQUIRE(crowd.run_until(all_are_served, std::chrono::seconds(10)));
            s.server.child().signal(SIGSTOP);
            BOOST_REQUIRE(comes_true([&] { return is_stopped(s.id()); }));
            for (std::size_t i = 0; i < count; ++i) {
                crowd.send(i, request);
                crowd.abort(i);
            }
            s.server.child().signal(SIGCONT);
            // Long before any time is over.
            BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }, std::chrono::seconds(5)));
        }
    }
    check_recovered();
}

BOOST_AUTO_TEST_CASE(after_a_request_that_is_refused)
{
    abort_when_sent("GET / HTTP/1.1\r\n\r\n");
    abort_when_sent(form_request("/login", {{"email", std::string(2'000'000, 'x')}}));
    check_recovered();
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_stays_and_the_rest_exists_wholly_or_not_at_all)
{
    count = how_many(40, 500);
    const auto request = [](const std::string& prefix) {
        return [=](std::size_t i) {
            return form_request("/signup", registration(prefix + std::to_string(i) + "@b.test"));
        };
    };
    const auto answers = abort_when(request("answered-"), has_answer);
    abort_when(request("unknown-"), at_once);
    BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }, std::chrono::seconds(60)));

    http_client client(s.address(), at_most(std::chrono::seconds(20)));
    const auto log_in = [&](const std::string& prefix, std::size_t i) {
        return client.form_post("/login", credentials(prefix + std::to_string(i) + "@b.test")).status;
    };
    std::size_t acknowledged = 0, exist = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool was_added = answers[i].starts_with("HTTP/1.1 201 ");
        acknowledged += was_added;
        // The others were refused because so many at once are too many.
        BOOST_TEST((was_added || answers[i].starts_with("HTTP/1.1 503 ")), answers[i]);
        BOOST_TEST(log_in("answered-", i) == (was_added ? 201 : 401));
        const auto status = log_in("unknown-", i);
        BOOST_TEST((status == 201 || status == 401), status);
        exist += status == 201;
    }
    BOOST_TEST(acknowledged > 0u);
    report("F12 " + std::to_string(acknowledged) + " acknowledged sign-ups stayed; of " + std::to_string(count) +
           " whose client was gone before the answer, " + std::to_string(exist) + " exist");
    BOOST_TEST(s.server.stop() == 0);
    BOOST_TEST(query_sqlite(s.directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_SUITE_END()
