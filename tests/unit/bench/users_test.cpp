#include "crypto/password.hpp"
#include "raw/postgresql.hpp"
#include "raw/sqlite.hpp"
#include "store/database.hpp"
#include "store/session.hpp"
#include "store/users.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"
#include "users/fill.hpp"
#include "users/made_user.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>

using namespace watchword;

namespace {

constexpr std::uint64_t count = 30'000, seed = 7;

users::options make_options(const std::string& target, std::uint64_t how_many)
{
    const auto number = std::to_string(how_many), seed_text = std::to_string(seed);
    return users::parse_options({"--users", number, "--seed", seed_text, target});
}

core::result<std::int64_t> sign_up(store::database& db, const std::string& public_id, const std::string& email)
{
    const store::new_user added{public_id, {}, email, "hash"};
    const auto add = [&](store::session& s) { return store::add_user(s, added); };
    return test::run_task(db.write(add));
}

// What the server and the benchmarks rely on: the users are found by address and public id, sign-ups go on after the
// last id, and both unique keys are in force.
void check_users(const std::string& url, std::uint64_t how_many)
{
    store::database_settings settings;
    settings.url = url;
    store::database db(settings);
    for (const auto n : {std::uint64_t{0}, how_many / 2, how_many - 1}) {
        const auto made = users::make_user(seed, n);
        const auto find = [&](store::session& s) { return store::find_user_by_email(s, made.email); };
        const auto found = test::run_task(db.read(find));
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST(found->id == static_cast<std::int64_t>(n + 1));
        BOOST_TEST(found->public_id.value() == made.public_id);
        BOOST_TEST(found->name.value() == made.name);
        BOOST_TEST(found->password_hash.value() == users::known_password_hash);
        const auto named = [&](store::session& s) { return store::find_user_by_public_id(s, made.public_id); };
        BOOST_TEST(test::run_task(db.read(named)).has_value());
    }
    const auto known = users::make_user(seed, 3);
    BOOST_CHECK(sign_up(db, "new", known.email).error() == core::errc::already_exists);
    BOOST_CHECK(sign_up(db, known.public_id, "new@example.test").error() == core::errc::already_exists);
    BOOST_TEST(sign_up(db, "new", "new@example.test").value() > static_cast<std::int64_t>(how_many));
}

} // namespace

BOOST_AUTO_TEST_SUITE(made_users)

BOOST_AUTO_TEST_CASE(a_seed_decides_everything)
{
    const auto u = users::make_user(1, 41), again = users::make_user(1, 41), other = users::make_user(2, 41);
    BOOST_TEST(u.email == again.email);
    BOOST_TEST(u.public_id == again.public_id);
    BOOST_TEST(u.name == again.name);
    BOOST_TEST(u.public_id != other.public_id);
    BOOST_TEST(u.public_id == "544161c4-ea92-4841-9d70-fdbca7dcdd4e"); // as on every machine
}

BOOST_AUTO_TEST_CASE(keys_are_unique_and_look_like_keys)
{
    const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    const std::regex email("[a-z]+\\.[a-z]+[0-9]+@[a-z]+\\.example");
    std::set<std::string> ids, id_starts, emails;
    std::string last_email, last_id;
    int steps_back = 0;
    for (std::uint64_t n = 0; n < 20'000; ++n) {
        auto u = users::make_user(seed, n);
        if (n < 500) BOOST_TEST_REQUIRE((std::regex_match(u.public_id, uuid) && std::regex_match(u.email, email)));
        steps_back += (u.email < last_email) + (u.public_id < last_id);
        last_email = u.email;
        last_id = u.public_id;
        ids.insert(u.public_id);
        id_starts.insert(u.public_id.substr(0, 8));
        emails.insert(std::move(u.email));
    }
    BOOST_TEST(ids.size() == 20'000u);
    BOOST_TEST(id_starts.size() > 19'900u);
    BOOST_TEST(emails.size() == 20'000u);
    BOOST_TEST(steps_back > 15'000); // of 40,000: random order goes back half of the time
}

BOOST_AUTO_TEST_CASE(the_known_password_is_right)
{
    crypto::password_hasher hasher(crypto::password_hasher::settings{{users::known_memory_kib, users::known_passes}});
    BOOST_CHECK(hasher.verify(0, users::known_password, users::known_password_hash) == crypto::verdict::match);
}

BOOST_AUTO_TEST_CASE(a_sqlite_file_is_one_that_watchword_uses)
{
    const test::temporary_directory directory;
    const auto file = directory.path() / "users.db";
    std::vector<std::uint64_t> told;
    users::fill(make_options("sqlite:" + file.string(), count), [&](std::uint64_t made) { told.push_back(made); });
    BOOST_TEST(told == (std::vector<std::uint64_t>{10'000, 20'000, 30'000}), boost::test_tools::per_element());
    BOOST_TEST(std::filesystem::file_size(file) < count * users::bytes_per_user);
    {
        raw::sqlite_file db(file);
        raw::sqlite_statement check(db, "PRAGMA integrity_check");
        BOOST_TEST((check.step() && check.text(0) == "ok"));
        raw::sqlite_statement mode(db, "PRAGMA journal_mode");
        BOOST_TEST((mode.step() && mode.text(0) == "wal"));
        raw::sqlite_statement rows(db, "SELECT count(*) FROM user");
        BOOST_TEST((rows.step() && rows.number(0) == static_cast<long long>(count)));
    }
    check_users("sqlite:" + file.string(), count);
}

BOOST_AUTO_TEST_CASE(a_postgresql_database_is_one_that_watchword_uses)
{
    test::postgres_server server;
    const auto url = server.create_database();
    users::fill(make_options(url, 5'000), [](std::uint64_t) {});
    BOOST_TEST(server.query(url, "SELECT count(*) FROM \"user\"") == "5000\n");
    BOOST_TEST(server.query(url, "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'") == "0\n");
    check_users(url, 5'000);
    BOOST_CHECK_THROW(users::fill(make_options(url, 1), [](std::uint64_t) {}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(without_users_there_is_the_schema)
{
    const test::temporary_directory directory;
    const auto url = "sqlite:" + directory / "users.db";
    users::fill(make_options(url, 0), [](std::uint64_t) {});
    store::database_settings settings;
    settings.url = url;
    store::database db(settings);
    BOOST_TEST(sign_up(db, "new", "new@example.test").value() == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_or_left_half_made)
{
    const test::temporary_directory directory;
    const auto file = directory.path() / "users.db";
    std::ofstream(file) << "precious";
    BOOST_CHECK_THROW(users::fill(make_options("sqlite:" + file.string(), 1), [](std::uint64_t) {}),
                      std::runtime_error);
    BOOST_TEST(std::filesystem::file_size(file) == 8u);

    const auto other = directory.path() / "other.db";
    const auto give_up = [](std::uint64_t) { throw std::runtime_error("interrupted"); };
    BOOST_CHECK_THROW(users::fill(make_options("sqlite:" + other.string(), count), give_up), std::runtime_error);
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_too_small_is_noticed_before)
{
    const test::temporary_directory directory;
    const auto too_many = make_options("sqlite:" + directory / "users.db", 10'000'000'000);
    const auto says_so = [](const std::runtime_error& e) {
        return std::string(e.what()).find("free") != std::string::npos;
    };
    if (std::filesystem::space(directory.path()).available < 10'000'000'000 * users::bytes_per_user)
        BOOST_CHECK_EXCEPTION(users::fill(too_many, [](std::uint64_t) {}), std::runtime_error, says_so);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    const std::vector<std::vector<std::string_view>> all{
        {"sqlite:a.db"},
        {"--users", "5"},
        {"--users", "-1", "sqlite:a.db"},
        {"--users", "5x", "sqlite:a.db"},
        {"--users", "5", "sqlite:"},
        {"--users", "5", "a.db"},
        {"--users", "5", "mysql://x"},
        {"--users", "5", "sqlite:a.db", "sqlite:b.db"},
        {"--users", "5", "--colour", "red", "sqlite:a.db"},
        {"--users", "5", "--password-hash", "a\tb", "sqlite:a.db"},
        {"--users"},
    };
    for (const auto& arguments : all) BOOST_CHECK_THROW(users::parse_options(arguments), std::runtime_error);
    BOOST_TEST(users::parse_options({"--help"}).help);
    BOOST_TEST(users::parse_options({"--users", "5", "postgresql:///x"}).is_sqlite() == false);
}

BOOST_AUTO_TEST_SUITE_END()
