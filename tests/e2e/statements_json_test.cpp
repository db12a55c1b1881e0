// S67, S68 and S70 of the checklist: JSON bodies of every kind, and text that other languages would obey.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace {

using namespace watchword::test;
using std::chrono::steady_clock;

const std::vector<std::string> cheap_passwords{"--set", "passwords.memory_kib=8", "--set", "passwords.passes=1"};

struct quick_server {
    temporary_directory directory;
    server_process server{directory.path(), cheap_passwords};
    http_client client{server.address()};

    // A refused body may cost the connection.
    http_response post(const std::string& target, const std::string& json)
    {
        http_client own(server.address());
        const auto begin = steady_clock::now();
        auto response = own.json_post(target, json);
        BOOST_TEST((steady_clock::now() - begin < std::chrono::seconds(5)));
        return response;
    }
    std::string token()
    {
        client.form_post("/signup", registration("reader@b.test"));
        return token_of(client.form_post("/login", credentials("reader@b.test")));
    }
};

std::vector<vector_case> api_bodies(const std::function<bool(const std::string& id)>& wanted)
{
    std::vector<vector_case> some;
    for (auto& c : read_vectors("json/api_bodies.jsonl"))
        if (wanted(c.text("id"))) some.push_back(std::move(c));
    return some;
}

bool is_injection(const std::string& id)
{
    return id.starts_with("inject-");
}

bool is_refusal(int status)
{
    return status >= 400 && status < 500;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(statements_json, quick_server)

BOOST_AUTO_TEST_CASE(s67_no_file_of_the_json_test_suite_is_answered_5xx)
{
    std::size_t sent = 0;
    for (const char* part : {"test_parsing", "test_transform"}) {
        for (const auto& file : std::filesystem::directory_iterator(shared_path("vectors/json/" + std::string(part)))) {
            const auto body = read_file(file.path().string());
            for (const char* target : {"/signup", "/login"}) {
                const auto status = client.json_post(target, body).status;
                BOOST_TEST(is_refusal(status), file.path().filename() << " at " << target << ": " << status);
                ++sent;
            }
        }
    }
    BOOST_TEST(sent >= 2 * 318u);
    BOOST_TEST(users(client, token()).size() == 1); // nobody was signed up by any of it
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(s68_bodies_are_taken_or_refused_as_they_say)
{
    const auto cases = api_bodies([](const std::string& id) { return !is_injection(id); });
    BOOST_TEST(cases.size() >= 50u);
    for (const auto& c : cases) {
        BOOST_TEST_CONTEXT(c.text("id") << ": " << c.text("why"))
        {
            const auto body = c.bytes("body");
            const auto added = post("/signup", body), signed_in = post("/login", body);
            const auto expect = c.text("expect");
            if (expect == "accept") {
                BOOST_TEST(added.status == 201);
                BOOST_TEST(signed_in.status == 201);
            } else if (expect == "reject") {
                BOOST_TEST(is_refusal(added.status), added.status);
                BOOST_TEST(is_refusal(signed_in.status), signed_in.status);
            } else {
                BOOST_TEST(added.status < 500);
                BOOST_TEST(signed_in.status < 500);
            }
        }
    }
    // Members of a body that are not asked for change nothing.
    for (const auto& user : users(client, token())) {
        BOOST_TEST(user.as_object().size() == 3u);
        BOOST_TEST(user.at("public_id").as_string().size() == 36u);
    }
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(s70_text_that_sql_would_obey_is_text)
{
    const auto cases = api_bodies(is_injection);
    BOOST_TEST(cases.size() >= 17u);
    const auto reader = token();
    const auto post_timed = [&](const char* target, const std::string& body) {
        const auto begin = steady_clock::now();
        auto response = client.json_post(target, body);
        BOOST_TEST((steady_clock::now() - begin < std::chrono::seconds(2))); // pg_sleep(5) and the like
        return response;
    };
    std::vector<std::string> expected{"reader@b.test"};
    for (const auto& c : cases) {
        BOOST_TEST_CONTEXT(c.text("id"))
        {
            const auto body = c.bytes("body");
            const auto email = boost::json::parse(body).at("email").as_string();
            // Before anybody has that address, nobody can be signed in by it.
            BOOST_TEST(post_timed("/login", body).status == 401);
            const auto added = post_timed("/signup", body);
            BOOST_TEST(added.status == 201);
            BOOST_TEST(post_timed("/signup", body).status == 202);
            BOOST_TEST(post_timed("/login", body).status == 201);
            BOOST_TEST(
                client.form_post("/login", {{"email", std::string(email)}, {"password", "x' OR '1'='1"}}).status ==
                403);
            expected.emplace_back(email);
        }
    }
    std::vector<std::string> listed;
    for (const auto& user : users(client, reader)) listed.emplace_back(user.at("email").as_string());
    BOOST_TEST(listed == expected, boost::test_tools::per_element());
    // As a password and as a name too.
    for (const auto& text : expected) {
        const auto email = "p-" + std::to_string(&text - expected.data()) + "@b.test";
        BOOST_TEST(client.form_post("/signup", {{"name", text}, {"email", email}, {"password", text}}).status == 201);
        BOOST_TEST(client.form_post("/login", {{"email", email}, {"password", text}}).status == 201);
        BOOST_TEST(client.form_post("/login", {{"email", email}, {"password", text + "'--"}}).status == 403);
        BOOST_TEST(users(client, reader).back().at("name").as_string() == text);
    }
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "SELECT count(*) FROM user") ==
               std::to_string(2 * expected.size()) + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
