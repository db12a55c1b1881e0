#include "store/api_keys.hpp"
#include "store/roles.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr core::precise_timestamp start{std::chrono::milliseconds(1'800'000'000'123)};
constexpr std::chrono::milliseconds step{1};

api_key_row row(const std::string& id, core::precise_timestamp created = start)
{
    api_key_row r;
    r.id = id;
    r.name = "name of " + id;
    r.prefix = "wk_" + id;
    r.digest = "digest of " + id;
    r.permissions = "users.read audit.read";
    r.created = created;
    r.created_by = "user x";
    return r;
}

struct tables {
    explicit tables(const std::string& kind) : empty(kind), d(empty.settings()) {}

    template <class Work> auto write(Work work) { return d.loop.run(d.db.write(work)); }
    template <class Work> auto read(Work work) { return d.loop.run(d.db.read(work)); }
    core::result<void> add(const api_key_row& r)
    {
        return write([&](session& s) { return add_api_key(s, r); });
    }
    core::result<void> remove(const std::string& id)
    {
        return write([&](session& s) { return remove_api_key(s, id); });
    }
    void use(const std::string& id, core::precise_timestamp when)
    {
        const auto work = [&](session& s) -> core::result<void> {
            note_use_of_api_key(s, id, when);
            return {};
        };
        BOOST_TEST(write(work).has_value());
    }
    void keep(const role_row& r)
    {
        const auto work = [&](session& s) -> core::result<void> {
            keep_role(s, r);
            return {};
        };
        BOOST_TEST(write(work).has_value());
    }
    core::result<void> remove_the_role(const std::string& name)
    {
        return write([&](session& s) { return remove_role(s, name); });
    }
    // "a=x y;b=z;"
    std::string roles()
    {
        const auto work = [](session& s) -> core::result<std::vector<role_row>> { return list_roles(s); };
        std::string all;
        const auto found = read(work);
        for (const auto& r : *found) all += r.name + "=" + r.permissions + ";";
        return all;
    }
    core::result<api_key_row> find(const std::string& id)
    {
        return read([&](session& s) { return find_api_key(s, id); });
    }

    const empty_database empty;
    open_database d;
};

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(step);
    }
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_keys)

BOOST_DATA_TEST_CASE(a_key_is_found_by_its_digest_and_listed_without, kinds, kind)
{
    tables t(kind);
    auto one = row("b", start + step), two = row("a", start + step), three = row("c");
    one.expires = start + 5 * step;
    for (const auto& r : {one, two, three}) BOOST_TEST(t.add(r).has_value());
    const auto found = t.read([](session& s) { return find_api_key_by_digest(s, "digest of b"); });
    BOOST_TEST((found.value() == one));
    BOOST_TEST(
        (t.read([](session& s) { return find_api_key_by_digest(s, "digest of x"); }).error() == core::errc::not_found));
    const auto listed =
        t.read([](session& s) -> core::result<std::vector<api_key_row>> { return list_api_keys(s); }).value();
    for (auto* const each : {&one, &two, &three}) each->digest.clear();
    BOOST_TEST((listed == std::vector<api_key_row>{three, two, one}));
    BOOST_TEST((t.find("a").value() == two));
    BOOST_TEST((t.find("x").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(an_id_and_a_digest_are_taken_once_and_free_again_after_removal, kinds, kind)
{
    tables t(kind);
    BOOST_TEST(t.add(row("a")).has_value());
    auto same_id = row("a"), same_digest = row("b");
    same_id.digest = "another";
    same_digest.digest = row("a").digest;
    BOOST_TEST((t.add(same_id).error() == core::errc::already_exists));
    BOOST_TEST((t.add(same_digest).error() == core::errc::already_exists));
    BOOST_TEST(t.remove("a").has_value());
    BOOST_TEST((t.remove("a").error() == core::errc::not_found));
    BOOST_TEST(t.add(same_digest).has_value());
}

BOOST_DATA_TEST_CASE(only_later_uses_are_noted, kinds, kind)
{
    tables t(kind);
    BOOST_TEST(t.add(row("a")).has_value());
    t.use("a", start + 2 * step);
    BOOST_TEST((t.find("a")->last_used == start + 2 * step));
    t.use("a", start + step);
    BOOST_TEST((t.find("a")->last_used == start + 2 * step));
    t.use("a", start + 3 * step);
    BOOST_TEST((t.find("a")->last_used == start + 3 * step));
    t.use("nobody", start);
}

BOOST_DATA_TEST_CASE(roles_are_kept_under_their_names, kinds, kind)
{
    tables t(kind);
    BOOST_TEST(t.roles() == "");
    t.keep({"b", "users.read"});
    t.keep({"a", ""});
    t.keep({"b", "audit.read users.read"});
    BOOST_TEST(t.roles() == "a=;b=audit.read users.read;");
    BOOST_TEST(t.read([](session& s) { return find_role(s, "b"); })->permissions == "audit.read users.read");
    BOOST_TEST((t.read([](session& s) { return find_role(s, "c"); }).error() == core::errc::not_found));
    BOOST_TEST(t.remove_the_role("a").has_value());
    BOOST_TEST((t.remove_the_role("a").error() == core::errc::not_found));
    BOOST_TEST(t.roles() == "b=audit.read users.read;");
}

BOOST_AUTO_TEST_CASE(other_nodes_hear_of_changes_and_not_of_uses)
{
    tables a("postgresql");
    const open_database b(a.empty.settings());
    const auto foreign = [&] { return b.db.changes().foreign.load(); };
    const auto number = [&] { return server().query(a.empty.settings().url, "SELECT number FROM watchword_change"); };
    const auto own_before = a.d.db.changes().foreign.load();
    const auto is_heard = [&](const std::function<void()>& change) {
        const auto before = foreign();
        const auto number_before = std::stoull(number());
        change();
        BOOST_TEST(std::stoull(number()) == number_before + 1);
        return comes_true([&] { return foreign() != before; });
    };
    BOOST_TEST(is_heard([&] { BOOST_TEST(a.add(row("a")).has_value()); }));
    BOOST_TEST(is_heard([&] { BOOST_TEST(a.remove("a").has_value()); }));
    BOOST_TEST(is_heard([&] { a.keep({"r", "users.read"}); }));
    BOOST_TEST(is_heard([&] { BOOST_TEST(a.remove_the_role("r").has_value()); }));
    BOOST_TEST(a.d.db.changes().foreign.load() == own_before);
    BOOST_TEST(a.add(row("b")).has_value());
    const auto before = number();
    a.use("b", start);
    BOOST_TEST(number() == before);

    const auto psql = [&](const std::string& sql) { server().query(a.empty.settings().url, sql); };
    for (const auto* const sql :
         {"UPDATE watchword_api_key SET permissions = ''", "UPDATE watchword_api_key SET expires = 1",
          "DELETE FROM watchword_api_key", "TRUNCATE watchword_api_key", "INSERT INTO watchword_role VALUES ('a', '')",
          "UPDATE watchword_role SET permissions = 'x'", "DELETE FROM watchword_role", "TRUNCATE watchword_role"})
        BOOST_TEST(is_heard([&] { psql(sql); }), sql);
    BOOST_TEST(a.add(row("c")).has_value());
    const auto unused = number();
    psql("UPDATE watchword_api_key SET last_used = 5");
    BOOST_TEST(number() == unused);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
