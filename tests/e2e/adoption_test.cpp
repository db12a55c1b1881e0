// A database that the Flask application made.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

// A copy of it, writable.
struct flask_database {
    temporary_directory directory;
    std::string file = directory / "watchword.db";

    flask_database() { write_file(file, read_file(shared_path("flask-db/Database.db"))); }

    std::string stored_hash(const std::string& email) const
    {
        return query_sqlite(file, "SELECT password FROM user WHERE email = '" + email + "'");
    }
};

const auto everything = "SELECT id, public_id, name, email, password FROM user ORDER BY id";

} // namespace

BOOST_FIXTURE_TEST_SUITE(adoption, flask_database)

BOOST_AUTO_TEST_CASE(its_users_log_in_and_are_listed_in_its_order)
{
    const auto ids = query_sqlite(file, "SELECT public_id FROM user ORDER BY id");
    server_process server(directory.path());
    http_client client(server.address());
    const auto token = token_of(client.form_post("/login", credentials("ann@example.test", "ann-pass-01")));
    std::string listed;
    for (const auto& user : users(client, token)) listed.append(user.at("public_id").as_string()).append("\n");
    BOOST_TEST(listed == ids);
    BOOST_TEST(client.form_post("/login", credentials("ann@example.test", "ann-pass-02")).status == 403);
    BOOST_TEST(client.form_post("/signup", registration("ann@example.test")).status == 202);
}

BOOST_AUTO_TEST_CASE(starting_and_stopping_changes_no_row_and_no_column)
{
    const auto schema = "SELECT sql FROM sqlite_master WHERE tbl_name = 'user' ORDER BY name";
    const auto rows = query_sqlite(file, everything), table = query_sqlite(file, schema);
    {
        server_process server(directory.path());
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(query_sqlite(file, everything) == rows);
    BOOST_TEST(query_sqlite(file, schema) == table);
    BOOST_TEST(query_sqlite(file, "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(what_it_writes_the_application_can_read_and_write)
{
    {
        server_process server(directory.path());
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration("new@example.test")).status == 201);
        // While it serves, another process reads.
        BOOST_TEST(query_sqlite(file, "SELECT name FROM user WHERE email = 'new@example.test'") ==
                   "Name of new@example.test\n");
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(query_sqlite(file, "SELECT count(*) FROM user") == "66\n");
    // As SQLAlchemy inserts: without an id, naming the five columns' other four.
    query_sqlite(file, "INSERT INTO user (public_id, name, email, password) VALUES ('p', 'n', 'e@b.test', 'h') "
                       "RETURNING id");
}

BOOST_AUTO_TEST_CASE(a_login_renews_an_old_hash_and_only_that)
{
    const auto rows = query_sqlite(file, std::string("SELECT id, public_id, name, email FROM user ORDER BY id"));
    const auto other = stored_hash("bob@example.test");
    BOOST_TEST(stored_hash("ann@example.test").starts_with("pbkdf2:sha256:260000$"));
    BOOST_TEST(stored_hash("hand21@example.test").starts_with("scrypt:32768:8:1$"));
    {
        server_process server(directory.path());
        http_client client(server.address());
        BOOST_TEST(client.form_post("/login", credentials("bob@example.test", "not bob's")).status == 403);
        for (int i = 0; i < 2; ++i) { // the second time against the new hash
            token_of(client.form_post("/login", credentials("ann@example.test", "ann-pass-01")));
            token_of(client.form_post("/login", credentials("hand21@example.test", "scrypt-21")));
            BOOST_TEST(client.form_post("/login", credentials("ann@example.test", "ann-pass-02")).status == 403);
        }
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(stored_hash("ann@example.test").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    BOOST_TEST(stored_hash("hand21@example.test").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    BOOST_TEST(stored_hash("bob@example.test") == other);
    BOOST_TEST(query_sqlite(file, std::string("SELECT id, public_id, name, email FROM user ORDER BY id")) == rows);
}

BOOST_AUTO_TEST_CASE(old_hashes_stay_if_renewing_is_switched_off)
{
    const auto before = stored_hash("ann@example.test");
    {
        server_process server(directory.path(), {"--set", "passwords.rehash=false"});
        http_client client(server.address());
        token_of(client.form_post("/login", credentials("ann@example.test", "ann-pass-01")));
        BOOST_TEST(server.stop() == 0);
    }
    BOOST_TEST(stored_hash("ann@example.test") == before);
}

BOOST_AUTO_TEST_SUITE_END()
