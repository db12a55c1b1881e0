// watchword audit, beside a server and without one.
#include "command_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

struct audited : command_fixture {
    audited() : command_fixture(3)
    {
        for (const char* role : {"clerk", "keeper", "guest"})
            BOOST_TEST(step("role", "set", {role, "users.read"}).exit_code == 0);
    }
    finished step(const std::string& name, const std::string& word, const std::vector<std::string>& more) const
    {
        std::vector<std::string> all{watchword_binary(), name, word, "--database", "sqlite:" + file};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all);
    }
    finished verify(const std::vector<std::string>& more = {}) const
    {
        std::vector<std::string> words{"--quiet"};
        words.insert(words.end(), more.begin(), more.end());
        return step("audit", "verify", words);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(audit_command)

BOOST_FIXTURE_TEST_CASE(the_log_is_shown_and_exported, audited)
{
    const auto shown = step("audit", "tail", {"-n", "2"});
    BOOST_TEST(shown.exit_code == 0);
    BOOST_TEST(std::count(shown.output.begin(), shown.output.end(), '\n') == 2);
    BOOST_TEST(!contains(shown.output, "clerk"), shown.output);
    BOOST_TEST(shown.output.find("keeper") < shown.output.find("guest"));

    const auto exported = directory / "audit.jsonl";
    BOOST_TEST(step("audit", "export", {exported}).exit_code == 0);
    const auto text = read_file(exported);
    const auto first = boost::json::parse(text.substr(0, text.find('\n')));
    BOOST_TEST(first.at("id").as_int64() == 1);
    BOOST_TEST(first.at("action").as_string() == "role.changed");
    BOOST_TEST(first.at("actor").at("kind").as_string() == "shell");
    BOOST_TEST(first.at("chain").as_string().size() == 64u);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 3);
    BOOST_TEST(step("audit", "export", {exported}).exit_code == 1); // it is there
    const auto rest = step("audit", "export", {"--quiet", "--after", "2", "-"});
    BOOST_TEST(std::count(rest.output.begin(), rest.output.end(), '\n') == 1, rest.output);
    BOOST_TEST(step("audit", "tail", {"-n", "many"}).exit_code == 2);
    BOOST_TEST(step("audit", "export", {"--after", "-1", "-"}).exit_code == 2);
    BOOST_TEST(step("audit", "burn", {}).exit_code == 2);
}

BOOST_FIXTURE_TEST_CASE(a_server_signs_it_and_whoever_changes_it_is_told, audited)
{
    {
        server_process server(directory.path()); // which signs what it finds
        BOOST_TEST(
            comes_true([&] { return query_sqlite(file, "SELECT event FROM watchword_audit_checkpoint") == "3\n"; }));
        const auto beside = verify();
        BOOST_TEST(beside.exit_code == 0, beside.errors);
        BOOST_TEST(contains(beside.output, "3 events in the chain, up to event 3; 1 checkpoints, the last at event 3"),
                   beside.output);
        BOOST_TEST(contains(beside.output, "nothing was changed"), beside.output);
    }
    const auto json = boost::json::parse(verify({"--json"}).output);
    BOOST_TEST(json.at("checkpoints").as_int64() == 1);
    BOOST_TEST(json.at("key").at("crv").as_string() == "Ed25519");

    // Nobody else has signed it.
    write_file(directory / "other.secret", "a secret of somebody else, which is long enough");
    std::filesystem::permissions(directory / "other.secret", std::filesystem::perms::owner_read);
    BOOST_TEST(verify({"--secret-file", directory / "other.secret"}).exit_code == 1);

    query_sqlite(file, "DROP TRIGGER watchword_audit_unchanged");
    query_sqlite(file, "UPDATE watchword_audit SET subject = 'nobody' WHERE id = 2");
    const auto changed = verify();
    BOOST_TEST(changed.exit_code == 1);
    BOOST_TEST(contains(changed.errors, "event 2 was changed"), changed.errors);
    BOOST_TEST(!contains(changed.output, "nothing was changed"));
    query_sqlite(file, "UPDATE watchword_audit SET subject = 'keeper' WHERE id = 2");
    BOOST_TEST(verify().exit_code == 0);
    query_sqlite(file, "DROP TRIGGER watchword_audit_kept");
    query_sqlite(file, "DELETE FROM watchword_audit WHERE id = 3");
    const auto removed = verify();
    BOOST_TEST(removed.exit_code == 1);
    BOOST_TEST(contains(removed.errors, "the checkpoint at event 3 has no such event"), removed.errors);
}

BOOST_FIXTURE_TEST_CASE(new_events_are_followed, audited)
{
    process follower({watchword_binary(), "audit", "tail", "--database", "sqlite:" + file, "-n", "1", "--follow"});
    BOOST_TEST(comes_true([&] { return contains(follower.output(), "  role.changed  guest"); })); // it has begun
    BOOST_TEST(step("role", "set", {"late", "users.read"}).exit_code == 0);
    BOOST_TEST(comes_true([&] { return contains(follower.output(), "  role.changed  late"); }));
    BOOST_TEST(!contains(follower.output(), "clerk"));
    follower.signal(SIGINT);
    BOOST_TEST(follower.wait() == 128 + SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()
