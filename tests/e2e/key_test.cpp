// `watchword key`: what it shows and does of the keys that sign tokens, and what servers make of it.
#include "core/text.hpp"
#include "e2e_fixture.hpp"
#include "sessions_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <optional>
#include <set>
#include <sys/stat.h>

namespace {

using namespace watchword::test;

postgres_server& postgres()
{
    static postgres_server instance;
    return instance;
}

// A place for a database, of a server that is started on it.
struct place {
    temporary_directory directory;
    std::string file = directory / "watchword.db";
    std::vector<std::string> where{"--database", "sqlite:" + file};

    finished key(const std::string& step, std::vector<std::string> more = {}) const
    {
        std::vector<std::string> all{watchword_binary(), "key", step};
        all.insert(all.end(), where.begin(), where.end());
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all);
    }
    boost::json::array list() const
    {
        const auto done = key("list", {"--json"});
        BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
        return boost::json::parse(done.output).as_array();
    }
    // "signing verifying ", in the order in which they were made.
    std::string states() const
    {
        std::string all;
        for (const auto& k : list()) all += std::string(k.at("state").as_string().c_str()) + " ";
        return all;
    }
    // Of the one in that state.
    std::string kid_of(const std::string& state) const
    {
        for (const auto& k : list())
            if (k.at("state").as_string() == state) return k.at("kid").as_string().c_str();
        return {};
    }
    void start_once() const { BOOST_TEST(server_process(directory.path(), where).stop() == 0); }
    std::string new_key() const
    {
        start_once();
        return kid_of("signing");
    }
};

std::set<std::string> published(http_client& client)
{
    const auto answer = client.get("/.well-known/jwks.json");
    BOOST_REQUIRE(answer.status == 200);
    std::set<std::string> kids;
    const auto set = boost::json::parse(answer.body);
    for (const auto& k : set.at("keys").as_array()) kids.emplace(k.at("kid").as_string().c_str());
    return kids;
}

using kids = std::set<std::string>;

std::string signed_by(const std::string& token)
{
    const auto header = watchword::core::base64url_decode(std::string_view(token).substr(0, token.find('.')));
    BOOST_REQUIRE(header.has_value());
    return std::string(boost::json::parse(*header).at("kid").as_string().c_str());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(key_command, place)

BOOST_AUTO_TEST_CASE(the_key_of_a_server_is_shown_beside_it_and_published)
{
    const auto absent = key("list");
    BOOST_TEST(absent.exit_code == 1);
    BOOST_TEST(contains(absent.errors, "there is no database"), absent.errors);

    server_process server(directory.path());
    const auto all = list();
    BOOST_REQUIRE(all.size() == 1u);
    const auto& k = all.at(0).as_object();
    BOOST_TEST(k.at("state").as_string() == "signing");
    BOOST_TEST(k.at("algorithm").as_string() == "ES256");
    BOOST_TEST(k.at("signs_from").as_string() == k.at("created").as_string());
    BOOST_TEST(k.at("signs_until").is_null());
    BOOST_TEST(k.at("verifies_until").is_null());
    const std::string made(k.at("created").as_string().c_str());
    BOOST_TEST(made.size() == 20u);
    BOOST_TEST((made.starts_with("20") && made[10] == 'T' && made.ends_with('Z')), made);
    const std::string kid(k.at("kid").as_string().c_str());
    const auto table = key("list");
    BOOST_TEST(contains(table.output, kid + "  ES256      signing    " + made + "  -"), table.output);
    BOOST_TEST(table.output.starts_with("kid "), table.output);
    http_client client(server.address());
    BOOST_TEST((published(client) == kids{kid}));
    BOOST_TEST(comes_true([&] { return contains(server.log(), kid); }), server.log());
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(the_next_key_waits_or_signs_now)
{
    const auto first = new_key();
    const auto rotated = key("rotate");
    BOOST_TEST(rotated.exit_code == 0, rotated.errors);
    BOOST_TEST(rotated.errors == "");
    const auto next = kid_of("waiting");
    BOOST_TEST(contains(rotated.output, next + " is published, and signs from 20"), rotated.output);
    BOOST_TEST(states() == "signing waiting ");
    const auto again = key("rotate");
    BOOST_TEST(again.exit_code == 1);
    BOOST_TEST(contains(again.errors, "published already"), again.errors);
    {
        server_process server(directory.path());
        http_client client(server.address());
        BOOST_TEST((published(client) == kids{first, next}));
        const auto now = key("rotate", {"--now"});
        BOOST_TEST(now.exit_code == 0, now.errors);
        BOOST_TEST(now.output == next + " signs from now on\n");
        BOOST_TEST((published(client) == kids{first, next}));
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(states() == "verifying signing ");
    BOOST_TEST(key("rotate", {"--now"}).exit_code == 0); // and a new one
    BOOST_TEST(states() == "verifying verifying signing ");
}

BOOST_AUTO_TEST_CASE(a_retired_key_is_gone_at_once_and_another_signs)
{
    const auto first = new_key();
    const auto done = key("retire", {first});
    BOOST_TEST(done.exit_code == 0, done.errors);
    const auto second = kid_of("signing");
    BOOST_TEST(done.output == first + " is retired; " + second + " signs\n");
    BOOST_TEST(states() == "retired signing ");
    for (const auto& kid : {first, std::string("other")}) {
        const auto refused = key("retire", {kid});
        BOOST_TEST(refused.exit_code == 1);
        BOOST_TEST(contains(refused.errors, "there is no such key that verifies"), refused.errors);
    }
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST((published(client) == kids{second}));
}

BOOST_AUTO_TEST_CASE(a_private_key_leaves_only_when_asked_for_and_into_a_file_of_its_owner)
{
    const auto kid = new_key();
    server_process beside(directory.path());
    const auto open = key("export", {kid});
    BOOST_TEST(open.exit_code == 0, open.errors);
    auto jwk = boost::json::parse(open.output).as_object();
    BOOST_TEST(jwk.at("kid").as_string() == kid);
    BOOST_TEST(!jwk.contains("d"));

    const auto out = directory / "key.jwk";
    const auto written = key("export", {"--private", out, kid});
    BOOST_TEST(written.exit_code == 0, written.errors);
    BOOST_TEST(written.output == "");
    struct stat status {};
    BOOST_REQUIRE(::stat(out.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777u) == 0600u);
    BOOST_TEST(boost::json::parse(read_file(out)).as_object().contains("d"));
    const auto before = read_file(out);
    const auto again = key("export", {"--private", out, kid});
    BOOST_TEST(again.exit_code == 1);
    BOOST_TEST(contains(again.errors, "is there already"), again.errors);
    BOOST_TEST(read_file(out) == before);
    BOOST_TEST(key("export", {"--force", "--private", out, kid}).exit_code == 0);
    BOOST_TEST(key("export", {"--private", "-", kid}).output == before);
    BOOST_TEST(key("export", {"other"}).exit_code == 1);
    BOOST_TEST(contains(key("export", {"other"}).errors, "there is no key other"));
    BOOST_TEST(beside.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_key_is_brought_in_and_signs)
{
    const auto kid = new_key();
    const auto jwk = key("export", {"--private", "-", kid}).output;
    const place other;
    const auto jwk_file = directory / "key.jwk";
    write_file(jwk_file, jwk);
    const auto imported = other.key("import", {jwk_file}); // before its first start
    BOOST_TEST(imported.exit_code == 0, imported.errors);
    BOOST_TEST(imported.output == kid + " signs from now on\n");
    {
        server_process server(other.directory.path());
        http_client client(server.address());
        BOOST_TEST((published(client) == kids{kid}));
        BOOST_TEST(server.stop() == 0);
    }
    const auto twice = other.key("import", {jwk_file});
    BOOST_TEST(twice.exit_code == 1);
    BOOST_TEST(contains(twice.errors, "there is a key of that name already"), twice.errors);

    auto named = boost::json::parse(jwk).as_object();
    named["kid"] = "-named";
    write_file(jwk_file, boost::json::serialize(named));
    const auto next = run_program(
        {"sh", "-c", watchword_binary() + " key import --database sqlite:" + other.file + " - < " + jwk_file});
    BOOST_TEST(next.exit_code == 0, next.errors);
    BOOST_TEST(contains(next.output, "-named is published, and signs from "), next.output);
    BOOST_TEST(other.key("retire", {"--", "-named"}).exit_code == 0);

    for (const auto& [text, why] : {std::pair(std::string("{}"), "no private JWK that can be used"),
                                    std::pair(key("export", {kid}).output, "no private JWK that can be used"),
                                    std::pair(std::string(20'000, ' '), "too large")}) {
        write_file(jwk_file, text);
        const auto refused = other.key("import", {jwk_file});
        BOOST_TEST(refused.exit_code == 1);
        BOOST_TEST(contains(refused.errors, why), refused.errors);
    }
    BOOST_TEST(contains(other.key("import", {directory / "absent"}).errors, "cannot read"));
    write_file(jwk_file, jwk);
    const place third;
    const auto wrong = third.key("import", {"--set", "tokens.algorithm=eddsa", jwk_file});
    BOOST_TEST(contains(wrong.errors, "tokens.algorithm"), wrong.errors);
}

BOOST_AUTO_TEST_CASE(another_secret_opens_nothing_and_there_is_a_way_out)
{
    const auto kid = new_key();
    write_file(directory / "other", std::string(40, 'o'));
    where.insert(where.end(), {"--secret-file", directory / "other"});
    const auto refused = run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database", where[1],
                                      "--secret-file", directory / "other"});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "was sealed with another secret"), refused.errors);
    BOOST_TEST(contains(refused.errors, kid), refused.errors);
    BOOST_TEST(contains(refused.errors, "watchword key retire --all"), refused.errors);
    BOOST_TEST(contains(refused.errors, "the secret that was tried is " + (directory / "other")), refused.errors);
    for (const auto& step : {key("rotate"), key("export", {kid})}) {
        BOOST_TEST(step.exit_code == 1);
        BOOST_TEST(contains(step.errors, "another secret"), step.errors);
    }
    BOOST_TEST(states() == "signing ");
    const auto done = key("retire", {"--all"});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(done.output == "all keys are retired; " + kid_of("signing") + " signs\n");
    BOOST_TEST(states() == "retired signing ");
    start_once();
}

BOOST_AUTO_TEST_CASE(the_tutorials_tokens_may_be_signed_with_the_published_keys)
{
    std::string token;
    for (const bool first : {true, false}) {
        server_process server(directory.path(), {"--set", "tokens.tutorial_algorithm=as_v1"});
        http_client client(server.address());
        if (first) {
            BOOST_REQUIRE(client.form_post("/signup", registration("ann@x.test")).status == 201);
            token = token_of(client.form_post("/login", credentials("ann@x.test")));
        }
        const auto kid = signed_by(token);
        BOOST_TEST((published(client) == kids{kid}));
        BOOST_TEST(client.get("/user", token).status == 200);
        BOOST_TEST(server.stop() == 0);
    }
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(client.get("/user", token).status == 401);
}

BOOST_AUTO_TEST_CASE(a_database_that_was_brought_here_without_its_secret_gets_new_keys)
{
    const auto kid = new_key();
    std::filesystem::remove(file + ".secret");
    {
        server_process server(directory.path(), where);
        http_client client(server.address());
        BOOST_TEST((published(client) == kids{kid_of("signing")}));
        BOOST_TEST(comes_true([&] { return contains(server.log(), "are given up"); }), server.log());
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(kid_of("signing") != kid);
    BOOST_TEST(states() == "retired signing ");
    start_once();
}

BOOST_AUTO_TEST_CASE(the_list_shows_which_keys_the_secret_does_not_open_and_one_alone_can_be_given_up)
{
    const auto kid = new_key();
    BOOST_TEST(list().at(0).at("opens").as_bool());
    BOOST_TEST(!contains(key("list").output, "another secret"));
    write_file(directory / "other", std::string(40, 'o'));
    const std::vector<std::string> other{"--secret-file", directory / "other"};
    const auto shown = key("list", other);
    BOOST_TEST(shown.exit_code == 0, shown.errors);
    BOOST_TEST(contains(shown.output, "(sealed with another secret)"), shown.output);
    const auto told = boost::json::parse(key("list", {"--json", other[0], other[1]}).output);
    BOOST_TEST(!told.at(0).at("opens").as_bool());
    BOOST_TEST(key("list", {"--secret-file", directory / "absent"}).exit_code == 1);
    std::filesystem::rename(file + ".secret", directory / "moved");
    BOOST_TEST(list().at(0).at("opens").is_null()); // nobody can tell, and nothing is made for it
    BOOST_TEST(!std::filesystem::exists(file + ".secret"));

    BOOST_TEST(key("retire", {kid, other[0], other[1]}).exit_code == 0);
    BOOST_TEST(server_process(directory.path(), other).stop() == 0);
    BOOST_TEST(states() == "retired signing ");
    BOOST_TEST(boost::json::parse(key("list", {"--json", other[0], other[1]}).output).at(0).at("opens").is_null());
}

BOOST_AUTO_TEST_CASE(servers_on_postgresql_follow_at_once)
{
    write_file(directory / "secret", std::string(40, 's'));
    where = {"--database", postgres().create_database(), "--secret-file", directory / "secret"};
    server_process one(directory.path(), where), two(directory.path(), where);
    http_client first(one.address()), second(two.address());
    const auto kid = kid_of("signing");
    BOOST_TEST((published(first) == kids{kid}));
    BOOST_TEST((published(second) == kids{kid}));
    BOOST_TEST(key("rotate").exit_code == 0);
    const auto next = kid_of("waiting");
    BOOST_TEST(comes_true([&] { return published(first) == kids{kid, next} && published(second) == kids{kid, next}; }));
    BOOST_TEST(key("retire", {kid}).exit_code == 0);
    BOOST_TEST(comes_true([&] { return published(first) == kids{next} && published(second) == kids{next}; }));
    BOOST_TEST(kid_of("signing") == next);
    BOOST_TEST(one.stop() == 0);
    BOOST_TEST(two.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_on_sqlite_goes_by_what_was_changed_when_the_command_ends)
{
    server_process server(directory.path(), {"--threads", "2", "--set", "passwords.memory_kib=8"});
    http_client client(server.address());
    BOOST_REQUIRE(client.form_post("/signup", registration("ann@x.test")).status == 201);
    auto old = sign_in(client, "ann@x.test");
    for (int round = 0; round < 5; ++round) {
        const auto first = kid_of("signing");
        BOOST_TEST(signed_by(old.access) == first);
        BOOST_TEST(check(client, old.access) == 200);
        const auto rotated = key("rotate", {"--now"});
        BOOST_REQUIRE_MESSAGE(rotated.exit_code == 0, rotated.errors);
        const auto next = kid_of("signing");
        BOOST_TEST(next != first);
        const auto young = sign_in(client, "ann@x.test");
        BOOST_TEST(signed_by(young.access) == next);
        BOOST_TEST((published(client) == kids{first, next}));
        BOOST_TEST(check(client, young.access) == 200);
        BOOST_TEST(check(client, old.access) == 200);
        const auto retired = key("retire", {first});
        BOOST_REQUIRE_MESSAGE(retired.exit_code == 0, retired.errors);
        BOOST_TEST(check(client, old.access) == 401);
        BOOST_TEST(check(client, young.access) == 200);
        BOOST_TEST((published(client) == kids{next}));
        old = young;
    }
    BOOST_TEST(key("retire", {"--all"}).exit_code == 0);
    BOOST_TEST(check(client, old.access) == 401);
    const place other;
    const auto foreign = other.new_key();
    write_file(directory / "key.jwk", other.key("export", {"--private", "-", foreign}).output);
    const auto imported = key("import", {"--now", directory / "key.jwk"});
    BOOST_TEST(imported.output == foreign + " signs from now on\n", imported.errors);
    BOOST_TEST(signed_by(sign_in(client, "ann@x.test").access) == foreign);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(file, "SELECT DISTINCT actor_kind, action FROM watchword_audit ORDER BY action") ==
               "shell|signing_key.imported\nshell|signing_key.retired\nshell|signing_key.rotated\n");
}

// What it sealed no server could open.
BOOST_AUTO_TEST_CASE(with_another_secret_no_key_is_given_up_under_a_running_server)
{
    server_process server(directory.path());
    const auto kid = kid_of("signing");
    write_file(directory / "other", std::string(40, 'o'));
    for (const std::vector<std::string>& which : {std::vector<std::string>{"--all"}, {kid}}) {
        auto flags = which;
        flags.insert(flags.end(), {"--secret-file", directory / "other"});
        const auto refused = key("retire", flags);
        BOOST_TEST(refused.exit_code == 1);
        BOOST_TEST(contains(refused.errors, "in use by another running Watchword"), refused.errors);
    }
    BOOST_TEST(kid_of("signing") == kid);
    BOOST_TEST(states() == "signing ");
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(settings_say_how_keys_are_made)
{
    {
        server_process server(directory.path(),
                              {"--set", "tokens.algorithm=eddsa", "--set", "tokens.publish_ahead=10m"});
        http_client client(server.address());
        const auto answer = client.get("/.well-known/jwks.json");
        BOOST_TEST(contains(answer.body, "\"alg\":\"EdDSA\""), answer.body);
        BOOST_TEST(answer.header("Cache-Control") == "public, max-age=300");
        BOOST_TEST(
            client.exchange("GET", "/.well-known/jwks.json", {{"If-None-Match", answer.header("ETag")}}).status == 304);
        BOOST_TEST(server.stop() == 0);
    }
    server_process server(directory.path()); // its next key is of the default again
    BOOST_TEST(states() == "signing waiting ");
    BOOST_TEST(server.stop() == 0);
    const auto refused =
        run_program({watchword_binary(), "serve", "--database", where[1], "--set", "tokens.rotation=1d"});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "tokens.rotation must be longer than tokens.publish_ahead"), refused.errors);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                  {"rotat"},
                                                  {"--json"},
                                                  {"list", "x"},
                                                  {"list", "--now"},
                                                  {"rotate", "--later"},
                                                  {"retire"},
                                                  {"retire", "--all", "kid"},
                                                  {"import"},
                                                  {"export"},
                                                  {"export", "--private", "kid"}}) {
        std::vector<std::string> all{watchword_binary(), "key"};
        all.insert(all.end(), wrong.begin(), wrong.end());
        const auto done = run_program(all);
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(!done.errors.empty());
        BOOST_TEST(done.output == "");
    }
    BOOST_TEST(contains(run_program({watchword_binary(), "key", "rotat"}).errors, "did you mean rotate?"));
    const auto help = run_program({watchword_binary(), "key", "retire", "--help"});
    BOOST_TEST(help.exit_code == 0);
    for (const auto* word : {"list", "rotate", "retire", "import", "export", "--private FILE", "--all", "--database"})
        BOOST_TEST(contains(help.output, word), word);
    BOOST_TEST(contains(run_program({watchword_binary(), "--help"}).output, "\n  key "));
}

BOOST_AUTO_TEST_SUITE_END()
