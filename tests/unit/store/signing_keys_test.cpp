#include "store/session.hpp"
#include "store/signing_keys.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr core::precise_timestamp start{std::chrono::milliseconds(1'800'000'000'123)};
constexpr std::chrono::milliseconds step{1};

using all_rows = std::vector<signing_key_row>;

signing_key_row row(const std::string& kid, core::precise_timestamp created = start)
{
    return {kid, "ES256", std::string(4000, 's'), created, created + step, {}, {}, std::chrono::minutes(15)};
}

struct keys {
    explicit keys(const std::string& kind) : empty(kind), d(empty.settings()) {}

    all_rows list()
    {
        const auto work = [](session& s) -> core::result<all_rows> { return list_signing_keys(s); };
        return d.loop.run(d.db.read(work)).value();
    }
    core::result<void> add(const signing_key_row& r)
    {
        return d.loop.run(d.db.write([&](session& s) { return add_signing_key(s, r); }));
    }
    core::result<void> set(const signing_key_row& r)
    {
        return d.loop.run(d.db.write([&](session& s) { return set_signing_times(s, r); }));
    }
    void remove(const std::string& kid)
    {
        const auto work = [&](session& s) -> core::result<void> {
            remove_signing_key(s, kid);
            return {};
        };
        BOOST_TEST(d.loop.run(d.db.write(work)).has_value());
    }

    const empty_database empty;
    open_database d;
};

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(signing_keys_test)

BOOST_DATA_TEST_CASE(keys_are_listed_as_they_were_added_in_the_order_in_which_they_were_made, kinds, kind)
{
    keys k(kind);
    BOOST_TEST(k.list().empty());
    auto late = row("a", start + 2 * step), ended = row("-Z_", start);
    ended.signs_until = start + 5 * step;
    ended.verifies_until = core::precise_timestamp{};
    for (const auto& r : {late, ended, row("B", start + step), row("b", start + step)})
        BOOST_TEST(k.add(r).has_value());
    const all_rows expected{ended, row("B", start + step), row("b", start + step), late};
    BOOST_TEST((k.list() == expected));
    BOOST_TEST((read_signing_keys(k.empty.settings()) == expected)); // beside the open database
}

BOOST_DATA_TEST_CASE(a_name_is_taken_once_and_times_are_changed_only_of_a_key_that_is_there, kinds, kind)
{
    keys k(kind);
    auto r = row("one");
    BOOST_TEST(k.add(r).has_value());
    auto other = row("one", start + step);
    BOOST_TEST((k.add(other).error() == core::errc::already_exists));
    r.signs_from += step;
    r.signs_until = start + 3 * step;
    r.verifies_until = start + 4 * step;
    r.longest_lifetime = std::chrono::hours(24 * 365);
    BOOST_TEST(k.set(r).has_value());
    BOOST_TEST((k.list() == all_rows{r}));
    r.signs_until.reset();
    r.verifies_until.reset();
    BOOST_TEST(k.set(r).has_value());
    BOOST_TEST((k.list() == all_rows{r}));
    BOOST_TEST((k.set(row("two")).error() == core::errc::not_found));
    k.remove("two");
    BOOST_TEST(k.list().size() == 1u);
    k.remove("one");
    BOOST_TEST(k.list().empty());
}

BOOST_AUTO_TEST_CASE(a_database_without_the_table_has_no_keys)
{
    const empty_database server("postgresql");
    BOOST_TEST(read_signing_keys(server.settings()).empty());
    const empty_database file("sqlite");
    BOOST_CHECK_THROW(read_signing_keys(file.settings()), std::runtime_error);
}

// Both see the keys as they are after the other's change, not before.
BOOST_AUTO_TEST_CASE(whoever_locks_the_keys_sees_what_the_one_before_has_done)
{
    keys a("postgresql");
    open_database b(a.empty.settings());
    std::promise<void> locked, seen;
    std::atomic<int> done{0};
    std::thread first([&] {
        const auto work = [&](session& s) -> core::result<void> {
            lock_signing_keys(s);
            locked.set_value();
            seen.get_future().wait();
            return add_signing_key(s, row("first"));
        };
        done += a.d.loop.run(a.d.db.write(work)).has_value() ? 1 : 0;
    });
    locked.get_future().wait();
    std::atomic<bool> has_lock{false};
    std::size_t found = 0;
    std::thread second([&] {
        const auto work = [&](session& s) -> core::result<void> {
            lock_signing_keys(s);
            has_lock = true;
            found = list_signing_keys(s).size();
            return {};
        };
        done += b.loop.run(b.db.write(work)).has_value() ? 1 : 0;
    });
    const auto waits = [&] {
        return server().query(a.empty.settings().url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT "
                                                      "granted") != "";
    };
    BOOST_TEST(comes_true(waits));
    BOOST_TEST(!has_lock);
    seen.set_value();
    first.join();
    second.join();
    BOOST_TEST(done == 2);
    BOOST_TEST(found == 1u);
}

BOOST_AUTO_TEST_CASE(other_nodes_and_nobody_else_hear_of_each_change_once)
{
    keys a("postgresql");
    const open_database b(a.empty.settings());
    const auto foreign = [&] { return b.db.changes().foreign.load(); };
    const auto own = [&] { return a.d.db.changes().foreign.load(); };
    const auto number = [&] { return server().query(a.empty.settings().url, "SELECT number FROM watchword_change"); };
    const auto own_before = own();
    const auto is_heard = [&](const std::function<void()>& change) {
        const auto before = foreign();
        const auto number_before = std::stoull(number());
        change();
        BOOST_TEST(std::stoull(number()) == number_before + 1);
        return comes_true([&] { return foreign() != before; });
    };
    auto r = row("one");
    BOOST_TEST(is_heard([&] { BOOST_TEST(a.add(r).has_value()); }));
    r.signs_from += step;
    BOOST_TEST(is_heard([&] { BOOST_TEST(a.set(r).has_value()); }));
    BOOST_TEST(is_heard([&] { a.remove("one"); }));
    BOOST_TEST(own() == own_before);
    for (const auto* const sql : {"INSERT INTO watchword_signing_key VALUES ('k', 'ES256', 'x', 1, 2, NULL, NULL, 9)",
                                  "UPDATE watchword_signing_key SET signs_until = 3",
                                  "DELETE FROM watchword_signing_key", "TRUNCATE watchword_signing_key"})
        BOOST_TEST(is_heard([&] { server().query(a.empty.settings().url, sql); }), sql);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
