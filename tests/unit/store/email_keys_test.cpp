#include "store/email_keys.hpp"
#include "store/session.hpp"
#include "store/stored_settings.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <latch>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

new_user with_address(int number, const std::string& email)
{
    auto u = numbered_user(number);
    u.email = email;
    return u;
}

core::result<std::int64_t> add_if_dissimilar(open_database& d, const new_user& u)
{
    const auto job = [&](session& s) { return add_user_if_dissimilar(s, u); };
    return d.loop.run(d.db.write(job));
}

// The public id, or the error's text.
std::string find_similar(open_database& d, const std::string& email)
{
    const auto job = [&](session& s) { return find_user_by_similar_email(s, email); };
    const auto found = d.loop.run(d.db.read(job));
    return found ? *found->public_id : found.error().message();
}

const std::string nobody = core::error_code(core::errc::not_found).message();

} // namespace

BOOST_AUTO_TEST_SUITE(email_keys_test)

BOOST_DATA_TEST_CASE(a_single_similar_address_is_found_by_any_spelling, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_REQUIRE(d.add(with_address(1, "ann@b.test")));
    BOOST_REQUIRE(d.add(with_address(2, "\u00C9mile@B.test")));
    const auto ann = numbered_user(1).public_id, emile = numbered_user(2).public_id;
    for (const char* email : {"ann@b.test", "ANN@B.TEST", "\uFF41nn@b.test"})
        BOOST_TEST(find_similar(d, email) == ann, email);
    for (const char* email : {"\u00C9mile@B.test", "\u00E9mile@b.test", "E\u0301MILE@b.test"})
        BOOST_TEST(find_similar(d, email) == emile, email);
    for (const char* email : {"anne@b.test", " ann@b.test", "emile@b.test", ""})
        BOOST_TEST(find_similar(d, email) == nobody, email);
}

BOOST_DATA_TEST_CASE(of_two_spellings_each_is_found_by_itself_and_neither_by_a_third, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    for (int i = 0; i < 2; ++i) BOOST_REQUIRE(d.add(with_address(i, i == 0 ? "ann@b.test" : "Ann@b.test")));
    BOOST_TEST(find_similar(d, "ann@b.test") == numbered_user(0).public_id);
    BOOST_TEST(find_similar(d, "Ann@b.test") == numbered_user(1).public_id);
    BOOST_TEST(find_similar(d, "ANN@b.test") == nobody);
    BOOST_TEST((add_if_dissimilar(d, with_address(3, "ANN@b.test")).error() == core::errc::already_exists));
    BOOST_TEST(d.add(with_address(3, "ANN@b.test")).has_value()); // as the tutorial does
}

BOOST_DATA_TEST_CASE(an_address_that_differs_by_case_or_form_only_is_refused, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(add_if_dissimilar(d, with_address(1, "Ann@b.test")).has_value());
    BOOST_TEST(add_if_dissimilar(d, with_address(2, "zo\u00EB@b.test")).has_value());
    int number = 3;
    for (const char* email : {"Ann@b.test", "ann@b.test", "ANN@B.TEST", "zo\u00EB@b.test", "zoe\u0308@b.test"}) {
        const auto added = add_if_dissimilar(d, with_address(number++, email));
        BOOST_TEST((added.error() == core::errc::already_exists), email);
    }
    BOOST_TEST(add_if_dissimilar(d, with_address(number++, "zoe@b.test")).has_value());
    BOOST_TEST(d.list()->size() == 3u);
}

// Compatibility forms expand up to 18 times; PostgreSQL's index takes no more than 2,704 bytes.
BOOST_DATA_TEST_CASE(an_address_whose_key_would_be_endless_is_its_own, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    std::string email;
    for (int i = 0; i < 300; ++i) email += "\uFDFA";
    BOOST_TEST(add_if_dissimilar(d, with_address(1, email + "@b.test")).has_value());
    BOOST_TEST(find_similar(d, email + "@b.test") == numbered_user(1).public_id);
    BOOST_TEST(find_similar(d, email + "@B.test") == nobody);
}

BOOST_DATA_TEST_CASE(users_whom_another_program_added_get_their_keys_at_the_next_start, kinds, kind)
{
    const empty_database empty(kind);
    {
        open_database d(empty.settings());
    }
    for (int round = 0; round < 2; ++round) {
        const auto n = std::to_string(round);
        {
            open_database d(empty.settings());
            BOOST_REQUIRE(d.execute("INSERT INTO \"user\" (public_id, email) VALUES ('plain" + n + "', 'plain" + n +
                                    "@b.test'), ('no address" + n + "', NULL), ('upper" + n + "', 'UPPER" + n +
                                    "@b.test')"));
            BOOST_TEST(find_similar(d, "upper" + n + "@b.test") == nobody);
        }
        open_database d(empty.settings());
        BOOST_TEST(find_similar(d, "upper" + n + "@b.test") == "upper" + n);
        BOOST_TEST(find_similar(d, "PLAIN" + n + "@b.test") == "plain" + n);
    }
}

BOOST_DATA_TEST_CASE(a_key_of_an_address_that_was_changed_since_finds_nobody, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_REQUIRE(d.add(with_address(1, "Ann@b.test")));
    BOOST_REQUIRE(d.execute("UPDATE \"user\" SET email = 'bob@b.test'"));
    BOOST_TEST(find_similar(d, "ann@b.test") == nobody);
    BOOST_TEST(find_similar(d, "BOB@b.test") == numbered_user(1).public_id);
    BOOST_REQUIRE(d.execute("DELETE FROM \"user\""));
    const auto count = [](session& s) -> core::result<int> {
        int rows = -1;
        s.sql() << "SELECT count(*) FROM watchword_email_key", soci::into(rows);
        return rows;
    };
    BOOST_TEST(d.loop.run(d.db.read(count)).value() == 0);
}

BOOST_AUTO_TEST_CASE(of_two_servers_that_add_similar_addresses_at_once_one_is_refused)
{
    const empty_database empty("postgresql");
    open_database first(empty.settings());
    constexpr int rounds = 20;
    std::latch ready(2);
    const auto add_all = [&](open_database& d, int offset, const std::string& letter) {
        int added = 0;
        ready.arrive_and_wait();
        for (int i = 0; i < rounds; ++i)
            if (add_if_dissimilar(d, with_address(offset + i, letter + std::to_string(i) + "@b.test"))) ++added;
        return added;
    };
    auto other = std::async(std::launch::async, [&] {
        open_database second(empty.settings());
        return add_all(second, 1000, "x");
    });
    const int added = add_all(first, 0, "X");
    BOOST_TEST(added + other.get() == rounds);
    BOOST_TEST(first.list()->size() == std::size_t(rounds));
}

BOOST_DATA_TEST_CASE(a_setting_is_kept, kinds, kind)
{
    const empty_database empty(kind);
    const auto find = [](session& s) { return find_setting(s, "a"); };
    {
        open_database d(empty.settings());
        BOOST_TEST((d.loop.run(d.db.read(find)).error() == core::errc::not_found));
        for (const char* value : {"1", "zo\u00EB'\""}) {
            const auto set = [&](session& s) -> core::result<int> {
                set_setting(s, "a", value);
                return 0;
            };
            BOOST_TEST(d.loop.run(d.db.write(set)).has_value());
            BOOST_TEST(d.loop.run(d.db.read(find)).value() == value);
        }
    }
    open_database d(empty.settings());
    BOOST_TEST(d.loop.run(d.db.read(find)).value() == "zo\u00EB'\"");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
