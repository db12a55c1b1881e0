// Several servers on one database.
#include "postgres_fixture.hpp"
#include "support/paths.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <barrier>
#include <future>
#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds noticed_within(1000); // what another node, or somebody else, has done

struct nodes {
    postgres_service s;
    std::vector<std::unique_ptr<server_process>> all;

    void start(std::size_t count)
    {
        std::vector<std::future<std::unique_ptr<server_process>>> starting;
        for (std::size_t i = 0; i < count; ++i)
            starting.push_back(std::async(std::launch::async, [this] { return s.start(); }));
        for (auto& each : starting) all.push_back(each.get());
    }
    std::string count(const std::string& what) { return s.postgres.query(s.url, "SELECT " + what); }
    void stop()
    {
        for (auto& each : all) BOOST_TEST(each->stop() == 0);
    }
};

std::size_t known_migrations()
{
    const std::filesystem::directory_iterator files(source_file("lib/store/migrations/postgresql"));
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(several_nodes, nodes)

BOOST_AUTO_TEST_CASE(many_that_start_at_once_on_an_empty_database_make_its_schema_once)
{
    const auto number = is_sanitized ? 4u : 10u;
    for (std::size_t round = 0, rounds = how_many(1, 20); round < rounds; ++round) {
        all.clear();
        s.url = s.postgres.create_database();
        const auto begin = steady_clock::now();
        start(number);
        const auto took = steady_clock::now() - begin;
        const auto versions = std::to_string(known_migrations());
        BOOST_TEST(count("count(*), count(DISTINCT version), max(version) FROM watchword_migration") ==
                   versions + "|" + versions + "|" + versions + "\n");
        for (std::size_t i = 0; i < number; ++i)
            BOOST_TEST(status_of_sign_up(all[i]->address(), std::to_string(i) + "@b.test") == 201);
        BOOST_TEST(count("count(*) FROM \"user\"") == std::to_string(number) + "\n");
        stop();
        report("Nodes: " + std::to_string(number) + " started at once on an empty database, ready after " +
               in_ms(took) + "; migrations applied " + versions);
    }
}

BOOST_AUTO_TEST_CASE(an_address_that_is_wanted_on_all_of_them_at_once_is_given_to_one)
{
    const std::size_t number = 3, clients = 6, addresses = how_many(100, 5000);
    start(number);
    std::vector<std::vector<int>> answers(clients, std::vector<int>(addresses));
    std::barrier together(static_cast<std::ptrdiff_t>(clients));
    std::vector<std::thread> threads;
    for (std::size_t c = 0; c < clients; ++c) {
        threads.emplace_back([&, c] {
            http_client client(all[c % number]->address());
            for (std::size_t i = 0; i < addresses; ++i) {
                together.arrive_and_wait();
                const auto email = "raced-" + std::to_string(i) + "@b.test";
                try {
                    answers[c][i] = client.form_post("/signup", registration(email)).status;
                } catch (const std::runtime_error&) { // stays 0, which is wrong
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < addresses; ++i) {
        std::size_t created = 0, existed = 0;
        for (const auto& each : answers) {
            created += each[i] == 201;
            existed += each[i] == 202;
        }
        wrong += created != 1 || existed != clients - 1;
    }
    BOOST_TEST(wrong == 0u);
    const auto expected = std::to_string(addresses);
    BOOST_TEST(count("count(*), count(DISTINCT email), count(DISTINCT public_id) FROM \"user\"") ==
               expected + "|" + expected + "|" + expected + "\n");
    report("Nodes: " + expected + " addresses raced for by " + std::to_string(clients) + " clients of " +
           std::to_string(number) + " nodes; with other than one 201: " + std::to_string(wrong));
    stop();
}

BOOST_AUTO_TEST_CASE(who_signed_up_on_one_is_known_to_the_others)
{
    start(2);
    http_client first(all[0]->address()), second(all[1]->address());
    BOOST_REQUIRE(second.form_post("/signup", registration("watcher@b.test")).status == 201);
    const auto watcher = token_of(second.form_post("/login", credentials("watcher@b.test")));
    latencies shows;
    for (std::size_t i = 0, count = how_many(20, 500); i < count; ++i) {
        const auto email = "new-" + std::to_string(i) + "@b.test";
        BOOST_REQUIRE(first.form_post("/signup", registration(email)).status == 201);
        const auto acknowledged = steady_clock::now();
        const auto token = token_of(second.form_post("/login", credentials(email)));
        BOOST_TEST(second.get("/user", token).status == 200);
        const auto give_up = acknowledged + at_most(noticed_within);
        while (!contains(second.get("/user", watcher).body, email) && steady_clock::now() < give_up)
            std::this_thread::sleep_for(milliseconds(1));
        shows.add(steady_clock::now() - acknowledged);
        BOOST_TEST((steady_clock::now() < give_up), email);
    }
    std::ostringstream text;
    text << "Nodes: from a sign-up's 201 on one node until it is in another's list: " << shows;
    report(text.str());
    stop();
}

BOOST_AUTO_TEST_CASE(who_is_deleted_in_the_database_is_refused_by_all_of_them)
{
    start(3);
    latencies refused;
    for (std::size_t round = 0, rounds = how_many(4, 100); round < rounds; ++round) {
        const auto email = "deleted-" + std::to_string(round) + "@b.test";
        BOOST_REQUIRE(status_of_sign_up(all[0]->address(), email) == 201);
        http_client any(all[1]->address());
        const auto token = token_of(any.form_post("/login", credentials(email)));
        std::vector<std::unique_ptr<http_client>> clients;
        for (auto& node : all) {
            clients.push_back(std::make_unique<http_client>(node->address()));
            for (int i = 0; i < 3; ++i) BOOST_REQUIRE(clients.back()->get("/user", token).status == 200);
        }
        s.postgres.query(s.url, "DELETE FROM \"user\" WHERE email = '" + email + "'");
        const auto deleted = steady_clock::now();
        const auto give_up = deleted + at_most(noticed_within);
        for (auto& client : clients) {
            while (client->get("/user", token).status != 401 && steady_clock::now() < give_up)
                std::this_thread::sleep_for(milliseconds(1));
            refused.add(steady_clock::now() - deleted);
            BOOST_TEST((steady_clock::now() < give_up), email);
            BOOST_TEST(client->get("/user", token).status == 401); // and stays so
        }
    }
    std::ostringstream text;
    text << "Nodes: from a deletion with psql until a node refuses the token: " << refused;
    report(text.str());
    stop();
}

BOOST_AUTO_TEST_SUITE_END()
