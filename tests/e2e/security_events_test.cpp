// The stream of security events and the access log, as whoever collects them reads them: config/log.md.
#include "e2e_fixture.hpp"
#include "sessions_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <sstream>
#include <vector>

namespace {

using namespace watchword::test;

using events = std::vector<boost::json::object>;

// Of the lines, those that `wanted` holds for.
template <class Wanted> events lines_of(const std::string& text, Wanted wanted)
{
    events all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("{\"time\"")) continue;
        auto each = boost::json::parse(line).as_object();
        if (wanted(each)) all.push_back(std::move(each));
    }
    return all;
}

events security_events(const std::string& text)
{
    return lines_of(text, [](const auto& line) { return line.contains("stream"); });
}

std::string text_of(const boost::json::object& line, std::string_view name)
{
    const auto* const found = line.if_contains(name);
    return found ? std::string(found->as_string()) : std::string();
}

std::vector<std::string> names_of(const events& all)
{
    std::vector<std::string> names;
    for (const auto& each : all) names.push_back(text_of(each, "event"));
    return names;
}

const std::vector<std::string> cheap{"--set", "passwords.memory_kib=8", "--set", "log.format=json"};

std::vector<std::string> with(std::vector<std::string> more)
{
    more.insert(more.begin(), cheap.begin(), cheap.end());
    return more;
}

} // namespace

BOOST_AUTO_TEST_SUITE(security_events_log)

BOOST_AUTO_TEST_CASE(sign_ups_and_sign_ins_are_told_with_who_and_why_and_never_with_what_was_typed)
{
    const temporary_directory directory;
    server_process server(directory.path(), cheap);
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("ann@b.test")).status == 201);
    BOOST_TEST(client.form_post("/signup", registration("ann@b.test")).status == 202);
    const auto in = client.form_post("/login", credentials("ann@b.test"));
    BOOST_TEST(in.status == 201);
    BOOST_TEST(client.form_post("/login", {{"email", "ann@b.test"}, {"password", "not-that-one"}}).status == 403);
    BOOST_TEST(client.form_post("/login", {{"email", "nobody@b.test"}, {"password", "not-that-one"}}).status == 401);
    BOOST_TEST(server.stop() == 0);

    const auto log = server.log();
    const auto all = security_events(log);
    const std::vector<std::string> expected{"sign_up.succeeded", "sign_up.taken", "sign_in.succeeded", "sign_in.failed",
                                            "sign_in.failed"};
    BOOST_TEST(names_of(all) == expected, boost::test_tools::per_element());
    BOOST_REQUIRE(all.size() == expected.size());
    const auto ann = text_of(all[0], "user");
    BOOST_TEST(ann.size() == 36u);
    BOOST_TEST(text_of(all[2], "user") == ann);
    BOOST_TEST(text_of(all[2], "request_id") == in.header("X-Request-Id"));
    BOOST_TEST(text_of(all[3], "user") == ann);
    BOOST_TEST(text_of(all[3], "reason") == "wrong_password");
    BOOST_TEST(!all[4].contains("user"));
    BOOST_TEST(text_of(all[4], "reason") == "no_such_user");
    for (const auto& each : all) {
        BOOST_TEST(text_of(each, "remote") == "127.0.0.1");
        BOOST_TEST(text_of(each, "request_id").size() == 32u);
    }
    for (const char* const typed : {"b.test", "not-that-one", "ann@"}) BOOST_TEST(!contains(log, typed), typed);
}

BOOST_AUTO_TEST_CASE(what_the_audit_log_keeps_and_what_is_revoked_is_told_when_it_is_durable)
{
    const temporary_directory directory;
    const std::string file = directory / "security.jsonl";
    server_process server(directory.path(), with({"--set", "log.security=" + file}));
    http_client client(server.address());
    client.form_post("/signup", registration("eve@b.test"));
    const auto eve = sign_in(client, "eve@b.test");
    auto fields = bearer(eve.access);
    fields.push_back({"Content-Type", "application/json"});
    const std::string change =
        R"({"current_password":")" + std::string(password) + R"(","new_password":"a-wholly-other-phrase-77"})";
    const auto done = client.exchange("PUT", "/v1/users/me/password", fields, change);
    BOOST_TEST(done.status < 300, done.body);
    BOOST_TEST(server.stop() == 0);

    BOOST_TEST(security_events(server.log()).empty());
    const auto all = security_events(read_file(file));
    const auto find = [&](const std::string& name) {
        for (const auto& each : all)
            if (text_of(each, "event") == name) return each;
        BOOST_ERROR("no " + name + " in " + read_file(file));
        return boost::json::object();
    };
    const auto changed = find("user.password_changed");
    BOOST_TEST(text_of(changed, "actor_kind") == "user");
    BOOST_TEST(text_of(changed, "actor") == text_of(changed, "subject"));
    BOOST_TEST(text_of(changed, "request_id").size() == 32u);
    BOOST_TEST(changed.at("audit_id").as_int64() >= 1);
    const auto revoked = find("tokens.revoked");
    BOOST_TEST(text_of(revoked, "user") == text_of(changed, "subject"));
    BOOST_TEST(text_of(revoked, "reason") == "password_changed");
}

BOOST_AUTO_TEST_CASE(the_file_begins_anew_with_a_reload_and_one_that_cannot_be_made_ends_the_start)
{
    const temporary_directory directory;
    const std::string file = directory / "security.jsonl", control = directory / "control.sock";
    server_process server(directory.path(), with({"--set", "log.security=" + file, "--control", control}));
    http_client client(server.address());
    client.form_post("/signup", registration("a@b.test"));
    BOOST_TEST(comes_true([&] { return security_events(read_file(file)).size() == 1; }));
    std::filesystem::rename(file, file + ".1");
    BOOST_TEST(run_program({watchword_binary(), "reload", "--control", control}).exit_code == 0);
    client.form_post("/signup", registration("b@b.test"));
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(security_events(read_file(file)).size() == 1u);
    BOOST_TEST(security_events(read_file(file + ".1")).size() == 1u);

    const auto nowhere = directory / "no/such/file";
    const auto refused = run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database",
                                      "sqlite:" + (directory / "other.db"), "--set", "log.security=" + nowhere});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, nowhere), refused.errors);
}

BOOST_AUTO_TEST_CASE(of_many_requests_a_sample_is_logged_and_each_that_failed)
{
    const temporary_directory directory;
    const std::string database = directory / "users.db";
    server_process server(directory.path(),
                          with({"--access-log", "--set", "log.access_sample=10", "--set", "log.security=none",
                                "--threads", "1", "--database", "sqlite:" + database}));
    http_client client(server.address());
    for (int i = 0; i < 95; ++i) BOOST_TEST(client.get("/health/live").status == 200);
    std::filesystem::rename(database, database + ".away");
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 503);
    server.stop();

    const auto log = server.log();
    const auto lines = lines_of(log, [](const auto& line) { return text_of(line, "message") == "request"; });
    std::int64_t sampled = 0, failed = 0;
    for (const auto& each : lines) {
        const bool is_failure = each.at("status").as_int64() >= 500;
        BOOST_TEST(each.at("sample").as_int64() == (is_failure ? 1 : 10));
        (is_failure ? failed : sampled) += 1;
    }
    BOOST_TEST(sampled == 9);
    BOOST_TEST(failed == 1);
    BOOST_TEST(security_events(log).empty());
}

BOOST_AUTO_TEST_SUITE_END()
