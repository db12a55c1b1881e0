// watchword user import and export: whoever moves here keeps his password.
#include "command_fixture.hpp"
#include "core/descriptor.hpp"
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>

namespace {

using namespace watchword::test;

// Of all the hashes in this file, but for those of the flask preset, which are the shared database's. They were made
// with Python's hashlib, crypt and OpenSSL.
const std::string secret = "correct horse – 9";
const std::string bcrypt = "$2b$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS";
const std::string django = "pbkdf2_sha256$1000$seasalt$2+FEN5iXAZkCAKQ2n0sl5679ktStU0ejaGn3QObFWc4=";

struct place {
    temporary_directory directory;
    std::string url = "sqlite:" + (directory / "watchword.db");

    std::string make(const std::string& name, const std::string& text) const
    {
        write_file(directory / name, text);
        return directory / name;
    }

    finished run(const std::string& step, std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), {watchword_binary(), "user", step, "--database", url});
        return run_program(arguments);
    }
    finished import(std::vector<std::string> arguments) const { return run("import", std::move(arguments)); }

    // Logs all of them in, twice: the second time with the renewed hash.
    void log_in(const std::vector<std::string>& addresses, const std::string& with = secret) const
    {
        server_process server(directory.path(), {"--database", url});
        http_client client(server.address());
        for (const auto& email : addresses) {
            BOOST_TEST(client.form_post("/login", credentials(email, with + "x")).status == 403, email);
            token_of(client.form_post("/login", credentials(email, with)));
            token_of(client.form_post("/login", credentials(email, with)));
        }
        BOOST_TEST(server.stop() == 0);
    }

    std::string query(const std::string& statement) const
    {
        return query_sqlite(directory / "watchword.db", statement);
    }
};

postgres_server& postgres()
{
    static postgres_server instance;
    return instance;
}

std::string numbered_csv(int users)
{
    std::string text = "email,password_hash\n";
    for (int i = 0; i < users; ++i) text += "u" + std::to_string(i) + "@b.test," + bcrypt + "\n";
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_import)

BOOST_FIXTURE_TEST_CASE(users_of_a_csv_log_in_and_their_hashes_are_renewed, place)
{
    const auto file = make("users.csv", "email,name,public_id,password_hash,role\r\n"
                                        "Ann@b.test,\"Ann, the \"\"first\"\"\nof us\",ann-1," +
                                            bcrypt + ",admin\r\nbob@b.test,,," + django + ",\r\n");
    const auto done = import({file});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "imported 2 users"), done.output);
    BOOST_TEST(contains(done.output, "stayed behind (in so many records): role (1)\n"), done.output);
    BOOST_TEST(query("SELECT public_id, name, email FROM user WHERE id = 1") ==
               "ann-1|Ann, the \"first\"\nof us|Ann@b.test\n");
    BOOST_TEST(query("SELECT name IS NULL, length(public_id) FROM user WHERE id = 2") == "1|36\n");
    log_in({"Ann@b.test", "bob@b.test"});
    BOOST_TEST(query("SELECT count(*) FROM user WHERE password LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'") == "2\n");
}

BOOST_FIXTURE_TEST_CASE(a_flask_dump_is_imported, place)
{
    const auto document = boost::json::parse(read_file(shared_path("flask-db/users.json")));
    std::string lines, email, password;
    for (const auto& u : document.at("users").as_array()) {
        if (!u.at("hash").is_string() || !u.at("email").is_string() || !u.at("password").is_string()) continue;
        if (!u.at("hash").as_string().starts_with("scrypt:32768:8:1")) continue;
        const boost::json::object row{{"id", u.at("id")},
                                      {"email", u.at("email")},
                                      {"name", "N"},
                                      {"public_id", nullptr},
                                      {"password", u.at("hash")}};
        lines += boost::json::serialize(row) + "\n";
        email = u.at("email").as_string().c_str();
        password = u.at("password").as_string().c_str();
    }
    const auto done = import({"--preset", "flask", make("dump.jsonl", lines)});
    BOOST_TEST(done.exit_code == 0, done.errors);
    log_in({email}, password);
}

BOOST_FIXTURE_TEST_CASE(django_users_log_in_and_disabled_ones_are_refused, place)
{
    const auto csv = make("auth_user.csv",
                          "id,password,last_login,is_superuser,username,first_name,last_name,email,is_staff,is_active\n"
                          "1," +
                              django +
                              ",,1,ann,Ann,Lee,ann@b.test,0,1\n"
                              "2," +
                              django +
                              ",,0,off,,,off@b.test,0,0\n"
                              "3,!unusable,,0,none,,,none@b.test,f,t\n");
    const auto done = import({"--preset", "django", csv});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "line 3: the account is disabled there"), done.errors);
    BOOST_TEST(contains(done.errors, "line 4: it has no password"), done.errors);
    BOOST_TEST(contains(done.output, "imported 1 user from"), done.output);
    BOOST_TEST(contains(done.output, " is_superuser (1)"), done.output);
    BOOST_TEST(!contains(done.output, "is_staff"), done.output);

    const auto json = make("dump.json", R"([{"model":"auth.group","pk":1,"fields":{"name":"g"}},
        {"model":"auth.user","pk":7,"fields":{"email":"bob@b.test","username":"bob","is_active":true,"password":")" +
                                            django + "\"}}]\n");
    const auto again = import({"--preset", "django", json});
    BOOST_TEST(again.exit_code == 0, again.errors);
    BOOST_TEST(contains(again.output, "1 records that are about something else"), again.output);
    BOOST_TEST(query("SELECT name FROM user ORDER BY id") == "Ann Lee\nbob\n");
    log_in({"ann@b.test", "bob@b.test"});
}

BOOST_FIXTURE_TEST_CASE(firebase_users_log_in, place)
{
    const auto config = make("hash_config", "hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: "
                                            "Y4Rm1IrOwHkNbGRbpYKDwwIwGfdYnuH064sQpr/"
                                            "VEsQPvNO81wCGlZ4JUpRPVqG8jyO2V7RXu9594m+irfIR/A==,\n"
                                            "  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 10,\n}\n");
    const auto file = make("users.json", R"({"users": [{"localId":"ABCdef123","email":"ann@b.test","emailVerified":true,
        "displayName":"Ann","salt":"AQIDBAUGBwgJCg==","providerUserInfo":[],
        "passwordHash":"23yvlImu3i/reZFBK3UaGk5/tB8xPReUSz0qaWfTtzYJhqOnkgq5SGBXpMUChGoT7dXQqLqG2bB8zJ46DRroLg=="},
        {"localId":"g","email":"google@b.test"}]})");
    const auto done = import({"--preset", "firebase", "--firebase-config", config, "--allow-no-password", file});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "imported 2 users"), done.output);
    BOOST_TEST(contains(done.output, "1 of them without a password"), done.output);
    BOOST_TEST(contains(done.output, "emailVerified (1)"), done.output);
    BOOST_TEST(query("SELECT public_id FROM user WHERE email = 'ann@b.test'") == "ABCdef123\n");
    log_in({"ann@b.test"});
    BOOST_TEST(query("SELECT password IS NULL FROM user WHERE email = 'google@b.test'") == "1\n");
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(client.form_post("/login", credentials("google@b.test", "")).status == 401);
    BOOST_TEST(client.form_post("/login", credentials("google@b.test", "x")).status == 403);
}

BOOST_FIXTURE_TEST_CASE(auth0_users_log_in, place)
{
    const auto file = make(
        "auth0.json", R"({"_id":{"$oid":"5f0"},"email":"ann@b.test","email_verified":true,"passwordHash":")" + bcrypt +
                          "\"}\n" + R"({"user_id":"auth0|6","email":"bob@b.test","passwordHash":")" + bcrypt + "\"}\n");
    const auto done = import({"--preset", "auth0", file});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(query("SELECT public_id FROM user ORDER BY id") == "5f0\nauth0|6\n");
    log_in({"ann@b.test", "bob@b.test"});
}

BOOST_FIXTURE_TEST_CASE(keycloak_users_log_in, place)
{
    const auto user = [](const std::string& email, const std::string& algorithm, const std::string& value) {
        const auto about = R"({"hashIterations":1000,"algorithm":")" + algorithm + R"(","additionalParameters":{}})";
        const auto kept = R"({"value":")" + value + R"(","salt":"AQIDBAUGBwgJCgsMDQ4PEA==","additionalParameters":{}})";
        const boost::json::object u{
            {"id", email.substr(0, 3)},
            {"username", "name-of-" + email},
            {"email", email},
            {"enabled", true},
            {"realmRoles", {"admin"}},
            {"credentials",
             {{{"type", "otp"}}, {{"type", "password"}, {"secretData", kept}, {"credentialData", about}}}}};
        return boost::json::serialize(u);
    };
    const auto file =
        make("realm.json", R"({"realm":"r","roles":{"realm":[{"name":"users"}]},"users":[)" +
                               user("ann@b.test", "pbkdf2-sha256", "9CGxXV3bCUtlONK0nhTbnGrHdMLOlAq/17nTcmhu9As=") +
                               "," + user("bob@b.test", "md5", "AAAA") + R"(],"clients":[{"users":[]}]})");
    const auto done = import({"--preset", "keycloak", file});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "line 1: its password hash has a format that is not known"), done.errors);
    BOOST_TEST(contains(done.output, "imported 1 user from"), done.output);
    BOOST_TEST(contains(done.output, "realmRoles (1)"), done.output);
    log_in({"ann@b.test"});
}

BOOST_FIXTURE_TEST_CASE(supabase_and_pocketbase_users_log_in, place)
{
    const auto supabase =
        make("auth.users.csv", "instance_id,id,email,encrypted_password,raw_user_meta_data,banned_until\n"
                               "0,u-1,ann@b.test," +
                                   bcrypt +
                                   ",\"{\"\"full_name\"\":\"\"Ann L\"\"}\",\n"
                                   "0,u-2,bad@b.test," +
                                   bcrypt + ",,2999-01-01\n");
    const auto first = import({"--preset", "supabase", supabase});
    BOOST_TEST(first.exit_code == 1);
    BOOST_TEST(contains(first.errors, "line 3: the account is disabled there"), first.errors);
    BOOST_TEST(query("SELECT public_id, name FROM user") == "u-1|Ann L\n");
    const auto pocketbase =
        make("users.json", R"({"page":1,"items":[{"id":"p1","email":"bob@b.test","name":"","username":"bo",
        "verified":true,"passwordHash":")" +
                               bcrypt + R"("},{"id":"p2","email":"cyd@b.test","password":")" + bcrypt + "\"}]}");
    const auto second = import({"--preset", "pocketbase", pocketbase});
    BOOST_TEST(second.exit_code == 0, second.errors);
    BOOST_TEST(contains(second.output, "verified (1)"), second.output);
    log_in({"ann@b.test", "bob@b.test", "cyd@b.test"});
}

BOOST_FIXTURE_TEST_CASE(clear_text_is_taken_only_when_asked_for, place)
{
    const auto file =
        make("users.jsonl", "{\"email\":\"ann@b.test\",\"password\":\"hush hush\"}\n"
                            "{\"email\":\"bob@b.test\",\"password\":\"hush hush\",\"password_hash\":\"" +
                                bcrypt + "\"}\n" + "{\"email\":\"cyd@b.test\",\"password\":\"cafe\\u0301 hush\"}\n");
    const auto refused = import({file});
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.errors, "line 1: its password is in clear text"), refused.errors);
    BOOST_TEST(contains(refused.errors, "line 2: it has a password and a hash"), refused.errors);
    BOOST_TEST(query("SELECT count(*) FROM user") == "0\n");
    const auto done = import({"--hash-passwords", file});
    BOOST_TEST(contains(done.output, "imported 2 users from"), done.output);
    BOOST_TEST(query("SELECT password LIKE '$argon2id$%' FROM user") == "1\n1\n");
    BOOST_TEST(!contains(refused.errors + refused.output + done.errors + done.output, "hush"));
    log_in({"ann@b.test"}, "hush hush");
    log_in({"cyd@b.test"}, "caf\u00e9 hush"); // hashed as a sign-up would
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_used_is_listed_by_line_but_not_without_end, place)
{
    std::string lines = "{\"email\":\"good@b.test\",\"password_hash\":\"" + bcrypt + "\"}\n";
    for (const std::string bad :
         {"{", "[]", "{\"email\":1.5,\"password_hash\":\"x\"}", "{\"name\":\"nobody\"}",
          "{\"email\":\"a\",\"email\":\"b\"}", "{\"email\":\"c@b.test\",\"password_hash\":\"plain\"}",
          "{\"email\":\"c@b.test\",\"password_hash\":\"$2b$04$\"}",
          "{\"email\":\"c@b.test\",\"password_hash\":\"pbkdf2:sha256:99999999$s$"
          "0000000000000000000000000000000000000000\"}",
          "{\"email\":\"nul\\u0000@b.test\",\"password_hash\":\"x\"}"})
        lines += bad + "\n";
    lines += "{\"email\":\"\xff@b.test\"}\n";
    for (int i = 0; i < 15; ++i)
        lines += "{\"email\":\"good@b.test\",\"public_id\":\"other\",\"password_hash\":\"" + bcrypt + "\"}\n";
    lines += "{\"email\":\"Good@B.test\",\"password_hash\":\"" + bcrypt + "\"}\n";
    const auto file = make("users.jsonl", lines), report = directory / "report.txt";
    const auto done = import({file});
    BOOST_TEST(done.exit_code == 1);
    const char* expected[] = {
        "line 2: it is not strict JSON",           "line 3: it is not a JSON object",
        "line 4: the field 'email' is no text",    "line 5: it has no e-mail address",
        "line 6: it is not strict JSON",           "line 7: its password hash has a format that is not known",
        "line 8: its password hash is malformed",  "line 9: its password hash would cost more than is allowed",
        "line 10: its e-mail address is not text", "line 11: it is not strict JSON in UTF-8",
        "line 12: its e-mail address is taken",    "and 6 more"};
    for (const auto* line : expected) BOOST_TEST(contains(done.errors, line), line << " in " << done.errors);
    BOOST_TEST(!contains(done.errors, "line 22:"), done.errors);
    BOOST_TEST(contains(done.output, "  26 refused\n"), done.output);

    const auto again = import({"--report", report, file});
    BOOST_TEST(again.exit_code == 1);
    BOOST_TEST(contains(again.output, "imported 0 users"), again.output);
    BOOST_TEST(contains(again.output, "1 were here already"), again.output);
    const auto listed = read_file(report);
    BOOST_TEST(std::count(listed.begin(), listed.end(), '\n') == 26);
    BOOST_TEST(contains(listed, "line 27: its e-mail address is taken\n"), listed);

    const auto skipped = import({"--skip-existing", "--quiet", "--exact-addresses", file});
    BOOST_TEST(query("SELECT count(*) FROM user") == "2\n"); // Good@B.test is another one now
    BOOST_TEST(skipped.output == "");
}

BOOST_FIXTURE_TEST_CASE(a_dry_run_says_the_same_and_changes_nothing, place)
{
    const auto file =
        make("users.csv", "email,public_id,password_hash\na@b.test,1," + bcrypt + "\nA@b.test,2," + bcrypt +
                              "\nb@b.test,1," + bcrypt + "\nc@b.test,3," + bcrypt + "\nc@b.test,3," + bcrypt + "\n");
    const auto rehearsed = import({"--dry-run", file});
    BOOST_TEST(rehearsed.exit_code == 1);
    BOOST_TEST(contains(rehearsed.output, "would import 2 users"), rehearsed.output);
    BOOST_TEST(!std::filesystem::exists(directory / "watchword.db"));
    const auto done = import({file});
    BOOST_TEST(contains(done.output, "imported 2 users"), done.output);
    const auto refused = [](const finished& f) { return f.errors.substr(f.errors.find("line 3")); };
    BOOST_TEST(refused(done) == refused(rehearsed));
    BOOST_TEST(contains(done.errors, "line 3: its e-mail address is taken"), done.errors);
    BOOST_TEST(contains(done.errors, "line 4: its id is another user's"), done.errors);
    BOOST_TEST(contains(done.output, "1 were here already"), done.output);

    // Beside a server too.
    server_process server(directory.path());
    const auto beside = import({"--dry-run", file});
    BOOST_TEST(contains(beside.output, "would import 0 users"), beside.output);
    BOOST_TEST(contains(beside.output, "3 were here already"), beside.output);
    const auto again = import({file});
    BOOST_TEST(contains(again.output, "imported 0 users"), again.output);
    BOOST_TEST(contains(again.output, "3 were here already"), again.output);
}

BOOST_FIXTURE_TEST_CASE(an_import_that_broke_off_goes_on, place)
{
    const auto file = make("users.csv", numbered_csv(3000));
    BOOST_TEST(run_program({watchword_binary(), "migrate", "--database", url}).exit_code == 0);
    // The third batch's commit fails.
    const auto broken = run_program({"strace", "-f", "-qq", "-o", "/dev/null", "-E", no_leak_check, "-e",
                                     "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=5+", watchword_binary(),
                                     "user", "import", "--database", url, file});
    BOOST_TEST(broken.exit_code == 1);
    BOOST_TEST(contains(broken.errors, "the same command again goes on"), broken.errors);
    const auto there = std::stoi(query("SELECT count(*) FROM user"));
    BOOST_TEST(there > 0);
    BOOST_TEST(there < 3000);
    const std::string said = "at least ";
    const auto at = broken.errors.find(said);
    BOOST_TEST_REQUIRE(at != std::string::npos, broken.errors);
    BOOST_TEST(std::stoi(broken.errors.substr(at + said.size())) <= there, broken.errors);
    const auto done = import({file});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "imported " + std::to_string(3000 - there) + " users"), done.output);
    BOOST_TEST(contains(done.output, std::to_string(there) + " were here already"), done.output);
    BOOST_TEST(query("SELECT count(*), count(DISTINCT public_id) FROM user") == "3000|3000\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_may_be_a_pipe, place)
{
    const auto done = run_program({"sh", "-c",
                                   "cat " + make("users.csv", numbered_csv(3)) + " | " + watchword_binary() +
                                       " user import --database " + url + " --format csv /dev/stdin"});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "imported 3 users"), done.output);
}

// So many that it cannot be done before it notices.
BOOST_FIXTURE_TEST_CASE(a_signal_ends_an_import_between_two_batches, place)
{
    const auto file = make("users.csv", numbered_csv(60'000));
    held_program importing({watchword_binary(), "user", "import", "--database", url, file}, "fdatasync", 10);
    ::kill(importing.id(), SIGTERM);
    importing.go_on();
    BOOST_TEST(importing.wait() == 1);
    BOOST_TEST(contains(importing.output().errors(), "stopped before it was done"));
    BOOST_TEST(contains(importing.output().errors(), "the same command again goes on"));
    const auto there = std::stoi(query("SELECT count(*) FROM user"));
    BOOST_TEST(there < 60'000);
    BOOST_TEST(there % 500 == 0);
}

BOOST_FIXTURE_TEST_CASE(an_export_is_imported_as_it_was, place)
{
    const auto file =
        make("users.jsonl", "{\"email\":\"Ann@b.test\",\"name\":\"Žofie \\\"🚀\\\"\\n,\",\"public_id\":\"1\","
                            "\"password_hash\":\"" +
                                bcrypt +
                                "\"}\n"
                                "{\"email\":\"bob@b.test\",\"name\":\"\",\"password_hash\":\"" +
                                django +
                                "\"}\n"
                                "{\"email\":\"cyd@b.test\",\"name\":null}\n");
    BOOST_TEST(import({"--allow-no-password", file}).exit_code == 0);
    const auto all =
        "SELECT public_id, coalesce(name, 'none'), email, coalesce(password, 'none') FROM user ORDER BY id";
    const auto before = query(all);
    for (const std::string name : {"out.csv", "out.jsonl"}) {
        const auto out = directory / name;
        const auto written = run("export", {"--with-hashes", out});
        BOOST_TEST(written.exit_code == 0, written.errors);
        struct stat status {};
        BOOST_REQUIRE(::stat(out.c_str(), &status) == 0);
        BOOST_TEST((status.st_mode & 0777) == 0600);
        const place other;
        const auto taken = other.import({"--allow-no-password", out});
        BOOST_TEST(taken.exit_code == 0, taken.errors);
        BOOST_TEST(other.query(all) == before);
        // It is not replaced unasked.
        BOOST_TEST(contains(run("export", {out}).errors, "is there already"));
        BOOST_TEST(run("export", {"--force", out}).exit_code == 0);
        BOOST_TEST(!contains(read_file(out), bcrypt));
        BOOST_TEST(contains(read_file(out), "Ann@b.test"));
    }
    {
        // Of two at once one is refused; the other's is not touched.
        const watchword::core::descriptor other(
            ::open((directory / "two.csv.unfinished").c_str(), O_CREAT | O_RDWR, 0600));
        BOOST_TEST(::flock(other.get(), LOCK_EX) == 0);
        BOOST_TEST(contains(run("export", {directory / "two.csv"}).errors, "another program is writing"));
        BOOST_TEST(!std::filesystem::exists(directory / "two.csv"));
        BOOST_TEST(std::filesystem::exists(directory / "two.csv.unfinished"));
    }
    BOOST_TEST(run("export", {directory / "two.csv"}).exit_code == 0); // whose program was killed
    const auto shown = run("export", {"--format", "csv", "-"});
    BOOST_TEST(shown.output == read_file(directory / "out.csv"));
}

BOOST_FIXTURE_TEST_CASE(users_whose_fields_are_no_text_are_not_exported_and_said_to_be, place)
{
    BOOST_TEST(import({make("users.csv", numbered_csv(3))}).exit_code == 0);
    query("UPDATE user SET name = x'ff' WHERE id = 2");
    const auto out = directory / "out.csv";
    const auto written = run("export", {out});
    BOOST_TEST(written.exit_code == 1);
    BOOST_TEST(contains(written.errors, "1 users were left out"), written.errors);
    BOOST_TEST(contains(read_file(out), "u2@b.test"));
    BOOST_TEST(!contains(read_file(out), "u1@b.test"));
}

// Without optimisation, or with sanitizers, that many would take minutes.
#ifdef NDEBUG
constexpr int many = 100'000;
#else
constexpr int many = 5'000;
#endif

BOOST_FIXTURE_TEST_CASE(a_hundred_thousand_users_are_imported_within_a_minute, place)
{
    const auto file = make("users.csv", numbered_csv(many));
    const auto began = std::chrono::steady_clock::now();
    const auto done = import({file}); // which may take 60 s
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.output, "imported " + std::to_string(many) + " users"), done.output);
    BOOST_TEST_MESSAGE(many << " users in "
                            << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() << " s");
}

BOOST_FIXTURE_TEST_CASE(postgresql_takes_users_beside_a_server_that_sees_them, place)
{
    url = postgres().create_database();
    const auto other = make("secret", std::string(40, 's'));
    server_process server(directory.path(), {"--database", url, "--secret-file", other});
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("here@b.test")).status == 201);
    const auto token = token_of(client.form_post("/login", credentials("here@b.test")));
    BOOST_TEST(users(client, token).size() == 1u);
    const auto file = make("users.csv", numbered_csv(2000) + "HERE@b.test," + bcrypt + "\n");
    const auto done = import({file});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.output, "imported 2000 users"), done.output);
    BOOST_TEST(contains(done.errors, "line 2002: its e-mail address is taken"), done.errors);
    BOOST_TEST(comes_true([&] { return users(client, token).size() == 2001u; }));
    token_of(client.form_post("/login", credentials("u1999@b.test", secret)));
    const auto out = directory / "out.csv";
    BOOST_TEST(run("export", {"--with-hashes", out}).exit_code == 0);
    BOOST_TEST(contains(import({"--dry-run", out}).output, "2001 were here already"));
}

BOOST_FIXTURE_TEST_CASE(the_command_lines_are_explained, place)
{
    const auto help = run_program({watchword_binary(), "user", "import", "--help"});
    BOOST_TEST(help.exit_code == 0);
    for (const auto* word : {"--dry-run", "--preset", "--hash-passwords", "--report", "flask", "django", "firebase",
                             "auth0", "keycloak", "supabase", "pocketbase", "--database"})
        BOOST_TEST(contains(help.output, word), word);
    BOOST_TEST(contains(run_program({watchword_binary(), "user", "export", "--help"}).output, "--with-hashes"));
    BOOST_TEST(contains(run_program({watchword_binary(), "user", "--help"}).output, "user export"));
    const auto misused = [&](std::vector<std::string> arguments, const std::string& said) {
        const auto done = import(std::move(arguments));
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(contains(done.errors, said), done.errors);
    };
    misused({}, "needs FILE");
    misused({"users.txt"}, "--format must be");
    misused({"--preset", "okta", "users.csv"}, "there is no preset 'okta'");
    misused({"--preset", "firebase", "users.json"}, "go together");
    misused({"--preset", "firebase", "--firebase-config", "x", "users.csv"}, "does not name its columns");
    for (const auto& config : {make("empty", ""), directory / ".", directory / "nowhere"})
        misused({"--preset", "firebase", "--firebase-config", config, "users.json"}, "hash_config");
    const auto file = make("users.csv", numbered_csv(1));
    misused({"--report", directory / "./users.csv", file}, "overwrite");
    BOOST_TEST(read_file(file) == numbered_csv(1));
    BOOST_TEST(contains(import({"nowhere.csv"}).errors, "nowhere.csv cannot be read"));
    BOOST_TEST(contains(import({make("e.csv", "")}).errors, "the first line must name the columns"));
    BOOST_TEST(!std::filesystem::exists(directory / "watchword.db"));
    BOOST_TEST(contains(run_program({watchword_binary(), "user", "imprt"}).errors, "did you mean import?"));
}

BOOST_AUTO_TEST_SUITE_END()
