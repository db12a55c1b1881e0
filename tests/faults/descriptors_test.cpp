// F8: the process may open no more files.
#include "faults_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

namespace {

using namespace watchword::test;

const std::vector<std::string> with_64_files{"sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"};

double cpu_percent(::pid_t process, swarm& crowd, milliseconds window)
{
    const auto begin = steady_clock::now();
    const auto before = cpu_time(process);
    crowd.run_until([] { return false; }, window);
    const std::chrono::duration<double> wall = steady_clock::now() - begin;
    return std::chrono::duration<double>(cpu_time(process) - before) / wall * 100;
}

} // namespace

BOOST_AUTO_TEST_SUITE(f8_descriptors)

BOOST_AUTO_TEST_CASE(without_descriptors_it_serves_who_is_there_spins_not_and_recovers)
{
    signed_in_server s({}, 0, with_64_files);
    std::vector<std::unique_ptr<http_client>> there;
    for (int i = 0; i < 5; ++i) {
        there.push_back(std::make_unique<http_client>(s.address()));
        BOOST_TEST(there.back()->get("/user", s.token).status == 200);
    }
    const auto base = open_files(s.id());

    swarm crowd(s.address());
    for (int i = 0; i < 200; ++i) crowd.open();
    BOOST_REQUIRE(crowd.run_until([&] { return open_files(s.id()) >= 63; }, std::chrono::seconds(20)));
    // One more is not served. Perhaps it is told so.
    http_client late(s.address(), milliseconds(500));
    late.send(get_request("/health/live"));
    try {
        BOOST_TEST(late.read_response().status == 503);
    } catch (const std::runtime_error&) {
    }

    const auto cpu = cpu_percent(s.id(), crowd, std::chrono::seconds(is_long() ? 10 : 2));
    report("F8 CPU time while out of descriptors: " + std::to_string(cpu) + " % of the wall's");
    BOOST_TEST(cpu < 5);
    for (auto& client : there) BOOST_TEST(client->get("/user", s.token).status == 200);
    BOOST_TEST(there[0]->form_post("/signup", registration("during@b.test")).status == 201);
    token_of(there[1]->form_post("/login", credentials("during@b.test")));

    for (std::size_t i = 0; i < crowd.size(); ++i) crowd.close(i);
    const auto released = steady_clock::now();
    http_client next(s.address());
    BOOST_TEST(next.get("/health/live").status == 200);
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - released);
    report("F8 first answer to a new connection " + std::to_string(took.count()) + " ms after the release");
    BOOST_TEST((took < at_most(std::chrono::seconds(1))));

    BOOST_TEST(next.form_post("/signup", registration("after@b.test")).status == 201);
    BOOST_TEST(users(next, s.token).size() == 3);
    BOOST_TEST(comes_true([&] { return s.has_freed_all(base); }));
    BOOST_TEST(s.server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
