#include "settings/load.hpp"
#include "settings/table.hpp"
#include "settings_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using namespace watchword;
using std::chrono::milliseconds;
using test::given;
using test::only_problem;
using test::values_of;

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

#define CHECK_CONTAINS(text, part) BOOST_TEST(contains(text, part), "'" << (text) << "' lacks '" << (part) << "'")

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(without_anything_given_the_defaults_hold)
{
    const auto s = values_of({});
    const settings::settings defaults;
    for (const auto& d : settings::table()) BOOST_TEST(d.write(s) == d.write(defaults), d.key);
    BOOST_TEST(s.server.listen == std::vector<std::string>{"127.0.0.1:5000"}, boost::test_tools::per_element());
    BOOST_TEST(s.database.url == "sqlite:watchword.db");
}

BOOST_AUTO_TEST_CASE(a_file_wins_over_the_defaults_the_environment_over_the_file_and_flags_over_all)
{
    given g;
    g.config = R"({"http": {"header_count": 11, "body_timeout": "11s"}, "server": {"threads": 11},
                   "database": {"readers": 11}})";
    auto s = values_of(g);
    BOOST_TEST(s.http.header_count == 11u);
    g.environment = {{"WATCHWORD_SERVER_THREADS", "12"}, {"WATCHWORD_DATABASE_READERS", "12"}};
    g.arguments = {"--threads", "13"};
    s = values_of(g);
    BOOST_TEST(s.server.threads == 13u);
    BOOST_TEST(s.database.readers == 12u);
    BOOST_TEST(s.http.header_count == 11u);
    BOOST_TEST((s.http.body_timeout == milliseconds(11'000)));
    BOOST_TEST(s.http.connections == 20'000u);
}

BOOST_AUTO_TEST_CASE(a_stronger_layer_replaces_a_list_and_does_not_add_to_it)
{
    given g;
    g.config = R"({"server": {"listen": ["127.0.0.1:1", "[::1]:2"]}})";
    BOOST_TEST(values_of(g).server.listen.size() == 2u);
    g.environment = {{"WATCHWORD_LISTEN", "127.0.0.1:3, localhost:4,127.0.0.1:5"}};
    BOOST_TEST(values_of(g).server.listen.size() == 3u);
    g.arguments = {"--listen", "127.0.0.1:6", "--listen=127.0.0.1:7"};
    const std::vector<std::string> expected{"127.0.0.1:6", "127.0.0.1:7"};
    BOOST_TEST(values_of(g).server.listen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_file_may_be_named_by_the_environment_and_a_flag_names_a_stronger_one)
{
    given g;
    g.files = {{"a.json", R"({"server": {"threads": 1}})"}, {"b.json", R"({"server": {"threads": 2}})"}};
    g.environment = {{"WATCHWORD_CONFIG", "a.json"}};
    BOOST_TEST(values_of(g).server.threads == 1u);
    g.arguments = {"--config=b.json"};
    BOOST_TEST(values_of(g).server.threads == 2u);
}

BOOST_AUTO_TEST_CASE(every_setting_is_read_from_each_layer_as_it_is_written)
{
    const settings::settings defaults;
    for (const auto& d : settings::table()) {
        if (d.environment_only) continue;
        const std::string key(d.key), name = settings::environment_name(d), value = d.write(defaults);
        given by_environment, by_set, by_file;
        by_environment.environment = {{name, value}};
        by_set.arguments = {"--set", key + "=" + value};
        const bool bare = d.type == settings::kind::boolean || d.type == settings::kind::count;
        const auto dot = key.find('.');
        by_file.config = "{\"" + key.substr(0, dot) + "\": {\"" + key.substr(dot + 1) +
                         "\": " + (bare ? value : "\"" + value + "\"") + "}}";
        for (const auto& g : {by_environment, by_set, by_file}) BOOST_TEST(d.write(values_of(g)) == value, key);
    }
}

BOOST_AUTO_TEST_CASE(each_flag_sets_its_setting)
{
    given g;
    g.arguments = {"--database",
                   "sqlite:x.db",
                   "--secret-file=s",
                   "--no-limits",
                   "--threads",
                   "3",
                   "--log-level",
                   "debug",
                   "--log-format=json",
                   "--access-log",
                   "--set",
                   "tokens.lifetime=1h",
                   "--set=http.body_bytes=2MiB"};
    const auto s = values_of(g);
    BOOST_TEST(s.database.url == "sqlite:x.db");
    BOOST_TEST(s.secret.file == "s");
    BOOST_TEST(!s.limits.enabled);
    BOOST_TEST(s.server.threads == 3u);
    BOOST_TEST((s.log.level == core::log::level::debug));
    BOOST_TEST((s.log.format == core::log::format::json));
    BOOST_TEST(s.log.access);
    BOOST_TEST(s.tokens.lifetime.count() == 3600);
    BOOST_TEST(s.http.body_bytes == 2u * 1024 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bad_values)

BOOST_AUTO_TEST_CASE(each_type_says_what_is_allowed)
{
    struct bad {
        std::string assignment, expected;
    };
    const std::vector<bad> all{
        {"server.threads=many", "--set server.threads: must be a whole number from 0 to 1024, not 'many'"},
        {"server.threads=1025", "from 0 to 1024, not '1025'"},
        {"server.threads=-1", "not '-1'"},
        {"server.threads=", "not ''"},
        {"database.readers=0", "from 1 to 256"},
        {"http.requests_per_connection=99999999999999999999", "must be a whole number"},
        {"http.body_bytes=1GB", "must be a size from 1KiB to 1GiB"},
        {"http.body_bytes=2GiB", "must be a size from 1KiB to 1GiB"},
        {"http.idle_timeout=soon", "must be a time from 100ms to 1d"},
        {"http.idle_timeout=99ms", "must be a time from 100ms to 1d"},
        {"tokens.lifetime=1500ms", "must be a time from 1s to 365d"},
        {"tokens.clock_skew=61s", "must be a time from 0s to 1m"},
        {"tokens.issuer=", "must be a text that is not empty"},
        {"sessions.per_user=0", "must be a whole number from 1 to 1000"},
        {"log.access=yes", "must be true or false, not 'yes'"},
        {"log.level=verbose", "must be one of trace, debug, info, warning, error, off, not 'verbose'"},
        {"log.format=JSON", "must be one of automatic, text, json"},
        {"server.listen=5000", "must be ADDRESS:PORT"},
        {"server.listen=127.0.0.1:1,", "must be ADDRESS:PORT"},
        {"server.listen=", "must be ADDRESS:PORT"},
        {"cors.origins=https://app.example/", "must be nothing, * alone, or origins as browsers send them"},
        {"cors.origins=https://a.example,,https://b.example", "must be nothing, * alone"},
        {"cors.headers=Not A Name", "must be names of header fields"},
        {"cors.max_age=1500ms", "must be a time from 0s to 1d"},
        {"http.compression_bytes=-1", "must be a size from 0 to 1GiB"},
        {"limits.total_sign_ins=600",
         "must be none, or COUNT/TIME such as 600/1m: from 1 to 1000000000 times in 1s to"},
        {"limits.total_sign_ins=1000000001/1s", "1d, not '1000000001/1s'"},
        {"limits.exempt_addresses=10.0.0.1/8", "must be networks such as 10.0.0.0/8"},
        {"limits.keys=1023", "must be a whole number from 1024 to 16000000"},
        {"database.url=", "must be a text that is not empty"},
        {"secret.file=a\nb", "must be a text without control characters"},
    };
    for (const auto& b : all) {
        given g;
        g.arguments = {"--set", b.assignment};
        CHECK_CONTAINS(only_problem(g), b.expected);
    }
}

BOOST_AUTO_TEST_CASE(a_bad_value_names_its_variable_flag_or_key_in_the_file)
{
    given g;
    g.environment = {{"WATCHWORD_THREADS", "x"}};
    BOOST_TEST(only_problem(g).starts_with("WATCHWORD_THREADS: must be"));
    g = {};
    g.arguments = {"--threads=x"};
    BOOST_TEST(only_problem(g).starts_with("--threads: must be"));
    g = {};
    g.config = R"({"server": {"threads": 5000}})";
    BOOST_TEST(only_problem(g) ==
               "settings.json, line 1: server.threads: must be a whole number from 0 to 1024, not '5000'");
}

BOOST_AUTO_TEST_CASE(a_bad_value_leaves_the_setting_as_it_was)
{
    given g;
    g.environment = {{"WATCHWORD_THREADS", "4"}};
    g.arguments = {"--threads=x"};
    BOOST_TEST(g.load().values.server.threads == 4u);
}

BOOST_AUTO_TEST_CASE(in_the_file_a_value_has_the_type_of_its_setting)
{
    for (const auto* bad :
         {R"({"server": {"threads": "4"}})", R"({"server": {"threads": 4.0}})", R"({"server": {"threads": true}})",
          R"({"server": {"threads": null}})", R"({"server": {"threads": -1}})", R"({"log": {"access": "true"}})",
          R"({"log": {"access": 1}})", R"({"log": {"level": 1}})", R"({"database": {"url": 5}})",
          R"({"database": {"url": ["sqlite:x"]}})", R"({"http": {"body_bytes": 1.5}})",
          R"({"http": {"idle_timeout": {"s": 1}}})", R"({"server": {"listen": 5000}})", R"({"server": {"listen": []}})",
          R"({"server": {"listen": ["127.0.0.1:1", 2]}})", R"({"limits": {"total_sign_ins": 600}})",
          R"({"limits": {"total_sign_ins": true}})"}) {
        given g;
        g.config = bad;
        CHECK_CONTAINS(only_problem(g), "must be ");
    }
    given g;
    g.config = R"({"http": {"body_bytes": 2048, "idle_timeout": 5}, "server": {"listen": "127.0.0.1:1"},
                   "limits": {"total_sign_ins": 0, "total_sign_ups": "3/10s"}})";
    const auto s = values_of(g);
    BOOST_TEST(s.http.body_bytes == 2048u);
    BOOST_TEST((s.http.idle_timeout == milliseconds(5000)));
    BOOST_TEST(s.server.listen.size() == 1u);
    BOOST_TEST(!s.limits.total_sign_ins.is_limited());
    BOOST_TEST(s.limits.total_sign_ups.count == 3u);
}

BOOST_AUTO_TEST_CASE(a_list_that_may_be_empty_is_emptied_by_each_layer)
{
    given by_file, by_environment, by_set;
    by_file.config = R"({"cors": {"headers": [], "origins": ["https://a.example", "http://[::1]:3000"]}})";
    BOOST_TEST(values_of(by_file).cors.headers.empty());
    BOOST_TEST(values_of(by_file).cors.origins.size() == 2u);
    by_environment.environment = {{"WATCHWORD_CORS_HEADERS", ""}};
    BOOST_TEST(values_of(by_environment).cors.headers.empty());
    by_set.arguments = {"--set", "cors.headers="};
    BOOST_TEST(values_of(by_set).cors.headers.empty());
    BOOST_TEST(values_of({}).cors.headers.size() == 9u);
    BOOST_TEST(values_of({}).cors.origins.empty());
}

BOOST_AUTO_TEST_CASE(a_long_or_hostile_value_does_not_flood_or_split_the_line)
{
    given g;
    g.arguments = {"--threads=" + std::string(100'000, 'x')};
    BOOST_TEST(only_problem(g).size() < 300u);
    g.arguments = {"--threads=1\n\x1b[2J", "--threads-\xff\xfe\r\n=1"};
    for (const auto& p : g.load().problems)
        for (const char c : settings::to_string(p)) BOOST_TEST((c >= 0x20 && c < 0x7F));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unknown_names)

BOOST_AUTO_TEST_CASE(an_unknown_flag_suggests_the_nearest)
{
    given g;
    g.arguments = {"--lisen", "127.0.0.1:1"}; // the value is not a second problem
    BOOST_TEST(only_problem(g) == "--lisen: is not a flag; did you mean --listen?");
    g.arguments = {"--drain-timeout=5"};
    BOOST_TEST(only_problem(g) == "--drain-timeout: is not a flag; did you mean --set server.drain_timeout=TIME?");
    g.arguments = {"--frobnicate"};
    BOOST_TEST(only_problem(g) == "--frobnicate: is not a flag");
    g.arguments = {"-t"};
    BOOST_TEST(only_problem(g) == "-t: is not a flag");
}

BOOST_AUTO_TEST_CASE(an_unknown_variable_suggests_the_nearest)
{
    given g;
    g.environment = {{"WATCHWORD_SERVER_TREADS", "4"}};
    BOOST_TEST(only_problem(g) == "WATCHWORD_SERVER_TREADS: is not a setting; did you mean WATCHWORD_SERVER_THREADS?");
    g.environment = {{"WATCHWORD_SECERT", "hunter2"}};
    BOOST_TEST(only_problem(g) == "WATCHWORD_SECERT: is not a setting; did you mean WATCHWORD_SECRET?");
    g.environment = {{"WATCHWORD_", "x"}};
    BOOST_TEST(only_problem(g) == "WATCHWORD_: is not a setting");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_suggests_the_nearest_or_the_group_it_belongs_to)
{
    given g;
    g.config = R"({"server": {"treads": 4}})";
    BOOST_TEST(only_problem(g) ==
               "settings.json, line 1: server.treads: is not a setting; did you mean server.threads?");
    g.config = R"({"http": {"listen": "127.0.0.1:1"}})";
    BOOST_TEST(only_problem(g) == "settings.json, line 1: http.listen: is not a setting; did you mean server.listen?");
    g.config = R"({"sever": {"threads": 4}})";
    BOOST_TEST(only_problem(g) == "settings.json, line 1: sever: is not a group of settings; did you mean server?");
    g = {};
    g.arguments = {"--set", "log.levle=debug"};
    BOOST_TEST(only_problem(g) == "--set log.levle: is not a setting; did you mean log.level?");
}

BOOST_AUTO_TEST_CASE(variables_of_others_are_ignored)
{
    given g;
    g.environment = {{"PATH", "/bin"},
                     {"WATCHWORDS", "x"},
                     {"WATCHWORD_SERVICE_HOST", "10.0.0.1"}, // what Kubernetes tells of a Service named watchword
                     {"WATCHWORD_SERVICE_PORT", "5000"},
                     {"WATCHWORD_SERVICE_PORT_HTTP", "5000"},
                     {"WATCHWORD_PORT", "tcp://10.0.0.1:5000"},
                     {"WATCHWORD_PORT_5000_TCP", "tcp://10.0.0.1:5000"},
                     {"WATCHWORD_PORT_5000_TCP_ADDR", "10.0.0.1"},
                     {"WATCHWORD_DB_PORT_5432_TCP_PROTO", "tcp"}};
    values_of(g);
    g.environment = {{"WATCHWORD_PORT", "5000"}}; // somebody's guess
    CHECK_CONTAINS(only_problem(g), "is not a setting");
}

BOOST_AUTO_TEST_CASE(the_port_of_a_platform_is_the_weakest_word_on_where_to_listen)
{
    given g;
    g.environment = {{"PORT", "8080"}};
    const std::vector<std::string> everywhere{"0.0.0.0:8080"};
    BOOST_TEST(values_of(g).server.listen == everywhere, boost::test_tools::per_element());
    BOOST_TEST(g.load().origins.at("server.listen") == "PORT");
    g.config = R"({"server": {"listen": ["127.0.0.1:1"]}})";
    BOOST_TEST(values_of(g).server.listen.front() == "127.0.0.1:1");
    g.environment = {{"PORT", "nonsense"}}; // counts for nothing then
    BOOST_TEST(values_of(g).server.listen.front() == "127.0.0.1:1");
    g.config.clear();
    CHECK_CONTAINS(only_problem(g), "PORT: must be a port from 1 to 65535, not 'nonsense'");
}

BOOST_AUTO_TEST_CASE(whatever_holds_a_secret_may_be_given_as_a_file)
{
    std::size_t found = 0;
    for (const auto& d : settings::table()) {
        if (!d.hidden) continue;
        ++found;
        given g;
        const auto name =
            (d.environment_only ? std::string(d.short_environment) : settings::environment_name(d)) + "_FILE";
        g.files = {{"secret", "sqlite:from-a-file.db\n"}};
        g.environment = {{name, "secret"}};
        BOOST_TEST(g.load().problems.empty(), name);
        BOOST_TEST(g.load().origins.size() == 1u, name);
    }
    BOOST_TEST(found >= 2u);
}

BOOST_AUTO_TEST_CASE(all_problems_of_all_layers_are_told_at_once)
{
    given g;
    g.config = R"({"server": {"treads": 4, "threads": "x"}, "htp": {}, "log": 5})";
    g.environment = {{"WATCHWORD_LOG_LEVEL", "loud"}, {"WATCHWORD_LOG_LEVLE", "info"}};
    g.arguments = {"--threads", "x", "--frob", "--database"};
    BOOST_TEST(g.load().problems.size() == 9u);
    const auto problems = g.load().problems;
    for (const auto* where : {"settings.json, line 1: server.treads", "settings.json, line 1: server.threads",
                              "settings.json, line 1: htp", "settings.json, line 1: log", "WATCHWORD_LOG_LEVEL",
                              "WATCHWORD_LOG_LEVLE", "--threads", "--frob", "--database"})
        BOOST_TEST(std::any_of(problems.begin(), problems.end(), [&](const auto& p) { return p.where == where; }),
                   where);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(flags)

BOOST_AUTO_TEST_CASE(a_flag_without_its_value_or_with_one_it_does_not_take_is_a_problem)
{
    given g;
    for (const auto* name : {"--threads", "--config", "--set", "--listen"}) {
        g.arguments = {name};
        BOOST_TEST(only_problem(g) == std::string(name) + ": needs a value behind it");
        g.arguments = {name, "--access-log"};
        BOOST_TEST(only_problem(g) == std::string(name) + ": needs a value behind it");
    }
    g.arguments = {"--no-limits=false"};
    BOOST_TEST(only_problem(g) == "--no-limits: takes no value");
    g.arguments = {"--set", "server.threads"};
    BOOST_TEST(only_problem(g) == "--set: needs GROUP.NAME=VALUE behind it");
}

BOOST_AUTO_TEST_CASE(what_is_no_list_may_be_given_once)
{
    given g;
    g.arguments = {"--threads=1", "--threads=2"};
    BOOST_TEST(only_problem(g) == "--threads: is given more than once");
    g.arguments = {"--threads=1", "--set=server.threads=2"};
    BOOST_TEST(only_problem(g) == "--set server.threads: is given more than once");
    g.arguments = {"--config=a", "--config=a"};
    g.files = {{"a", "{}"}};
    BOOST_TEST(only_problem(g) == "--config: is given more than once");
}

BOOST_AUTO_TEST_CASE(an_argument_behind_no_flag_is_a_problem_and_a_url_is_not_repeated)
{
    given g;
    g.arguments = {"8080"};
    BOOST_TEST(only_problem(g) == "'8080': stands behind no flag");
    g.arguments = {"postgresql://u:hunter2@h/d"};
    BOOST_TEST(only_problem(g) == "a URL: stands behind no flag");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(config_file)

BOOST_AUTO_TEST_CASE(comments_are_allowed)
{
    given g;
    g.config = "// a\n{ /* b */ \"server\": {\"threads\": 4 // c\n}}\n";
    BOOST_TEST(values_of(g).server.threads == 4u);
}

BOOST_AUTO_TEST_CASE(a_syntax_error_names_its_line)
{
    given g;
    g.config = "{\n  \"server\": {\n    \"threads\": oops\n  }\n}\n";
    BOOST_TEST(only_problem(g).starts_with("settings.json, line 3: is not JSON"), only_problem(g));
    for (const auto* bad : {"{", "{}x", "{\"server\": {}", "\xff", "{\"server\": {\"threads\": 1e999}}"}) {
        g.config = bad;
        CHECK_CONTAINS(only_problem(g), ", line 1: is not JSON");
    }
}

BOOST_AUTO_TEST_CASE(a_key_that_stands_twice_is_refused)
{
    given g;
    g.config = "{\"server\": {\"threads\": 1,\n\"threads\": 2}}";
    CHECK_CONTAINS(only_problem(g), "a name stands twice");
    CHECK_CONTAINS(only_problem(g), "line 2");
    g.config = R"({"server": {}, "server": {}})";
    CHECK_CONTAINS(only_problem(g), "a name stands twice");
}

BOOST_AUTO_TEST_CASE(anything_but_an_object_of_objects_is_refused)
{
    given g;
    for (const auto* bad : {"[]", "5", "null", "\"x\""}) {
        g.config = bad;
        CHECK_CONTAINS(only_problem(g), "must hold an object");
    }
    g.config = R"({"server": []})";
    CHECK_CONTAINS(only_problem(g), "settings.json, line 1: server: must be an object");
    g.config = "{}";
    values_of(g);
}

BOOST_AUTO_TEST_CASE(a_problem_names_its_line)
{
    given g;
    g.config = "// server: {\n{\n  \"log\": {\"level\": \"info\"}, /* two\nlines: */\n  \"server\": {\n    \"listen\": "
               "[\"127.0.0.1:1\",\n      \"[::1]:2\"],\n    \"thr\\u0065ads\": -1\n  },\n  \"htp\": {}}";
    const auto problems = g.load().problems;
    BOOST_REQUIRE(problems.size() == 2u);
    BOOST_TEST(problems[0].where == "settings.json, line 8: server.threads");
    BOOST_TEST(problems[1].where == "settings.json, line 10: htp");
}

BOOST_AUTO_TEST_CASE(each_value_has_an_origin)
{
    given g;
    g.config = "{\"server\": {\n\"threads\": 3, \"drain_timeout\": 5}}";
    g.environment = {{"WATCHWORD_THREADS", "4"}, {"WATCHWORD_LOG_LEVEL", "error"}, {"WATCHWORD_SECRET", "hunter2"}};
    g.arguments = {"--log-level", "info", "--set", "http.json_depth=7", "--no-limits"};
    const auto origins = g.load().origins;
    const std::map<std::string_view, std::string> expected{
        {"server.threads", "WATCHWORD_THREADS"},
        {"server.drain_timeout", "settings.json, line 2: server.drain_timeout"},
        {"log.level", "--log-level"},
        {"http.json_depth", "--set http.json_depth"},
        {"limits.enabled", "--no-limits"},
        {"secret.value", "WATCHWORD_SECRET"}};
    BOOST_TEST((origins == expected));
    g = {};
    g.environment = {{"WATCHWORD_SECRET", "hunter2"}};
    g.arguments = {"--secret-file", "x"};
    BOOST_TEST(!g.load().origins.contains("secret.value")); // the flag is stronger
}

BOOST_AUTO_TEST_CASE(nesting_without_end_is_refused)
{
    given g;
    g.config = R"({"server": {"listen": )" + std::string(100'000, '[');
    CHECK_CONTAINS(only_problem(g), "is not JSON");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_a_problem)
{
    given g;
    g.arguments = {"--config", "missing.json"};
    BOOST_TEST(only_problem(g) == "missing.json: cannot be read: not found");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(the_secret_comes_from_the_environment_only)
{
    given g;
    g.environment = {{"WATCHWORD_SECRET", "hunter2"}};
    BOOST_TEST((values_of(g).secret.value.view() == "hunter2"));

    const std::string expected = "is read from the environment only, as WATCHWORD_SECRET";
    g = {};
    g.arguments = {"--set", "secret.value=hunter2"};
    BOOST_TEST(only_problem(g) == "--set secret.value: " + expected);
    g = {};
    g.config = R"({"secret": {"value": "hunter2"}})";
    BOOST_TEST(only_problem(g) == "settings.json, line 1: secret.value: " + expected);
    g = {};
    g.environment = {{"WATCHWORD_SECRET_VALUE", "hunter2"}};
    BOOST_TEST(!contains(only_problem(g), "hunter2"));
}

BOOST_AUTO_TEST_CASE(an_empty_secret_is_not_taken_for_none)
{
    given g;
    g.environment = {{"WATCHWORD_SECRET", ""}};
    CHECK_CONTAINS(only_problem(g), "WATCHWORD_SECRET: must be a text that is not empty");
}

BOOST_AUTO_TEST_CASE(a_secret_and_a_file_for_it_in_the_environment_contradict_each_other)
{
    given g;
    g.environment = {{"WATCHWORD_SECRET", "hunter2"}, {"WATCHWORD_SECRET_FILE", "file"}};
    BOOST_TEST(only_problem(g) == "WATCHWORD_SECRET: is given with a file for the secret: give one of them");
}

BOOST_AUTO_TEST_CASE(a_flag_for_the_secret_file_wins_over_a_secret_in_the_environment)
{
    given g;
    g.environment = {{"WATCHWORD_SECRET", "hunter2"}};
    g.arguments = {"--secret-file", "file"};
    const auto s = values_of(g);
    BOOST_TEST(s.secret.file == "file");
    BOOST_TEST(s.secret.value.empty());
}

BOOST_AUTO_TEST_CASE(a_value_that_may_hold_a_password_is_never_shown)
{
    const std::string url = "postgresql://u:hunter2@h/d\n";
    given by_environment, by_flag, by_file, by_type, unknown;
    by_environment.environment = {{"WATCHWORD_DATABASE", url}};
    by_flag.arguments = {"--database", url};
    by_file.config = R"({"database": {"url": "postgresql://u:hunter2@h/d\n"}})";
    by_type.config = R"({"database": {"url": ["postgresql://u:hunter2@h/d"]}})";
    unknown.arguments = {"--databse=" + url};
    for (const auto& g : {by_environment, by_flag, by_file, by_type, unknown})
        BOOST_TEST(!contains(only_problem(g), "hunter2"), only_problem(g));
}

BOOST_AUTO_TEST_CASE(the_database_may_be_named_by_a_file_and_its_last_newline_does_not_count)
{
    for (const auto* name : {"WATCHWORD_DATABASE_FILE", "WATCHWORD_DATABASE_URL_FILE"}) {
        given g;
        g.environment = {{name, "/run/secrets/url"}};
        g.files = {{"/run/secrets/url", "postgresql://u:p@h/d\n"}};
        BOOST_TEST(values_of(g).database.url == "postgresql://u:p@h/d");
        g.files.clear();
        CHECK_CONTAINS(only_problem(g), "names a file that cannot be read: not found");
    }
    given g;
    g.environment = {{"WATCHWORD_THREADS_FILE", "/run/threads"}};
    CHECK_CONTAINS(only_problem(g), "is not a setting");
}

BOOST_AUTO_TEST_CASE(two_variables_for_one_setting_contradict_each_other)
{
    given g;
    g.environment = {{"WATCHWORD_LISTEN", "127.0.0.1:1"}, {"WATCHWORD_SERVER_LISTEN", "127.0.0.1:2"}};
    BOOST_TEST(only_problem(g) == "WATCHWORD_SERVER_LISTEN: says the same as WATCHWORD_LISTEN: give one of them");
}

BOOST_AUTO_TEST_SUITE_END()
