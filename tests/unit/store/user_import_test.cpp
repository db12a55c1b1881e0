#include "store/open.hpp"
#include "store/user_export.hpp"
#include "store/user_import.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <set>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
using outcomes = std::vector<import_outcome>;
constexpr auto added = import_outcome::added, known = import_outcome::known,
               address_taken = import_outcome::address_taken, id_taken = import_outcome::id_taken;

std::vector<user> all_users(const database_settings& s)
{
    user_exporter exporter(s);
    std::vector<user> all;
    for (auto page = exporter.next(); !page.empty(); page = exporter.next())
        all.insert(all.end(), page.begin(), page.end());
    BOOST_TEST(exporter.count() == all.size());
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_import_test)

BOOST_DATA_TEST_CASE(users_are_added_as_they_are_given, kinds, kind)
{
    const empty_database empty(kind);
    const std::vector<new_user> given{{"id 1", "Žofie \"🚀\"\\ ,'\n\t\x01", "Žofie@B.test", "$hash"},
                                      {"2", "", "two@b.test", ""},
                                      {"3", std::nullopt, "three@b.test", "h"}};
    BOOST_TEST((user_importer(empty.settings()).add(given, same_address::caseless) == outcomes{added, added, added}));
    const auto all = all_users(empty.settings());
    BOOST_TEST_REQUIRE(all.size() == given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        BOOST_TEST(*all[i].public_id == given[i].public_id);
        BOOST_TEST((all[i].name == given[i].name));
        BOOST_TEST(*all[i].email == given[i].email);
        BOOST_TEST(all[i].password_hash.value_or("") == given[i].password_hash);
        BOOST_TEST(all[i].password_hash.has_value() == !given[i].password_hash.empty());
    }
    // Found by another spelling: the key was kept.
    open_database d(empty.settings());
    const auto look = [](session& s) { return find_user_by_similar_email(s, "žOFIE@b.test"); };
    BOOST_TEST(d.loop.run(d.db.read(look)).has_value());
}

BOOST_DATA_TEST_CASE(collisions_are_told_and_a_rehearsal_tells_the_same, kinds, kind)
{
    const empty_database empty(kind);
    {
        open_database d(empty.settings());
        BOOST_TEST(d.add({"here", std::nullopt, "Here@b.test", "h"}).has_value());
        BOOST_TEST(d.add({"low", std::nullopt, "low@b.test", "h"}).has_value());
    }
    const std::vector<new_user> first{{"here", {}, "Here@b.test", "other"}, // the same user
                                      {"x1", {}, "Here@b.test", "h"},       // somebody else
                                      {"x2", {}, "HERE@b.test", "h"},       // whose address is similar
                                      {"x3", {}, "LOW@b.test", "h"},        // to one that is its own key
                                      {"low", {}, "new@b.test", "h"},       {"new", {}, "new@b.test", "h"}},
        second{{"new", {}, "new@b.test", "h"},
               {"n2", {}, "NEW@b.test", "h"},
               {"n3", {}, "n3@b.test", "h"},
               {"n3", {}, "n3@b.test", "h"},
               {"n3", {}, "n4@b.test", "h"}};
    const outcomes first_told{known, address_taken, address_taken, address_taken, id_taken, added},
        second_told{known, address_taken, added, known, id_taken};
    {
        import_rehearsal rehearsal(empty.settings());
        BOOST_TEST((rehearsal.add(first, same_address::caseless) == first_told));
        BOOST_TEST((rehearsal.add(second, same_address::caseless) == second_told));
        BOOST_TEST(all_users(empty.settings()).size() == 2u);
    }
    user_importer importer(empty.settings());
    BOOST_TEST((importer.add(first, same_address::caseless) == first_told));
    BOOST_TEST((importer.add(second, same_address::caseless) == second_told));
    // Those who tell spellings apart take those that only differ so.
    const std::vector<new_user> third{{"x2", {}, "HERE@b.test", "h"}, {"x1", {}, "Here@b.test", "h"}};
    BOOST_TEST((importer.add(third, same_address::exact) == outcomes{added, address_taken}));
    BOOST_TEST((importer.add({}, same_address::exact) == outcomes{}));
}

// They have no keys until a server, or an import, has made them.
BOOST_DATA_TEST_CASE(a_rehearsal_knows_the_addresses_that_other_programs_have_added, kinds, kind)
{
    const empty_database empty(kind);
    const auto run_elsewhere = [&](const std::string& statement) {
        const auto opened = open_backend(empty.settings());
        const auto other = opened->connect(access::write);
        other->begin();
        other->execute(statement);
        other->commit();
    };
    const auto both_tell = [&](const std::string& email) {
        const std::vector<new_user> some{{"new", {}, email, "h"}};
        BOOST_TEST((import_rehearsal(empty.settings()).add(some, same_address::caseless) == outcomes{address_taken}));
        BOOST_TEST((user_importer(empty.settings()).add(some, same_address::caseless) == outcomes{address_taken}));
    };
    run_elsewhere("CREATE TABLE \"user\" (id " +
                  std::string(std::string_view(kind) == "sqlite" ? "INTEGER" : "SERIAL") +
                  " PRIMARY KEY, public_id VARCHAR(50) UNIQUE, name VARCHAR(100), email VARCHAR(70) UNIQUE, "
                  "password VARCHAR(80))");
    run_elsewhere("INSERT INTO \"user\" (email) VALUES ('Ann@B.test')");
    both_tell("ann@b.test");
    run_elsewhere("INSERT INTO \"user\" (email) VALUES ('Bob@B.test')");
    both_tell("bob@b.test");
}

BOOST_AUTO_TEST_CASE(a_rehearsal_makes_no_database)
{
    const empty_database empty("sqlite");
    const std::vector<new_user> some{{"1", {}, "a@b.test", "h"}};
    BOOST_TEST((import_rehearsal(empty.settings()).add(some, same_address::caseless) == outcomes{added}));
    BOOST_CHECK_THROW(user_exporter{empty.settings()}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_file_that_a_server_holds_is_left_alone)
{
    const empty_database empty("sqlite");
    open_database d(empty.settings());
    BOOST_CHECK_THROW(user_importer{empty.settings()}, std::runtime_error);
}

// A server signs somebody up meanwhile, whose address is similar: the import waits, and then sees it.
BOOST_AUTO_TEST_CASE(an_address_that_is_being_taken_is_waited_for)
{
    const empty_database empty("postgresql");
    user_importer importer(empty.settings());
    const auto opened = open_backend(empty.settings());
    const auto server_side = opened->connect(access::write), onlooker = opened->connect(access::write);
    server_side->begin();
    const new_user first{"1", {}, "ann@b.test", "h"}, second{"2", {}, "Ann@b.test", "h"};
    BOOST_TEST(add_user_if_dissimilar(*server_side, first).has_value());
    auto importing = std::async(std::launch::async, [&] { return importer.add({&second, 1}, same_address::caseless); });
    long long waiting = 0;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(4); // statements end after five
    while (waiting == 0 && std::chrono::steady_clock::now() < limit)
        onlooker->sql() << "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
            soci::into(waiting);
    BOOST_TEST(waiting == 1);
    server_side->commit();
    BOOST_TEST((importing.get() == outcomes{address_taken}));
}

BOOST_DATA_TEST_CASE(many_are_exported_in_order_and_once, kinds, kind)
{
    const empty_database empty(kind);
    user_importer importer(empty.settings());
    std::vector<new_user> many;
    for (int i = 0; i < 2500; ++i) many.push_back({std::to_string(i), {}, "u" + std::to_string(i) + "@b.test", "h"});
    importer.add(many, same_address::caseless);
    const auto all = all_users(empty.settings());
    BOOST_TEST_REQUIRE(all.size() == many.size());
    std::set<std::string> emails;
    for (std::size_t i = 0; i < all.size(); ++i) {
        emails.insert(*all[i].email);
        BOOST_TEST((i == 0 || all[i].id > all[i - 1].id));
    }
    BOOST_TEST(emails.size() == many.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
