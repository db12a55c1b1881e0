// F13: a flood of connections that rest, and a few that do not.
#include "faults_fixture.hpp"
#include "support/response_text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <list>

namespace {

using namespace watchword::test;

constexpr std::size_t batch = 200; // what the queue of connections that wait to be accepted takes easily
constexpr std::size_t memory_each = 8 * 1024;

bool has_answer(swarm::peer& p)
{
    const auto response = take_response(p.received, false);
    return response && response->status == 200;
}

// Whether all of the peers from `first` on are answered a request, which they send first.
bool are_answered(swarm& crowd, std::size_t first, const std::string& request)
{
    for (std::size_t i = first; i < crowd.size(); ++i) crowd.send(i, request);
    std::size_t answered = first;
    const auto all = [&] {
        while (answered < crowd.size() && has_answer(crowd.at(answered))) ++answered;
        return answered == crowd.size();
    };
    return crowd.run_until(all, at_most(std::chrono::seconds(20)));
}

const auto wanted = how_many(2000, 10'000);

boost::test_tools::assertion_result may_open_enough_files(boost::unit_test::test_unit_id)
{
    const auto files = wanted + 200;
    const bool may = allow_open_files(files) >= files;
    return unless(may ? "" : std::to_string(files) + " open files are not allowed here");
}

} // namespace

BOOST_AUTO_TEST_SUITE(f13_idle_connections)

BOOST_AUTO_TEST_CASE(idle_connections_cost_little_and_active_ones_do_not_notice,
                     *boost::unit_test::precondition(may_open_enough_files))
{
    // Cheap ones, because the memory of others is given back a second after the sign-in, while we measure.
    signed_in_server s(many_connections() + cheap_passwords());
    for (int i = 0; i < 64; ++i) BOOST_TEST(http_client(s.address()).get("/user", s.token).status == 200);

    const auto before = resident_bytes(s.id());
    swarm crowd(s.address());
    while (crowd.size() < wanted) {
        const auto first = crowd.size();
        for (std::size_t i = first; i < std::min(first + batch, wanted); ++i) crowd.open();
        BOOST_REQUIRE(are_answered(crowd, first, get_request("/user", {{"x-access-token", s.token}})));
    }
    const auto grown = resident_bytes(s.id()) - before;
    report("F13 " + std::to_string(wanted) + " idle connections: " + std::to_string(grown / wanted) +
           " bytes of memory each, " + std::to_string((before + grown) / 1024 / 1024) + " MiB in all");
    if (is_optimised && !is_sanitized) BOOST_TEST(grown < wanted * memory_each);

    std::list<bystander> active;
    for (int i = 0; i < 8; ++i) active.emplace_back(s.address(), s.token);
    for (const auto& each : active) BOOST_TEST(comes_true([&] { return each.asked() >= 400; }));
    for (auto& each : active) each.stop();
    for (const auto& each : active)
        if (&each != &active.front()) active.front().add(each);
    active.front().check("F13 beside idle connections, 8 active ones");

    // They have been there all the time.
    BOOST_TEST(crowd.ended() == 0u);
    BOOST_TEST(are_answered(crowd, 0, get_request("/health/live")));
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
