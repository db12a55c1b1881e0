// F14: more is asked than can be done.
#include "faults_fixture.hpp"
#include "support/response_text.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::test;

// A login takes some 50 ms of one core, and few may wait: none of them as long as it might.
const auto arguments = set({"passwords.threads=1", "passwords.passes=5", "passwords.queue=8", "passwords.timeout=3s"}) +
                       many_connections();

struct wave {
    latencies admitted, refused;
    std::size_t other = 0;
    std::string example;
};

// So many logins at once; what came of them.
wave log_in_at_once(const std::string& address, std::size_t count)
{
    swarm crowd(address);
    for (std::size_t i = 0; i < count; ++i) crowd.open();
    BOOST_REQUIRE(crowd.run_until([&] { return crowd.connected() == count; }, std::chrono::seconds(20)));
    const auto begin = steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) crowd.send(i, form_request("/login", credentials(known_email)));
    wave seen;
    std::size_t answered = 0;
    const auto take = [&] {
        for (std::size_t i = 0; i < count; ++i) {
            const auto response = take_response(crowd.at(i).received, false);
            if (!response) continue;
            ++answered;
            const auto took = crowd.at(i).received_at - begin;
            if (response->status == 201) {
                seen.admitted.add(took);
            } else if (response->status == 503 && !response->header("Retry-After").empty()) {
                seen.refused.add(took);
            } else if (seen.other++ == 0) {
                seen.example = std::to_string(response->status) + " " + response->body;
            }
        }
        return answered == count;
    };
    BOOST_TEST(crowd.run_until(take, at_most(std::chrono::seconds(30))));
    BOOST_TEST(crowd.ended() == 0u); // being refused is no reason to lose the connection
    return seen;
}

} // namespace

BOOST_AUTO_TEST_SUITE(f14_overload)

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_refused_at_once_and_the_rest_goes_on)
{
    signed_in_server s(arguments);
    bystander normal(s.address(), s.token);
    BOOST_REQUIRE(comes_true([&] { return normal.asked() > 20; }));
    const std::size_t count = how_many(400, 400), waves = how_many(3, 20);
    wave all;
    for (std::size_t i = 0; i < waves; ++i) {
        const auto seen = log_in_at_once(s.address(), count);
        all.admitted.add(seen.admitted);
        all.refused.add(seen.refused);
        BOOST_TEST(seen.other == 0u, seen.example);
        BOOST_TEST(seen.admitted.count() > 0u);
        BOOST_TEST(seen.refused.count() > 0u);
    }
    normal.check("F14 beside " + std::to_string(waves) + " times " + std::to_string(count) + " logins at once");
    std::ostringstream text;
    text << "F14 refused " << all.refused << "; admitted " << all.admitted;
    report(text.str());
    BOOST_TEST((all.refused.percentile(99) < at_most(std::chrono::seconds(1))));
    BOOST_TEST((all.admitted.percentile(100) < at_most(std::chrono::seconds(5))));

    http_client client(s.address());
    token_of(client.form_post("/login", credentials(known_email)));
    BOOST_TEST(client.form_post("/signup", registration("after@b.test")).status == 201);
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
