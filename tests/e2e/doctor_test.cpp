// What `watchword doctor` finds, and that it leaves everything as it was.
#include "command_fixture.hpp"
#include "core/json.hpp"
#include "support/certificates.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace {

using namespace watchword::test;

struct checked {
    finished run;
    boost::json::object report;

    // The worst state of the findings of that name; empty: there are none.
    std::string state(const std::string& name) const
    {
        std::string worst;
        for (const auto& each : report.at("checks").as_array()) {
            if (each.at("name").as_string() != name) continue;
            const std::string found(each.at("state").as_string().c_str());
            if (worst.empty() || worst == "ok" || found == "error") worst = found;
        }
        return worst;
    }
};

struct fixture {
    temporary_directory directory;
    std::string file = directory / "watchword.db", secret = file + ".secret";

    checked look(const std::vector<std::string>& flags = {}) const
    {
        std::vector<std::string> all{watchword_binary(), "doctor", "--json"};
        if (std::find(flags.begin(), flags.end(), "--database") == flags.end())
            all.insert(all.end(), {"--database", "sqlite:" + file});
        if (std::find(flags.begin(), flags.end(), "--listen") == flags.end())
            all.insert(all.end(), {"--listen", "127.0.0.1:0"});
        all.insert(all.end(), flags.begin(), flags.end());
        checked c{run_program(all), {}};
        const auto parsed = watchword::core::parse_json(c.run.output);
        BOOST_TEST_REQUIRE(parsed.has_value(), c.run.output + c.run.errors);
        c.report = parsed->as_object();
        BOOST_TEST(c.run.exit_code == (c.report.at("errors").to_number<int>() == 0 ? 0 : 1), c.run.output);
        BOOST_TEST(c.run.errors == "");
        return c;
    }

    // A database with an administrator, that no server has open.
    void make_database() const
    {
        write_file(directory / "password", password + "\n");
        std::filesystem::permissions(directory / "password", std::filesystem::perms(0600));
        server_process server(directory.path(), {"--set", "admin.email=admin@b.test", "--set",
                                                 "admin.password_file=" + (directory / "password")});
        BOOST_TEST(server.stop() == 0);
    }

    std::string names() const
    {
        std::set<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            all.insert(entry.path().filename().string());
        std::string text;
        for (const auto& each : all) text += each + " ";
        return text;
    }
};

// What is wrong but for what only this machine can help.
std::string complaints(const checked& c)
{
    std::string text;
    for (const auto& each : c.report.at("checks").as_array()) {
        const std::string name(each.at("name").as_string().c_str());
        const bool is_machines =
            name.starts_with("limits.") || name.starts_with("disk.") || name == "clock.synchronised";
        if (each.at("state").as_string() != "ok" && !is_machines)
            text += name + ": " + each.at("found").as_string().c_str() + "\n";
    }
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(doctor, fixture)

BOOST_AUTO_TEST_CASE(before_the_first_start_all_is_well_and_nothing_is_made)
{
    const auto c = look();
    BOOST_TEST(c.run.exit_code == 0, c.run.output);
    BOOST_TEST(complaints(c) == "");
    BOOST_TEST(contains(c.run.output, "will be created"));
    BOOST_TEST(names() == "");
}

BOOST_AUTO_TEST_CASE(a_healthy_installation_stays_as_it_is)
{
    make_database();
    const auto before = names();
    const auto content = read_file(file);
    const auto c = look();
    BOOST_TEST(c.run.exit_code == 0, c.run.output);
    BOOST_TEST(complaints(c) == "");
    BOOST_TEST(c.state("database.schema") == "ok");
    BOOST_TEST(contains(c.run.output, "it opens 1 of 1 keys"));
    BOOST_TEST(names() == before);
    BOOST_TEST((read_file(file) == content));
}

BOOST_AUTO_TEST_CASE(lines_are_for_people)
{
    make_database();
    std::filesystem::permissions(secret, std::filesystem::perms(0644));
    const auto told =
        run_program({watchword_binary(), "doctor", "--database", "sqlite:" + file, "--listen", "127.0.0.1:0"});
    BOOST_TEST(told.exit_code == 1);
    BOOST_TEST(contains(told.output, "error    permissions.secret"), told.output);
    BOOST_TEST(contains(told.output, "chmod 600 " + secret), told.output);
    BOOST_TEST(contains(told.output, "\n1 error, "), told.output);
    BOOST_TEST(!contains(told.output + told.errors, read_file(secret).substr(0, 20)));
}

BOOST_AUTO_TEST_CASE(beside_a_running_server_its_address_is_its_own)
{
    make_database();
    server_process server(directory.path());
    const auto c = look({"--listen", server.address()});
    BOOST_TEST(c.run.exit_code == 0, c.run.output);
    BOOST_TEST(complaints(c) == "");
    BOOST_TEST(contains(c.run.output, server.address() + " is in use by a running server"), c.run.output);
    BOOST_TEST(http_client(server.address()).form_post("/signup", registration("a@b.test")).status == 201);

    const temporary_directory elsewhere;
    const auto other = look({"--listen", server.address(), "--database", "sqlite:" + (elsewhere / "other.db")});
    BOOST_TEST(other.state("addresses") == "warning");
    BOOST_TEST(contains(other.run.output, "a Watchword server with another database"), other.run.output);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_secret_of_another_database_is_found_out)
{
    make_database();
    write_file(secret, "another secret of at least thirty-two bytes\n");
    const auto c = look();
    BOOST_TEST(c.state("keys.secret") == "error");
    BOOST_TEST(c.state("permissions.secret") == "ok");
    BOOST_TEST(!contains(c.run.output, "another secret"));
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_told)
{
    const auto python = "import socket, sys, time\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\n"
                        "print('at %d.' % s.getsockname()[1], file=sys.stderr, flush=True)\ntime.sleep(60)\n";
    const process other({"python3", "-c", python});
    const auto line = other.await_error_line("at ");
    BOOST_TEST_REQUIRE(line.has_value());
    const auto c = look({"--listen", "127.0.0.1:" + std::to_string(std::stoi(line->substr(3)))});
    BOOST_TEST(c.state("addresses") == "warning", c.run.output);
    BOOST_TEST(contains(c.run.output, "another process listens there"));
}

BOOST_AUTO_TEST_CASE(certificates_are_read_as_the_server_reads_them)
{
    const certificate_authority root(directory, "root");
    const auto judge = [&](const certificate_files& files, const std::string& name) {
        std::filesystem::permissions(files.key, std::filesystem::perms(0600));
        return look({"--listen", "https://127.0.0.1:0", "--set", "tls.certificate_file=" + files.certificate, "--set",
                     "tls.key_file=" + files.key})
            .state(name);
    };
    using std::chrono::hours;
    certificate_request wanted;
    const auto good = root.issue("good", wanted);
    BOOST_TEST(judge(good, "certificates.validity") == "ok");
    BOOST_TEST(judge(good, "certificates.chain") == "ok");
    wanted.ends = hours(13 * 24);
    BOOST_TEST(judge(root.issue("soon", wanted), "certificates.validity") == "warning");
    wanted.ends = hours(-1);
    BOOST_TEST(judge(root.issue("expired", wanted), "certificates.validity") == "error");
    wanted.starts = hours(1);
    wanted.ends = hours(30 * 24);
    BOOST_TEST(judge(root.issue("early", wanted), "certificates.validity") == "error");
    const auto other = root.issue("other");
    BOOST_TEST(judge({good.certificate, other.key}, "certificates.files") == "error");
    // Its issuer is not the one that stands behind it.
    write_file(directory / "wrong.pem", read_file(good.certificate) + read_file(other.certificate));
    BOOST_TEST(judge({directory / "wrong.pem", good.key}, "certificates.chain") == "error");
    const auto chained = root.intermediate("middle").issue("chained");
    BOOST_TEST(judge(chained, "certificates.chain") == "ok");
}

BOOST_AUTO_TEST_CASE(a_database_of_a_newer_program_is_told)
{
    make_database();
    query_sqlite(file, "INSERT INTO watchword_migration (version, name, checksum) VALUES (99, 'later', 'x')");
    const auto c = look();
    BOOST_TEST(c.state("database.schema") == "error", c.run.output);
}

BOOST_AUTO_TEST_CASE(a_database_that_is_none_is_told)
{
    write_file(file, std::string(4096, 'x'));
    BOOST_TEST(look().state("database.open") == "error");
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_told)
{
    const auto c = look({"--database", "sqlite:" + (directory / "nowhere/watchword.db")});
    BOOST_TEST(c.state("permissions.database_directory") == "error", c.run.output);
    BOOST_TEST(c.state("disk.space") == "error");
    BOOST_TEST(names() == "");
}

BOOST_AUTO_TEST_CASE(an_administrator_is_missed)
{
    server_process(directory.path()).stop();
    const auto c = look();
    BOOST_TEST(c.run.exit_code == 0);
    BOOST_TEST(complaints(c) == "administrator: there is none yet\n");
}

BOOST_AUTO_TEST_CASE(a_server_of_postgresql_that_is_not_there_is_told_without_the_password)
{
    write_file(secret, "a secret of at least thirty-two bytes\n");
    std::filesystem::permissions(secret, std::filesystem::perms(0600));
    for (const std::string url : {"postgresql://ada:Tr0ub4dor@127.0.0.1:1/watchword",
                                  "host=127.0.0.1 port=1 user=ada password=Tr0ub4dor dbname=watchword",
                                  "postgresql://ada:Tr0ub4dor@@127.0.0.1:port/watchword"}) {
        const auto c = look({"--secret-file", secret, "--database", url});
        BOOST_TEST(c.state("database.open") == "error", c.run.output);
        BOOST_TEST(c.state("keys.secret") == "ok");
        BOOST_TEST(!contains(c.run.output, "Tr0ub4dor"), c.run.output);
    }
}

BOOST_AUTO_TEST_CASE(a_server_of_postgresql_needs_connections_for_everybody)
{
    postgres_options few;
    few.settings = {"max_connections=7", "superuser_reserved_connections=2"};
    postgres_server postgres(few);
    const auto url = postgres.create_database();
    write_file(secret, "a secret of at least thirty-two bytes\n");
    std::filesystem::permissions(secret, std::filesystem::perms(0600));
    const std::vector<std::string> flags{"--secret-file", secret, "--database", url};
    const auto fresh = look(flags);
    BOOST_TEST(complaints(fresh) == "");
    BOOST_TEST(contains(fresh.run.output, "the database is empty"), fresh.run.output);
    BOOST_TEST(postgres.query(url, "SELECT count(*) FROM pg_class WHERE relname LIKE 'watchword%'") == "0\n");

    server_process(directory.path(), flags).stop();
    const auto used = look(flags);
    BOOST_TEST(used.state("database.schema") == "ok");
    BOOST_TEST(used.state("keys.secret") == "ok");
    BOOST_TEST(used.state("administrator") == "warning");
    auto more = flags;
    more.insert(more.end(), {"--set", "database.readers=3"}); // 5 with the writer and the listener, and this question
    BOOST_TEST(look(more).state("database.connections") == "warning");
    more.back() = "database.readers=4";
    BOOST_TEST(look(more).state("database.connections") == "error");
}

BOOST_AUTO_TEST_CASE(an_older_schema_is_brought_up_to_date_by_the_next_start)
{
    make_database();
    query_sqlite(file, "DELETE FROM watchword_migration WHERE version > 5");
    const auto c = look();
    BOOST_TEST(c.state("database.schema") == "warning", c.run.output);
    BOOST_TEST(contains(c.run.output, "version 5 of "), c.run.output);
    BOOST_TEST(contains(c.run.output, "watchword backup"), c.run.output);
}

BOOST_AUTO_TEST_CASE(files_that_the_settings_name_are_read)
{
    write_file(directory / "clients.json", "[");
    write_file(directory / "filter", "no filter");
    const auto c = look({"--set", "clients.file=" + (directory / "clients.json"), "--set",
                         "passwords.breached_filter=" + (directory / "filter")});
    BOOST_TEST(c.state("files.clients") == "error", c.run.output);
    BOOST_TEST(c.state("files.breached_filter") == "error");
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_be_read_are_all_listed)
{
    const auto told = run_program({watchword_binary(), "doctor", "--threads", "many", "--set", "no.such=1"});
    BOOST_TEST(told.exit_code == 2);
    BOOST_TEST(contains(told.errors, "--threads"), told.errors);
    BOOST_TEST(contains(told.errors, "no.such"), told.errors);
    BOOST_TEST(told.output == "");
}

BOOST_AUTO_TEST_SUITE_END()
