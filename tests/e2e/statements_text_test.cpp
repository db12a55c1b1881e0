// S67 and S72 of the checklist: naughty strings as everything a client may name. Each is kept to the byte or refused,
// never answered 5xx, and never splits a header or a line of the log.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace {

using namespace watchword::test;

const std::vector<std::string> arguments{
    "--set", "passwords.memory_kib=8", "--set", "passwords.passes=1", "--log-level", "trace", "--access-log"};

struct talkative_server {
    temporary_directory directory;
    server_process server{directory.path(), arguments};
    http_client client{server.address()};
    std::size_t requests = 0;
};

std::vector<std::string> naughty_strings()
{
    std::vector<std::string> all;
    const auto parsed = boost::json::parse(read_file(shared_path("vectors/unicode/blns.json")));
    for (const auto& each : parsed.as_array()) all.emplace_back(each.as_string());
    return all;
}

using post = std::function<http_response(http_client&, const std::string& target, const name_values&)>;

http_response post_form(http_client& c, const std::string& target, const name_values& fields)
{
    return c.form_post(target, fields);
}
http_response post_multipart(http_client& c, const std::string& target, const name_values& fields)
{
    return c.multipart_post(target, fields);
}
http_response post_json(http_client& c, const std::string& target, const name_values& fields)
{
    boost::json::object all;
    for (const auto& [name, value] : fields) all[name] = value;
    return c.json_post(target, boost::json::serialize(all));
}

// What was logged: each line is one JSON object of printable characters, and none is missing.
void check_log(talkative_server& s)
{
    BOOST_TEST(s.server.stop() == 0);
    std::istringstream lines(s.server.log());
    std::size_t access = 0;
    for (std::string line; std::getline(lines, line);) {
        boost::json::error_code failed;
        const auto parsed = boost::json::parse(line, failed);
        BOOST_TEST((!failed && parsed.is_object()), line);
        const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
        BOOST_TEST(std::none_of(line.begin(), line.end(), is_control), line);
        access += parsed.as_object().contains("path");
    }
    BOOST_TEST(access >= s.requests);
}

// As e-mail address, password and name at once: whoever is taken can log in with exactly that, and is listed so.
void check_kept_or_refused(talkative_server& s, const post& send, const std::string& separator)
{
    std::set<std::string> known;
    std::vector<std::string> expected;
    std::string token;
    for (const auto& text : naughty_strings()) {
        BOOST_TEST_CONTEXT("'" << text << "'")
        {
            const bool can_be_sent = separator.empty() || text.find(separator) == text.npos;
            if (!can_be_sent) continue;
            const auto added = send(s.client, "/signup", {{"name", text}, {"email", text}, {"password", text}});
            const bool is_new = known.insert(text).second;
            BOOST_TEST(added.status == (text.empty() ? 400 : is_new ? 201 : 202));
            ++s.requests;
            if (added.status != 201) continue;
            expected.push_back(text);
            token = token_of(send(s.client, "/login", {{"email", text}, {"password", text}}));
            const auto wrong = send(s.client, "/login", {{"email", text}, {"password", text + "x"}});
            BOOST_TEST(wrong.status == 403);
            s.requests += 2;
        }
    }
    BOOST_TEST(expected.size() > 450u);
    const auto listed = users(s.client, token);
    ++s.requests;
    BOOST_REQUIRE(listed.size() == expected.size());
    for (std::size_t i = 0; i < listed.size(); ++i) {
        BOOST_TEST(listed[i].at("email").as_string() == expected[i]);
        BOOST_TEST(listed[i].at("name").as_string() == expected[i]);
    }
}

std::string percent_encode(const std::string& text)
{
    return encode_form({{"", text}}).substr(1);
}

bool is_field_value(const std::string& text)
{
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

// Fields that somebody might log, echo or believe.
name_values fields_with(const std::string& text)
{
    name_values all;
    for (const char* name : {"User-Agent", "Referer", "Origin", "X-Request-Id", "traceparent", "X-Forwarded-For",
                             "Forwarded", "Cookie", "Accept", "If-None-Match", "Accept-Encoding"})
        all.emplace_back(name, text);
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(statements_text, talkative_server)

BOOST_AUTO_TEST_CASE(s67_naughty_strings_in_an_urlencoded_form_are_kept_or_refused)
{
    check_kept_or_refused(*this, post_form, "");
    check_log(*this);
}

BOOST_AUTO_TEST_CASE(s67_naughty_strings_in_a_multipart_form_are_kept_or_refused)
{
    check_kept_or_refused(*this, post_multipart, "\r\n--");
    check_log(*this);
}

BOOST_AUTO_TEST_CASE(s67_naughty_strings_in_json_are_kept_or_refused)
{
    check_kept_or_refused(*this, post_json, "");
    check_log(*this);
}

BOOST_AUTO_TEST_CASE(s72_naughty_strings_in_paths_and_fields_split_nothing)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    requests += 2;
    const auto check = [&](const http_response& response, std::initializer_list<int> statuses) {
        BOOST_TEST(std::count(statuses.begin(), statuses.end(), response.status) == 1, response.status);
        BOOST_TEST(response.header("X-Split").empty());
        ++requests;
    };
    for (const auto& text : naughty_strings()) {
        BOOST_TEST_CONTEXT("'" << text << "'")
        {
            const auto splitting = text + "\r\nX-Split: yes\r\n\r\nmore";
            const auto escaped = percent_encode(splitting);
            check(client.get("/" + escaped + "?" + escaped, token), {404, 400});
            check(client.form_post("/login", credentials(splitting, splitting)), {401});
            if (!is_field_value(text)) continue;
            check(client.exchange("GET", "/health/live", fields_with(text)), {200});
            check(client.get("/user", text), {401});
            check(client.exchange("POST", "/login", {{"Content-Type", text}}, "email=a@b.test"), {401, 415});
        }
    }
    check_log(*this);
}

// Bytes as they are, which no request may hold: refused, and what is left of them in the log is one line.
BOOST_AUTO_TEST_CASE(s72_naughty_strings_as_whole_requests_are_refused)
{
    for (const auto& text : naughty_strings()) {
        if (text.empty()) continue;
        http_client own(server.address());
        own.send("GET /" + text + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const auto status = own.read_response().status;
        BOOST_TEST((status == 400 || status == 404 || status == 505), "'" << text << "': " << status);
        requests += status == 404; // others may be logged or not
    }
    check_log(*this);
}

BOOST_AUTO_TEST_SUITE_END()
