#include "store/users.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

} // namespace

BOOST_AUTO_TEST_SUITE(users_test)

BOOST_DATA_TEST_CASE(an_added_user_is_found_as_it_was_given, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const new_user given{"an-id", "Žofie 👩‍👩‍👧\t\"'; --\\", "o'brien+tag@příklad.test",
                         "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"};
    const auto id = d.add(given);
    BOOST_REQUIRE(id.has_value());
    const auto found = d.find(given.email);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->id == *id);
    BOOST_TEST(*found->public_id == given.public_id);
    BOOST_TEST(*found->name == *given.name);
    BOOST_TEST(*found->email == given.email);
    BOOST_TEST(*found->password_hash == given.password_hash);
}

BOOST_DATA_TEST_CASE(a_user_may_have_no_name_an_empty_one_or_a_long_one, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    auto u = numbered_user(1);
    u.name.reset();
    BOOST_TEST(d.add(u).has_value());
    BOOST_TEST(!d.find(u.email)->name.has_value());

    u = numbered_user(2);
    u.name = "";
    BOOST_TEST(d.add(u).has_value());
    BOOST_TEST(*d.find(u.email)->name == "");

    u = numbered_user(3);
    u.name = std::string(4096, 'n');
    u.email = std::string(1000, 'e') + "@example.test";
    BOOST_TEST(d.add(u).has_value());
    BOOST_TEST(*d.find(u.email)->name == *u.name);
    BOOST_TEST((d.find("nobody").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(a_taken_address_or_public_id_is_refused_and_the_next_user_is_not, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    auto same_address = numbered_user(2), same_id = numbered_user(3);
    same_address.email = numbered_user(1).email;
    same_id.public_id = numbered_user(1).public_id;
    BOOST_TEST((d.add(same_address).error() == core::errc::already_exists));
    BOOST_TEST((d.add(same_id).error() == core::errc::already_exists));
    BOOST_TEST(d.add(numbered_user(4)).has_value());
    BOOST_TEST(d.list()->size() == 2u);
}

BOOST_DATA_TEST_CASE(addresses_are_compared_byte_by_byte, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    int number = 0;
    const std::array<std::string, 6> spellings{"a@example.test",  "A@example.test",        "a@example.test ",
                                               " a@example.test", "\xC3\xA9@example.test", "e\xCC\x81@example.test"};
    for (const auto& email : spellings) {
        auto u = numbered_user(++number);
        u.email = email;
        BOOST_TEST(d.add(u).has_value());
    }
    for (const auto& email : spellings) BOOST_TEST(*d.find(email)->email == email);
    BOOST_TEST((d.find("a@example.tes_").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(sixty_four_sign_ups_of_one_address_at_once_give_one_user, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    std::array<std::optional<core::result<std::int64_t>>, 64> outcomes;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        auto u = numbered_user(static_cast<int>(i));
        u.email = "one@example.test";
        const auto add = [u](session& s) { return add_user(s, u); };
        d.loop.start(d.db.write(add), outcomes[i]);
    }
    d.loop.finish();
    BOOST_TEST(std::count_if(outcomes.begin(), outcomes.end(), [](const auto& o) { return o->has_value(); }) == 1);
    for (const auto& o : outcomes) BOOST_TEST((o->has_value() || o->error() == core::errc::already_exists));
    BOOST_TEST(d.list()->size() == 1u);
}

BOOST_DATA_TEST_CASE(existence_is_told_by_public_id, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    const auto exists = [&](const std::string& id) {
        const auto find = [&](session& s) -> core::result<bool> { return find_user_by_public_id(s, id).has_value(); };
        return d.loop.run(d.db.read(find)).value();
    };
    BOOST_TEST(exists("id-1"));
    BOOST_TEST(!exists("id-2"));
    BOOST_TEST(!exists("ID-1"));
    BOOST_TEST(!exists(""));
}

BOOST_DATA_TEST_CASE(a_hash_is_replaced_only_if_it_is_still_the_one_that_was_seen, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const auto id = d.add(numbered_user(1)).value();
    const auto replace = [&](std::int64_t user_id, const char* hash, const char* seen) {
        const auto work = [&](session& s) { return set_password_hash(s, user_id, hash, seen); };
        return d.loop.run(d.db.write(work));
    };
    BOOST_TEST(replace(id, "new", "hash-1").has_value());
    BOOST_TEST((replace(id, "newer", "hash-1").error() == core::errc::not_found));
    BOOST_TEST((replace(id + 1, "newer", "new").error() == core::errc::not_found));
    BOOST_TEST(*d.find(numbered_user(1).email)->password_hash == "new");
}

BOOST_DATA_TEST_CASE(the_list_comes_in_pages_by_id, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(d.list()->empty());
    for (int i = 0; i < 25; ++i) BOOST_TEST(d.add(numbered_user(i)).has_value());

    std::vector<user> all;
    for (std::int64_t after = before_all_users;;) {
        const auto page = d.list(after, 10).value();
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < 10) break;
        after = page.back().id;
    }
    BOOST_TEST(all.size() == 25u);
    for (int i = 0; i < 25; ++i) {
        const auto& u = all[static_cast<std::size_t>(i)];
        BOOST_TEST(*u.email == numbered_user(i).email);
        BOOST_TEST(*u.name == *numbered_user(i).name);
        BOOST_TEST(*u.public_id == numbered_user(i).public_id);
        BOOST_TEST(!u.password_hash.has_value());
    }
    BOOST_TEST(d.list(before_all_users, 0)->empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
