// S62, S63 and S64 of the checklist, and with them the gaps G4, G5 and G7 of the stack: every recorded request gets its
// verdict from the real binary over a socket, in one write and, for a part of them, byte by byte. The reader alone is
// tested with all of them both ways in unit/http/http_vectors_test.cpp, where our policy on lenient cases stands too.
#include "e2e_fixture.hpp"
#include "support/response_text.hpp"
#include "support/swarm.hpp"
#include "support/test_form.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

namespace {

using namespace watchword::test;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t batch = 200;

// Which gap of the stack a case is about.
enum class topic { transfer_encoding, host, folding_and_target, rest };

topic topic_of(const std::string& file, const std::string& id)
{
    const auto has = [&](const char* part) { return id.find(part) != id.npos; };
    if (file == "portswigger" || has("transfer-encoding") || has("transfer_encoding")) return topic::transfer_encoding;
    if (has("/host/")) return topic::host;
    if (has("fold") || has("/target/") || has("request-line-target")) return topic::folding_and_target;
    return topic::rest;
}

std::vector<vector_case> cases_about(topic wanted)
{
    std::vector<vector_case> all;
    for (const char* file :
         {"rfc9112", "llhttp", "gunicorn", "portswigger", "garden", "picohttpparser", "h11", "cispa"})
        for (auto& c : read_vectors("http/" + std::string(file) + ".jsonl"))
            if (topic_of(file, c.text("id")) == wanted) all.push_back(std::move(c));
    return all;
}

// Refused though the file would let it pass; the reasons stand in the unit test.
const std::set<std::string> stricter{"llhttp/invalid/invalid-space-after-start-line", "garden/bonus-03",
                                     "rfc9112/host/empty"};

bool is_refusal(int status)
{
    return std::set{400, 413, 414, 431, 501, 505}.count(status) == 1;
}
bool is_beyond_limits(int status)
{
    return std::set{413, 414, 431, 501}.count(status) == 1;
}

// What came back on a connection.
struct outcome {
    std::vector<int> statuses;
    bool is_http = true;
    bool is_closed = false; // by the server
    milliseconds took{0};

    bool operator==(const outcome& o) const { return statuses == o.statuses && is_http == o.is_http; }
};

std::ostream& operator<<(std::ostream& out, const outcome& o)
{
    out << (o.is_closed ? "closed after " : "left open after ") << o.took.count() << " ms with";
    for (const int status : o.statuses) out << " " << status;
    return out << (o.is_http ? "" : " and something that is no HTTP");
}

outcome outcome_of(swarm::peer& p)
{
    outcome seen;
    seen.is_closed = p.ended;
    seen.took = std::chrono::duration_cast<milliseconds>((p.ended ? p.ended_at : steady_clock::now()) - p.opened);
    try {
        for (const auto& response : take_responses(p.received))
            if (response.status != 100) seen.statuses.push_back(response.status);
    } catch (const std::runtime_error&) {
        seen.is_http = false;
    }
    return seen;
}

// Only a server that must close by itself is not told that nothing more will come.
bool ends_by_itself(const vector_case& c)
{
    return c.text("expect") == "reject" || c.text("expect") == "incomplete";
}

// Sends every case on a connection of its own, `step` bytes at a time.
std::vector<outcome> send_all(const std::string& address, const std::vector<vector_case>& cases, std::size_t step)
{
    std::vector<outcome> outcomes;
    for (std::size_t begin = 0; begin < cases.size(); begin += batch) {
        const auto count = std::min(batch, cases.size() - begin);
        swarm crowd(address);
        std::vector<std::string> left;
        for (std::size_t i = 0; i < count; ++i) {
            crowd.open();
            left.push_back(cases[begin + i].bytes());
        }
        crowd.run_until([&] { return crowd.connected() == count; }, seconds(20));
        for (bool more = true; more;) {
            more = false;
            for (std::size_t i = 0; i < count; ++i) {
                if (left[i].empty() || crowd.at(i).ended) continue;
                crowd.send(i, left[i].substr(0, step));
                left[i].erase(0, step);
                if (left[i].empty() && !ends_by_itself(cases[begin + i])) crowd.finish_sending(i);
                more = true;
            }
            crowd.turn(milliseconds(0));
        }
        crowd.run_until([&] { return crowd.ended() == count; }, seconds(15));
        for (std::size_t i = 0; i < count; ++i) outcomes.push_back(outcome_of(crowd.at(i)));
    }
    return outcomes;
}

// As INDEX.md says of the files.
bool behaves(const vector_case& c, const outcome& seen)
{
    const auto expect = c.text("expect");
    const auto n = static_cast<std::size_t>(c.number("n"));
    const auto count = seen.statuses.size();
    if (!seen.is_http || !seen.is_closed) return false;
    const bool refused = count <= n || (count == n + 1 && is_refusal(seen.statuses.back()));
    if (expect == "reject" || expect == "reject-or-safe" || stricter.count(c.text("id")) == 1) return refused;
    if (expect == "incomplete") {
        const bool told = count == n + 1 && (seen.statuses.back() == 408 || is_beyond_limits(seen.statuses.back()));
        return count == n || told;
    }
    const bool none_is_bad = std::count(seen.statuses.begin(), seen.statuses.end(), 400) == 0;
    const bool too_much = count >= 1 && count <= n && is_beyond_limits(seen.statuses.back());
    return none_is_bad && (count == n || too_much);
}

std::vector<vector_case> those(const std::vector<vector_case>& all, const std::function<bool(const vector_case&)>& fit)
{
    std::vector<vector_case> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), fit);
    return some;
}

struct patient_server : running_server {
    void check(topic about, std::size_t at_least)
    {
        const auto finished = [](const vector_case& c) {
            return c.text("expect") != "incomplete" || stricter.count(c.text("id")) == 1;
        };
        const auto cases = those(cases_about(about), finished);
        BOOST_TEST(cases.size() >= at_least);
        const auto whole = send_all(server.address(), cases, std::string::npos);
        for (std::size_t i = 0; i < cases.size(); ++i) check_one(cases[i], whole[i]);

        // A part byte by byte: small ones, every fourth, or all in the long form.
        std::vector<vector_case> some;
        std::vector<outcome> expected;
        for (std::size_t i = 0; i < cases.size(); ++i) {
            if (cases[i].number("len") > 1000 || (!is_long() && i % 4 != 0)) continue;
            some.push_back(cases[i]);
            expected.push_back(whole[i]);
        }
        const auto split = send_all(server.address(), some, 1);
        for (std::size_t i = 0; i < some.size(); ++i)
            BOOST_TEST((split[i] == expected[i]),
                       some[i].text("id") << " differs byte by byte: " << split[i] << " instead of " << expected[i]);
        BOOST_TEST_MESSAGE(cases.size() << " requests in one write, " << some.size() << " byte by byte");
        BOOST_TEST(client.get("/health/live").status == 200);
        BOOST_TEST(server.stop() == 0);
    }

    static void check_one(const vector_case& c, const outcome& seen)
    {
        BOOST_TEST(behaves(c, seen), c.text("id") << " (" << c.text("title") << "): expected " << c.text("expect")
                                                  << " " << c.number("n") << ", " << seen << "; " << c.text("why"));
        // A flaw is seen when it arrives, not when the time for the rest is over.
        if (c.text("expect") == "reject") BOOST_TEST((seen.took < seconds(8)), c.text("id"));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(statements_framing)

BOOST_FIXTURE_TEST_CASE(g4_a_transfer_encoding_is_chunked_or_the_request_is_refused, patient_server)
{
    check(topic::transfer_encoding, 150);
}

BOOST_FIXTURE_TEST_CASE(g5_a_request_names_one_host_or_is_refused, patient_server)
{
    check(topic::host, 40);
}

BOOST_FIXTURE_TEST_CASE(g7_folded_lines_and_odd_targets_are_refused, patient_server)
{
    check(topic::folding_and_target, 20);
}

BOOST_FIXTURE_TEST_CASE(s62_s63_every_other_request_gets_its_verdict, patient_server)
{
    check(topic::rest, 690);
}

BOOST_AUTO_TEST_CASE(s62_an_unfinished_request_is_waited_for_and_no_longer_than_its_time)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--set", "http.header_timeout=1s", "--set", "http.body_timeout=1s",
                                             "--set", "http.idle_timeout=1s"});
    std::vector<vector_case> cases;
    for (const auto about : {topic::transfer_encoding, topic::host, topic::folding_and_target, topic::rest})
        for (auto& c : cases_about(about))
            if (c.text("expect") == "incomplete" && stricter.count(c.text("id")) == 0) cases.push_back(std::move(c));
    BOOST_TEST(cases.size() >= 30u);
    const auto seen = send_all(server.address(), cases, std::string::npos);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        patient_server::check_one(cases[i], seen[i]);
        const bool at_its_time = seen[i].took >= milliseconds(900) && seen[i].took < seconds(5);
        const bool refused = !seen[i].statuses.empty() && is_beyond_limits(seen[i].statuses.back());
        BOOST_TEST((at_its_time || refused), cases[i].text("id") << ": " << seen[i]);
    }
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
