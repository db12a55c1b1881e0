#include "e2e_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <thread>

namespace watchword::test {

std::string token_of(const http_response& response)
{
    BOOST_REQUIRE_MESSAGE(response.status == 201, response.status << " " << response.body);
    BOOST_TEST(response.header("Content-Type") == "application/json");
    return boost::json::value_to<std::string>(boost::json::parse(response.body).at("token"));
}

boost::json::array users(http_client& client, const std::string& token)
{
    const auto response = client.get("/user", token);
    BOOST_REQUIRE_MESSAGE(response.status == 200, response.status << " " << response.body);
    return boost::json::parse(response.body).at("users").as_array();
}

bool comes_true(const std::function<bool()>& happened, std::chrono::seconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

std::string query_sqlite(const std::string& database, const std::string& statement)
{
    const std::string script = "import sqlite3, sys\n"
                               "database = sqlite3.connect(sys.argv[1])\n"
                               "for row in database.execute(sys.argv[2]):\n"
                               "    print('|'.join(str(column) for column in row))\n"
                               "database.commit()\n";
    const auto done = run_program({"python3", "-c", script, database, statement});
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    return done.output;
}

} // namespace watchword::test
