#include "store/people.hpp"
#include "store/profiles.hpp"
#include "store/session.hpp"
#include "store/user_states.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr core::precise_timestamp start{std::chrono::milliseconds(1'800'000'000'123)};
constexpr core::timestamp noon{std::chrono::hours(500'012)};
constexpr std::chrono::milliseconds step{1};

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace people_tests {

struct with_people {
    explicit with_people(const std::string& kind) : empty(kind), d(empty.settings())
    {
        for (int i = 1; i <= 5; ++i) ids.push_back(d.add(numbered_user(i)).value());
    }

    template <class Work> auto write(Work work) { return d.loop.run(d.db.write(work)); }
    template <class Work> auto read(Work work) { return d.loop.run(d.db.read(work)); }
    std::int64_t id(int number) const { return ids[static_cast<std::size_t>(number - 1)]; }
    void give(int number, const std::string& roles)
    {
        write([&](session& s) { return set_roles(s, id(number), roles, start, noon); }).value();
    }
    void disable(int number)
    {
        write([&](session& s) { return set_disabled(s, id(number), true, start, noon); }).value();
    }
    core::result<std::int64_t> keep(int number, const profile_edit& e)
    {
        return write([&](session& s) { return keep_profile(s, id(number), e); });
    }
    core::result<person> find(const std::string& public_id)
    {
        return read([&](session& s) { return find_person(s, public_id); });
    }
    // "1 3": the numbers of those who are found.
    std::string list(const people_filter& f, std::int64_t after = before_all_users, std::size_t limit = 100)
    {
        const auto work = [&](session& s) -> core::result<std::vector<person>> {
            return list_people(s, f, after, limit);
        };
        std::string found;
        const auto all = read(work);
        for (const auto& each : *all)
            found += (found.empty() ? "" : " ") + each.public_id.substr(each.public_id.find('-') + 1);
        return found;
    }
    bool is_held(const std::string& role, int besides)
    {
        const auto work = [&](session& s) -> core::result<bool> { return is_role_held(s, role, id(besides)); };
        return read(work).value();
    }

    const empty_database empty;
    open_database d;
    std::vector<std::int64_t> ids;
};

} // namespace people_tests

namespace {

using people_tests::with_people;

} // namespace

BOOST_AUTO_TEST_SUITE(people)

BOOST_DATA_TEST_CASE(who_has_no_rows_besides_is_a_person_too, kinds, kind)
{
    with_people w(kind);
    const auto p = w.find("id-2").value();
    BOOST_TEST(p.id == w.id(2));
    BOOST_TEST(*p.email == *w.d.find(*p.email)->email);
    BOOST_TEST(p.metadata == "{}");
    BOOST_TEST(!p.created.has_value());
    BOOST_TEST(!p.updated.has_value());
    BOOST_TEST(p.version == 0);
    BOOST_TEST(p.generation == 0);
    BOOST_TEST(!p.disabled);
    BOOST_TEST(p.roles == "");
    BOOST_TEST((w.find("nobody").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(a_profile_keeps_what_an_edit_leaves_out, kinds, kind)
{
    with_people w(kind);
    BOOST_TEST(w.keep(1, {start, R"({"a":"é"})", start}).value() == 1);
    BOOST_TEST(w.keep(1, {start + step, std::nullopt, start + step}).value() == 2);
    auto p = w.find("id-1").value();
    BOOST_TEST(p.metadata == R"({"a":"é"})");
    BOOST_TEST((p.created == start));
    BOOST_TEST((p.updated == start + step));
    BOOST_TEST(p.version == 2);
    BOOST_TEST(w.keep(1, {start + 2 * step, "{}", {}}).value() == 3);
    p = w.find("id-1").value();
    BOOST_TEST(p.metadata == "{}");
    BOOST_TEST((p.created == start));
    BOOST_TEST(w.keep(2, {start, {}, {}}).value() == 1);
    BOOST_TEST(w.find("id-2")->metadata == "{}");
    BOOST_TEST(!w.find("id-2")->created.has_value());
    const auto nobodys = w.write([](session& s) { return keep_profile(s, 999, {start, {}, {}}); });
    BOOST_TEST((nobodys.error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(nobody_inherits_a_profile_with_an_id, kinds, kind)
{
    with_people w(kind);
    w.give(1, "admin");
    BOOST_REQUIRE(w.keep(1, {start, R"({"a":1})", start}).has_value());
    BOOST_REQUIRE(w.d.execute("UPDATE \"user\" SET public_id = 'id-new' WHERE public_id = 'id-1'").has_value());
    auto p = w.find("id-new").value();
    BOOST_TEST(p.metadata == "{}");
    BOOST_TEST(!p.created.has_value());
    BOOST_TEST(p.version == 0);
    BOOST_TEST(p.roles == "");
    BOOST_TEST(w.list({{}, "admin", {}}) == "");
    BOOST_TEST(!w.is_held("admin", 2));
    BOOST_TEST(w.keep(1, {start + step, {}, {}}).value() == 1);
    p = w.find("id-new").value();
    BOOST_TEST(p.metadata == "{}");
    BOOST_TEST(!p.created.has_value());
}

BOOST_DATA_TEST_CASE(a_profile_goes_with_its_user, kinds, kind)
{
    with_people w(kind);
    BOOST_REQUIRE(w.keep(1, {start, {}, start}).has_value());
    BOOST_REQUIRE(w.write([&](session& s) { return delete_user(s, w.id(1)); }).has_value());
    const auto count = w.read([](session& s) -> core::result<int> {
        int n = -1;
        s.sql() << "SELECT count(*) FROM watchword_profile", soci::into(n);
        return n;
    });
    BOOST_TEST(*count == 0);
}

BOOST_DATA_TEST_CASE(people_are_listed_page_by_page, kinds, kind)
{
    with_people w(kind);
    BOOST_TEST(w.list({}) == "1 2 3 4 5");
    BOOST_TEST(w.list({}, before_all_users, 2) == "1 2");
    BOOST_TEST(w.list({}, w.id(2), 2) == "3 4");
    BOOST_TEST(w.list({}, w.id(5)) == "");
    BOOST_REQUIRE(w.d.execute("UPDATE \"user\" SET public_id = NULL WHERE public_id = 'id-3'").has_value());
    BOOST_TEST(w.list({}) == "1 2 4 5");
}

BOOST_DATA_TEST_CASE(a_search_finds_parts_of_addresses_and_names, kinds, kind)
{
    with_people w(kind);
    const auto set = [&](const std::string& column, const std::string& value, int number) {
        BOOST_REQUIRE(w.d.execute("UPDATE \"user\" SET " + column + " = " + value + " WHERE public_id = 'id-" +
                                  std::to_string(number) + "'")
                          .has_value());
    };
    set("email", "'Ann@Example.Test'", 1);
    set("name", "'100% Žofie_x'", 2);
    set("name", "NULL", 3);
    set("email", "NULL", 4);
    BOOST_TEST(w.list({"ANN@ex", {}, {}}) == "1");
    BOOST_TEST(w.list({"ann@EXAMPLE.test", {}, {}}) == "1");
    BOOST_TEST(w.list({"% Ž", {}, {}}) == "2"); // neither % nor _ means anything else
    BOOST_TEST(w.list({"e_X", {}, {}}) == "2");
    BOOST_TEST(w.list({"_", {}, {}}) == "2");
    BOOST_TEST(w.list({"%%", {}, {}}) == "");
    BOOST_TEST(w.list({"' OR 1=1 --", {}, {}}) == "");
    BOOST_TEST(w.list({"nowhere", {}, {}}) == "");
}

BOOST_DATA_TEST_CASE(lists_are_narrowed_by_role_and_state_alone_and_together, kinds, kind)
{
    with_people w(kind);
    w.give(2, "admin support");
    w.give(3, "support");
    w.give(4, "admin");
    w.give(5, "superadmin admin:x");
    w.disable(1);
    w.disable(4);
    BOOST_TEST(w.list({{}, "admin", {}}) == "2 4");
    BOOST_TEST(w.list({{}, "support", {}}) == "2 3");
    BOOST_TEST(w.list({{}, "super", {}}) == "");
    BOOST_TEST(w.list({{}, {}, true}) == "1 4");
    BOOST_TEST(w.list({{}, {}, false}) == "2 3 5");
    BOOST_TEST(w.list({{}, "admin", true}) == "4");
    BOOST_TEST(w.list({{}, "admin", false}) == "2");
    BOOST_TEST(w.list({{}, "support", {}}, w.id(2)) == "3");
    const auto email = *w.find("id-3")->email;
    BOOST_TEST(w.list({email, "support", false}) == "3");
    BOOST_TEST(w.list({email, "admin", {}}) == "");
    BOOST_TEST(w.list({email, {}, true}) == "");
    BOOST_TEST(w.list({email, {}, false}) == "3");
}

BOOST_DATA_TEST_CASE(a_role_is_held_by_those_who_are_enabled_and_have_the_whole_word, kinds, kind)
{
    with_people w(kind);
    BOOST_TEST(!w.is_held("admin", 1));
    w.give(5, "superadmin admin:x");
    BOOST_TEST(!w.is_held("admin", 1));
    w.give(2, "a admin");
    BOOST_TEST(w.is_held("admin", 1));
    BOOST_TEST(!w.is_held("admin", 2));
    w.give(4, "admin");
    BOOST_TEST(w.is_held("admin", 2));
    w.disable(4);
    BOOST_TEST(!w.is_held("admin", 2));
    BOOST_TEST(w.is_held("admin", 4));
}

BOOST_DATA_TEST_CASE(an_address_is_changed_unless_somebody_has_a_similar_one, kinds, kind)
{
    with_people w(kind);
    const auto set = [&](int number, const std::string& email) {
        return w.write([&](session& s) { return set_email_if_dissimilar(s, w.id(number), email); });
    };
    const auto before = w.d.db.changes().users.load();
    BOOST_TEST(set(1, "New@Example.Test").has_value());
    BOOST_TEST(w.d.db.changes().users.load() != before);
    const auto similar = [&](const std::string& email) {
        return w.read([&](session& s) { return find_user_by_similar_email(s, email); });
    };
    BOOST_TEST(*similar("NEW@example.test")->public_id == "id-1");
    BOOST_TEST((set(2, "new@example.TEST").error() == core::errc::already_exists));
    BOOST_TEST(set(1, "new@example.test").has_value()); // one's own in another spelling
    BOOST_TEST(set(2, "other@example.test").has_value());
    BOOST_TEST((set(1, "other@example.test").error() == core::errc::already_exists));
    BOOST_TEST(set(1, "third@example.test").has_value());
    BOOST_TEST((similar("NEW@example.test").error() == core::errc::not_found));
    const auto nobodys = w.write([](session& s) { return set_email_if_dissimilar(s, 999, "x@y"); });
    BOOST_TEST((nobodys.error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(names_and_hashes_are_replaced, kinds, kind)
{
    with_people w(kind);
    const auto name = [&](const std::optional<std::string>& n) {
        BOOST_TEST(w.write([&](session& s) { return set_name(s, w.id(1), n); }).has_value());
        return w.find("id-1")->name;
    };
    BOOST_TEST((name("Zoë") == std::optional<std::string>("Zoë")));
    BOOST_TEST(!name(std::nullopt).has_value());
    BOOST_TEST(w.write([&](session& s) { return replace_password_hash(s, w.id(1), "h"); }).has_value());
    BOOST_TEST(*w.d.find(*w.find("id-1")->email)->password_hash == "h");
    BOOST_TEST((w.write([](session& s) { return set_name(s, 999, "x"); }).error() == core::errc::not_found));
    BOOST_TEST(
        (w.write([](session& s) { return replace_password_hash(s, 999, "x"); }).error() == core::errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
