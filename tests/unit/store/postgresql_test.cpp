#include "store/postgresql.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <stdexcept>
#include <thread>
#include <vector>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgresql_test)

BOOST_AUTO_TEST_CASE(a_server_that_goes_away_makes_us_unavailable_at_once_and_its_return_heals_us)
{
    const empty_database empty("postgresql");
    open_database d(empty.settings());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    for (const bool crash : {true, false}) {
        if (crash) {
            server().kill();
        } else {
            server().stop();
        }
        const auto start = steady_clock::now();
        for (int i = 0; i < 10; ++i) {
            BOOST_TEST((d.find(numbered_user(1).email).error() == core::errc::unavailable));
            BOOST_TEST((d.add(numbered_user(2)).error() == core::errc::unavailable));
        }
        BOOST_TEST((steady_clock::now() - start < std::chrono::seconds(2)));

        server().start();
        const auto bound = steady_clock::now() + std::chrono::seconds(20);
        while (!d.find(numbered_user(1).email) && steady_clock::now() < bound) std::this_thread::yield();
        while (!d.add(numbered_user(crash ? 3 : 4)) && steady_clock::now() < bound) std::this_thread::yield();
        BOOST_TEST((steady_clock::now() < bound));
    }
    BOOST_TEST(d.list()->size() == 3u);
}

BOOST_AUTO_TEST_CASE(connections_cut_while_idle_are_replaced_before_anybody_notices)
{
    const empty_database empty("postgresql");
    open_database d(empty.settings());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    server().query(server().url(), "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                                   "WHERE application_name = 'watchword'");
    BOOST_TEST(d.add(numbered_user(2)).has_value());
    for (int i = 0; i < 10; ++i) BOOST_TEST(d.list()->size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_connection_lost_within_a_job_is_not_hidden_and_the_job_not_repeated)
{
    const empty_database empty("postgresql");
    open_database d(empty.settings());
    int runs = 0;
    const auto cut = [&](session& s) -> core::result<int> {
        ++runs;
        if (!add_user(s, numbered_user(1))) return core::errc::invalid_input;
        s.execute("SELECT pg_terminate_backend(pg_backend_pid())");
        return 0;
    };
    BOOST_TEST((d.loop.run(d.db.write(cut)).error() == core::errc::unavailable));
    BOOST_TEST(runs == 1);
    BOOST_TEST(d.list()->empty());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
}

BOOST_AUTO_TEST_CASE(a_statement_that_takes_too_long_is_ended)
{
    const empty_database empty("postgresql");
    auto settings = empty.settings();
    settings.timeout = milliseconds(300);
    open_database d(settings);
    const auto sleep = [](session& s) -> core::result<int> {
        s.execute("SELECT pg_sleep(60)");
        return 0;
    };
    BOOST_TEST((d.loop.run(d.db.read(sleep)).error() == core::errc::timed_out));
    BOOST_TEST((d.loop.run(d.db.write(sleep)).error() == core::errc::timed_out));
    BOOST_TEST(d.add(numbered_user(1)).has_value());
}

BOOST_AUTO_TEST_CASE(ten_nodes_can_start_on_an_empty_database_at_once)
{
    const empty_database empty("postgresql");
    std::array<std::string, 10> refusals;
    std::vector<std::thread> nodes;
    for (auto& r : refusals) nodes.emplace_back([&] { r = refusal(empty.settings()); });
    for (auto& node : nodes) node.join();
    for (const auto& r : refusals) BOOST_TEST(r == "");
}

BOOST_AUTO_TEST_CASE(nodes_that_add_one_address_at_once_add_one_user)
{
    const empty_database empty("postgresql");
    std::array<std::unique_ptr<open_database>, 4> nodes;
    for (auto& n : nodes) n = std::make_unique<open_database>(empty.settings());
    std::array<std::array<std::optional<core::result<std::int64_t>>, 16>, 4> outcomes;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        for (std::size_t i = 0; i < outcomes[n].size(); ++i) {
            auto u = numbered_user(static_cast<int>(n * 100 + i));
            u.email = "one@example.test";
            const auto add = [u](session& s) { return add_user(s, u); };
            nodes[n]->loop.start(nodes[n]->db.write(add), outcomes[n][i]);
        }
    }
    int added = 0, refused = 0;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        nodes[n]->loop.finish();
        for (const auto& o : outcomes[n]) {
            added += o->has_value();
            refused += o->has_error() && o->error() == core::errc::already_exists;
        }
    }
    BOOST_TEST(added == 1);
    BOOST_TEST(refused == 63);
}

BOOST_AUTO_TEST_CASE(a_flask_table_is_adopted_and_takes_longer_hashes)
{
    const empty_database empty("postgresql");
    const auto& url = empty.settings().url;
    server().query(url,
                   "CREATE TABLE \"user\" (id SERIAL NOT NULL, public_id VARCHAR(50), name VARCHAR(100), "
                   "email VARCHAR(70), password VARCHAR(80), PRIMARY KEY (id), UNIQUE (public_id), UNIQUE (email))");
    server().query(url, "INSERT INTO \"user\" (email) VALUES ('ann@example.test')");
    open_database d(empty.settings());
    BOOST_TEST(!d.find("ann@example.test")->password_hash.has_value());
    auto u = numbered_user(1);
    u.password_hash = std::string(200, 'h');
    BOOST_TEST(d.add(u).has_value());
    BOOST_TEST(d.find(u.email)->password_hash->size() == 200u);
    BOOST_TEST(d.list().value().size() == 2u); // with ids of 32 bits
}

BOOST_AUTO_TEST_CASE(text_that_postgresql_cannot_hold_is_refused_and_harms_nothing)
{
    const empty_database empty("postgresql");
    open_database d(empty.settings());
    auto u = numbered_user(1);
    u.name = "\xc3\x28";
    BOOST_TEST((d.add(u).error() == core::errc::invalid_input));
    BOOST_TEST((d.find("\xff").error() == core::errc::invalid_input));
    u = numbered_user(1);
    u.email.clear();
    for (int i = 0; i < 3000; ++i) u.email += std::to_string(i * 7919 % 10007); // too irregular to be compressed
    BOOST_TEST((d.add(u).error() == core::errc::too_large));
    BOOST_TEST(d.add(numbered_user(2)).has_value());
}

BOOST_AUTO_TEST_CASE(no_refusal_tells_the_password)
{
    for (const auto* url : {"postgresql://u:s3cr%65t@127.0.0.1:1/db", "postgresql://u:s3cr%65t@127.0.0.1:s3cret/db",
                            "postgresql://u:s3cret@x@127.0.0.1:1/db", "postgresql://u:s3cret/x@127.0.0.1:1/db",
                            "postgresql://u:s3cret@127.0.0.1:1/db?nosuch=1", "postgresql://u:s3cret%@127.0.0.1/db",
                            "postgres://u:s3cret@[::1/db", "postgresql://u:s3cret@127.0.0.1:1/db?sslmode=no such"}) {
        const auto text = refusal({url});
        BOOST_TEST(text != "", url);
        BOOST_TEST(!contains(text, "s3cret"), text);
        BOOST_TEST(!contains(text, "\n"), text);
    }
    BOOST_TEST(contains(refusal({"postgresql://u@127.0.0.1:1/db"}), "127.0.0.1"));
    BOOST_TEST(contains(refusal({server().url("no_such_database")}), "no_such_database"));
}

BOOST_AUTO_TEST_CASE(parts_of_a_url_may_hold_anything_that_is_percent_encoded)
{
    server().query(server().url(), "CREATE ROLE \"o'br = ien\" LOGIN PASSWORD 'p w=''\\'");
    server().query(server().url(), "CREATE DATABASE \"a b='c'\" OWNER \"o'br = ien\"");
    const auto host = server().url().substr(server().url().find('?'));
    open_database d({"postgresql://o%27br%20%3D%20ien:p%20w%3D%27%5C@/a%20b%3D%27c%27" + host});
    BOOST_TEST(d.add(numbered_user(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
