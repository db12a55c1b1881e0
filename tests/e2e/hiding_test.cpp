// auth.hide_accounts: what a client sees of accounts that are there and of those that are not.
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <map>

namespace {

using namespace watchword::test;

const std::vector<std::string> hide{"--set", "auth.hide_accounts=true", "--set", "passwords.memory_kib=8"};

// All that was sent but the time, the random id of the request and the order of the fields.
std::string everything_in(const http_response& r)
{
    std::string all = std::to_string(r.status) + " " + r.reason + "\n";
    for (const auto& [name, value] : std::multimap<std::string, std::string>(r.headers.begin(), r.headers.end()))
        if (name != "Date" && name != "X-Request-Id") all += name + ": " + value + "\n";
    return all + r.body;
}

void check_that_nothing_tells(server_process& server)
{
    http_client client(server.address());
    const auto sign_up = [&](const std::string& email, const std::string& secret) {
        return everything_in(client.form_post("/signup", registration(email, secret)));
    };
    const auto fail = [&](const std::string& email) {
        return everything_in(client.form_post("/login", credentials(email, "wrong")));
    };
    const auto first = sign_up("a@b.test", password);
    BOOST_TEST(first.starts_with("201 "), first);
    BOOST_TEST(sign_up("a@b.test", "another") == first);
    BOOST_TEST(sign_up("c@b.test", "another") == first);

    const auto wrong = fail("a@b.test");
    BOOST_TEST(wrong.starts_with("403 "), wrong);
    BOOST_TEST(contains(wrong, "Basic realm =\"Wrong Password !!\""), wrong);
    for (const char* email : {"nobody@b.test", "A@b.test", "\xFF"}) BOOST_TEST(fail(email) == wrong, email);
    BOOST_TEST(fail(std::string(2000, 'x')) == wrong);

    BOOST_TEST(client.form_post("/login", credentials("a@b.test", "another")).status == 403);
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    const auto listed = users(client, token);
    BOOST_REQUIRE(listed.size() == 2);
    BOOST_TEST(listed[0].at("email").as_string() == "a@b.test");
    BOOST_TEST(listed[0].at("name").as_string() == "Name of a@b.test");
}

// From as many connections.
void check_a_race(server_process& server)
{
    constexpr int clients = 30;
    std::vector<std::future<int>> racing;
    for (int i = 0; i < clients; ++i)
        racing.push_back(std::async(std::launch::async, [&, i] {
            return http_client(server.address())
                .form_post("/signup", registration("race@b.test", "password " + std::to_string(i)))
                .status;
        }));
    for (auto& each : racing) BOOST_TEST(each.get() == 201);
    http_client client(server.address());
    int right = 0;
    for (int i = 0; i < clients; ++i) {
        const auto tried = credentials("race@b.test", "password " + std::to_string(i));
        right += client.form_post("/login", tried).status == 201 ? 1 : 0;
    }
    BOOST_TEST(right == 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(hiding)

BOOST_AUTO_TEST_CASE(with_sqlite_no_answer_tells_whether_there_is_an_account)
{
    const temporary_directory directory;
    server_process server(directory.path(), hide);
    check_that_nothing_tells(server);
    check_a_race(server);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "SELECT COUNT(*) FROM user") == "3\n");
}

BOOST_AUTO_TEST_CASE(with_postgresql_no_answer_tells_whether_there_is_an_account)
{
    postgres_server postgres;
    const temporary_directory directory;
    const auto url = postgres.create_database();
    write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
    auto arguments = hide;
    arguments.insert(arguments.end(), {"--database", url, "--secret-file", directory / "secret"});
    server_process server(directory.path(), arguments);
    check_that_nothing_tells(server);
    check_a_race(server);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(postgres.query(url, "SELECT COUNT(*) FROM \"user\"") == "3\n");
}

BOOST_AUTO_TEST_SUITE_END()
