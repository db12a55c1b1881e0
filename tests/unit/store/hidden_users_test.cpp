#include "store/hidden_users.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

core::result<void> add_quietly(open_database& d, const new_user& u, same_address compared = same_address::exact)
{
    const auto job = [&](session& s) { return add_user_quietly(s, u, compared); };
    return d.loop.run(d.db.write(job));
}

new_user with_address(int number, const std::string& email)
{
    auto u = numbered_user(number);
    u.email = email;
    return u;
}

int count_rows(open_database& d, const std::string& table)
{
    const auto job = [&](session& s) -> core::result<int> {
        int rows = 0;
        s.sql() << "SELECT COUNT(*) FROM " + table, soci::into(rows);
        return rows;
    };
    return d.loop.run(d.db.read(job)).value();
}

// Of so many numbers; empty where there is none.
std::vector<std::string> hashes(open_database& d, std::uint64_t numbers)
{
    constexpr std::uint64_t at_once = 200; // a job may not take for ever
    std::vector<std::string> all;
    while (all.size() < numbers) {
        const auto job = [&](session& s) -> core::result<bool> {
            for (std::uint64_t i = all.size(), end = std::min(numbers, i + at_once); i < end; ++i)
                all.push_back(hash_in_place_of(s, core::errc::not_found, i * 0x9E3779B97F4A7C15u).value_or(""));
            return true;
        };
        BOOST_REQUIRE(d.loop.run(d.db.read(job)).has_value());
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hidden_users_test)

BOOST_DATA_TEST_CASE(a_new_user_is_added_and_a_known_one_stays_as_he_is, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const std::string address = "\u00C9mile@B.test"; // has a row among the keys
    BOOST_TEST(add_quietly(d, with_address(1, address)).has_value());
    for (int i = 2; i < 5; ++i) BOOST_TEST(add_quietly(d, with_address(i, address)).has_value());
    BOOST_TEST(add_quietly(d, with_address(5, "a@b.test")).has_value());

    BOOST_TEST(d.list()->size() == 2u);
    const auto found = d.find(address).value();
    BOOST_TEST(*found.public_id == "id-1");
    BOOST_TEST(*found.name == "Name 1");
    BOOST_TEST(*found.password_hash == "hash-1");
    BOOST_TEST(*d.find("a@b.test")->password_hash == "hash-5");
    BOOST_TEST(count_rows(d, "\"user\"") == 2);
    BOOST_TEST(count_rows(d, "watchword_email_key") == 1);
}

BOOST_DATA_TEST_CASE(who_is_the_same_but_for_case_is_known_where_case_makes_no_difference, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(add_quietly(d, with_address(1, "Ann@b.test"), same_address::caseless).has_value());
    BOOST_TEST(add_quietly(d, with_address(2, "ANN@b.test"), same_address::caseless).has_value());
    BOOST_TEST(d.list()->size() == 1u);
    BOOST_TEST(add_quietly(d, with_address(3, "ANN@b.test"), same_address::exact).has_value());
    BOOST_TEST(d.list()->size() == 2u);
}

BOOST_DATA_TEST_CASE(both_are_commits_that_raise_the_counter, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    std::array<std::uint64_t, 3> changes{}, commits{};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        changes[i] = d.db.changes().users;
        commits[i] = d.db.statistics().commits.committed;
        BOOST_TEST(add_quietly(d, with_address(static_cast<int>(i), "a@b.test")).has_value());
        BOOST_TEST(d.db.changes().users > changes[i]);
        BOOST_TEST(d.db.statistics().commits.committed == commits[i] + 1);
    }
}

BOOST_DATA_TEST_CASE(of_many_who_want_one_address_at_once_all_are_told_the_same_and_one_has_it, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    std::array<std::optional<core::result<void>>, 64> outcomes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto u = with_address(static_cast<int>(i), "one@example.test");
        const auto add = [u](session& s) { return add_user_quietly(s, u, same_address::exact); };
        d.loop.start(d.db.write(add), outcomes[i]);
    }
    d.loop.finish();
    BOOST_TEST(std::all_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return o->has_value(); }));
    BOOST_TEST(d.list()->size() == 1u);
}

BOOST_DATA_TEST_CASE(a_number_is_always_the_same_users_and_each_has_his_share, kinds, kind)
{
    constexpr int users = 100, numbers = 5000; // 50 for each
    const empty_database empty(kind);
    open_database d(empty.settings());
    for (int i = 0; i < users; ++i) BOOST_TEST(d.add(numbered_user(i)).has_value());
    const auto somebody = [](session& s) -> core::result<bool> {
        return hash_in_place_of(s, find_user_by_email(s, numbered_user(1).email), 1).has_value();
    };
    BOOST_TEST(!d.loop.run(d.db.read(somebody)).value());
    const auto before = hashes(d, numbers);
    BOOST_TEST((hashes(d, numbers) == before));
    std::map<std::string, int> shares;
    for (const auto& each : before) ++shares[each];
    BOOST_TEST(shares.size() == static_cast<std::size_t>(users));
    for (const auto& [hash, share] : shares) BOOST_TEST((share > 15 && share < 100), hash << " has " << share);

    BOOST_TEST(d.add(numbered_user(users)).has_value());
    const auto after = hashes(d, numbers);
    int moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (after[i] == before[i]) continue;
        BOOST_TEST(after[i] == "hash-100");
        ++moved;
    }
    BOOST_TEST((moved > 15 && moved < 100), moved);
}

BOOST_DATA_TEST_CASE(who_has_no_hash_and_whatever_ids_there_are_do_no_harm, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(hashes(d, 1).front() == "");
    BOOST_TEST(d.execute("INSERT INTO \"user\" (id, password) VALUES (-5, 'negative')").has_value());
    BOOST_TEST(hashes(d, 1).front() == "");
    BOOST_TEST(d.execute("INSERT INTO \"user\" (id) VALUES (1)").has_value());
    BOOST_TEST(hashes(d, 1).front() == "");
    BOOST_TEST(d.execute("INSERT INTO \"user\" (id, password) VALUES (9223372036854775807, 'huge')").has_value());
    for (const auto& each : hashes(d, 100)) BOOST_TEST(each == "huge");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
