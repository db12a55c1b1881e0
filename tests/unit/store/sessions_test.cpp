#include "store/session.hpp"
#include "store/session_uses.hpp"
#include "store/sessions.hpp"
#include "store/user_states.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

namespace watchword::store {
namespace {

using core::precise_timestamp;
using std::chrono::hours;
using std::chrono::milliseconds;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr precise_timestamp start{hours(500'000)};

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace session_tests {

// A user and the functions of the store on his sessions.
struct with_user {
    explicit with_user(const std::string& kind) : empty(kind), d(empty.settings())
    {
        user_id = d.add(numbered_user(1)).value();
        other_id = d.add(numbered_user(2)).value();
    }

    session_row row(const std::string& id, std::int64_t user = 0) const
    {
        session_row r;
        r.id = id;
        r.user_id = user != 0 ? user : user_id;
        r.public_id = r.user_id == user_id ? "id-1" : "id-2";
        r.created = r.last_used = r.auth_time = start;
        r.expires = start + hours(100);
        r.delete_after = start + hours(10);
        return r;
    }
    template <class Work> auto write(Work work) { return d.loop.run(d.db.write(work)); }
    void add(const session_row& r)
    {
        const auto done = write([&](session& s) -> core::result<int> {
            add_session(s, r);
            return 0;
        });
        BOOST_REQUIRE(done.has_value());
    }
    core::result<found_session> find(const std::string& id)
    {
        return d.loop.run(d.db.read([&](session& s) { return find_session(s, id); }));
    }
    bool has_ended(const std::string& id) { return find(id)->row.ended.has_value(); }
    std::vector<std::string> end_with(const std::function<std::vector<std::string>(session&)>& work)
    {
        auto ids = write([&](session& s) -> core::result<std::vector<std::string>> { return work(s); }).value();
        std::sort(ids.begin(), ids.end());
        return ids;
    }

    const empty_database empty;
    open_database d;
    std::int64_t user_id = 0, other_id = 0;
};

} // namespace session_tests

namespace {

using session_tests::with_user;

const session_end some_end{start + hours(1), "because", start + hours(2)};

using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(sessions_test)

BOOST_AUTO_TEST_CASE(times_of_use_have_one_text)
{
    session_uses uses{};
    BOOST_TEST(write_uses(uses) == std::string(64, 'A'));
    uses[0] = precise_timestamp(milliseconds(1));
    uses[7] = precise_timestamp(milliseconds((1LL << 48) - 1));
    uses[3] = start;
    const auto text = write_uses(uses);
    BOOST_TEST(text.starts_with("AAAAAAAB"));
    BOOST_TEST(text.ends_with("________"));
    BOOST_TEST((read_uses(text).value() == uses));
    uses[0] = precise_timestamp(milliseconds(-1));
    uses[7] = precise_timestamp(milliseconds(1LL << 48));
    BOOST_TEST((read_uses(write_uses(uses)).value()[0] == precise_timestamp()));
    BOOST_TEST((read_uses(write_uses(uses)).value()[7] == precise_timestamp(milliseconds((1LL << 48) - 1))));
    for (const auto& wrong : {std::string(), std::string(63, 'A'), std::string(65, 'A'), std::string(60, 'A'),
                              std::string(63, 'A') + "=", std::string(63, 'A') + "+"})
        BOOST_TEST(!read_uses(wrong).has_value());
}

BOOST_DATA_TEST_CASE(a_session_is_found_as_it_was_added, kinds, kind)
{
    with_user w(kind);
    auto r = w.row("one");
    r.counter = (std::uint64_t{1} << 63) - 2;
    r.uses.fill(start + milliseconds(123));
    r.uses[7] = start - hours(5);
    r.last_used = start + milliseconds(1);
    r.device = "Žofie's 'browser'";
    r.address = "2001:db8::1";
    r.amr = "pwd otp";
    r.scope = "a b";
    w.add(r);
    const auto found = w.find("one").value();
    BOOST_TEST(found.row.id == "one");
    BOOST_TEST(found.row.user_id == w.user_id);
    BOOST_TEST(found.row.public_id == "id-1");
    BOOST_TEST((found.row.created == r.created));
    BOOST_TEST((found.row.last_used == r.last_used));
    BOOST_TEST((found.row.expires == r.expires));
    BOOST_TEST((found.row.delete_after == r.delete_after));
    BOOST_TEST((found.row.auth_time == r.auth_time));
    BOOST_TEST(found.row.counter == r.counter);
    BOOST_TEST((found.row.uses == r.uses));
    BOOST_TEST(found.row.device == r.device);
    BOOST_TEST(found.row.address == r.address);
    BOOST_TEST(found.row.amr == r.amr);
    BOOST_TEST(found.row.scope == r.scope);
    BOOST_TEST(!found.row.ended.has_value());
    BOOST_TEST(found.owner.id == w.user_id);
    BOOST_TEST(found.owner.public_id == "id-1");
    BOOST_TEST(*found.owner.email == *w.d.find("user1@example.test")->email);
    BOOST_TEST(*found.owner.name == "Name 1");
    BOOST_TEST(found.owner.generation == 0);
    BOOST_TEST(!found.owner.disabled);
    BOOST_TEST((w.find("two").error() == core::errc::not_found));
    const auto again = w.write([&](session& s) -> core::result<int> {
        add_session(s, w.row("one", w.other_id));
        return 0;
    });
    BOOST_TEST((again.error() == core::errc::already_exists));
}

BOOST_DATA_TEST_CASE(it_advances_only_if_it_is_as_it_was_seen, kinds, kind)
{
    with_user w(kind);
    w.add(w.row("one"));
    w.add(w.row("two"));
    const auto seen = w.find("one")->row;
    auto next = seen;
    next.counter = 1;
    next.uses[0] = next.last_used = start + hours(1);
    next.delete_after = start + hours(11);
    next.address = "192.0.2.1";
    next.device = "not written";
    const auto advance = [&](const session_row& from, const session_row& to) {
        return w.write([&](session& s) { return advance_session(s, from, to); });
    };
    BOOST_TEST(advance(seen, next).has_value());
    const auto after = w.find("one")->row;
    BOOST_TEST(after.counter == 1u);
    BOOST_TEST((after.uses == next.uses));
    BOOST_TEST((after.last_used == next.last_used));
    BOOST_TEST((after.delete_after == next.delete_after));
    BOOST_TEST(after.address == "192.0.2.1");
    BOOST_TEST(after.device.empty());
    BOOST_TEST((advance(seen, next).error() == core::errc::not_found)); // somebody was faster: we
    BOOST_TEST(w.find("two")->row.counter == 0u);
    w.end_with([&](session& s) { return end_all_sessions(s, w.user_id, some_end); });
    BOOST_TEST((advance(after, next).error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(sessions_are_ended_one_by_one_and_together, kinds, kind)
{
    with_user w(kind);
    for (const std::string id : {"a", "b", "c", "d"}) w.add(w.row(id));
    w.add(w.row("other", w.other_id));
    const auto end = [&](std::int64_t user, const std::string& id) {
        return w.write([&](session& s) { return end_session(s, user, id, some_end); });
    };
    BOOST_TEST((end(w.other_id, "a").error() == core::errc::not_found));
    BOOST_TEST(end(w.user_id, "a").has_value());
    BOOST_TEST((end(w.user_id, "a").error() == core::errc::not_found));
    const auto ended = w.find("a")->row.ended.value();
    BOOST_TEST((ended.when == some_end.when));
    BOOST_TEST(ended.reason == "because");
    BOOST_TEST((ended.delete_after == some_end.delete_after));
    BOOST_TEST(!w.has_ended("b"));

    BOOST_TEST(w.end_with([&](session& s) { return end_other_sessions(s, w.user_id, "c", some_end); }) ==
               (texts{"b", "d"}));
    BOOST_TEST(!w.has_ended("c"));
    BOOST_TEST(w.end_with([&](session& s) { return end_all_sessions(s, w.user_id, some_end); }) == texts{"c"});
    BOOST_TEST(w.end_with([&](session& s) { return end_all_sessions(s, w.user_id, some_end); }).empty());
    BOOST_TEST(!w.has_ended("other"));
}

BOOST_DATA_TEST_CASE(those_that_were_used_last_are_kept_and_listed_first, kinds, kind)
{
    with_user w(kind);
    int minutes = 0;
    for (const std::string id : {"b", "d", "a", "c"}) {
        auto r = w.row(id);
        r.last_used = start + std::chrono::minutes(++minutes);
        r.device = "device " + id;
        w.add(r);
    }
    w.add(w.row("other", w.other_id));
    const auto listed = [&] {
        texts ids;
        const auto list = [&](session& s) -> core::result<std::vector<session_row>> {
            return list_sessions(s, w.user_id);
        };
        for (const auto& r : w.d.loop.run(w.d.db.read(list)).value()) {
            BOOST_TEST(r.device == "device " + r.id);
            ids.push_back(r.id);
        }
        return ids;
    };
    BOOST_TEST(listed() == (texts{"c", "a", "d", "b"}));
    const auto keep = [&](std::size_t count) {
        return w.end_with([&](session& s) { return end_surplus_sessions(s, w.user_id, count, some_end); });
    };
    BOOST_TEST(keep(4).empty());
    BOOST_TEST(keep(2) == (texts{"b", "d"}));
    BOOST_TEST(listed() == (texts{"c", "a"}));
    BOOST_TEST(keep(0) == (texts{"a", "c"}));
    BOOST_TEST(listed().empty());
    BOOST_TEST(!w.has_ended("other"));
}

BOOST_DATA_TEST_CASE(rows_are_deleted_when_their_time_has_come, kinds, kind)
{
    with_user w(kind);
    for (const std::string id : {"a", "b", "c"}) w.add(w.row(id));
    auto later = w.row("later");
    later.delete_after = start + hours(10) + milliseconds(1);
    w.add(later);
    const auto delete_rows = [&](precise_timestamp now, std::size_t limit) {
        return w.write([&](session& s) -> core::result<std::size_t> { return delete_expired_sessions(s, now, limit); })
            .value();
    };
    BOOST_TEST(delete_rows(start + hours(10) - milliseconds(1), 10) == 0u);
    BOOST_TEST(delete_rows(start + hours(10), 2) == 2u);
    BOOST_TEST(delete_rows(start + hours(10), 2) == 1u);
    BOOST_TEST(delete_rows(start + hours(10), 2) == 0u);
    BOOST_TEST(w.find("later").has_value());
}

BOOST_DATA_TEST_CASE(a_row_that_somebody_has_spoilt_is_no_session, kinds, kind)
{
    with_user w(kind);
    w.add(w.row("a"));
    BOOST_TEST(w.d.execute("UPDATE watchword_session SET uses = 'x'").has_value());
    BOOST_TEST((w.find("a").error() == core::errc::not_found));
    w.add(w.row("b"));
    BOOST_TEST(w.d.execute("UPDATE watchword_session SET counter = -1").has_value());
    BOOST_TEST((w.find("b").error() == core::errc::not_found));
}

BOOST_DATA_TEST_CASE(sessions_go_with_their_user, kinds, kind)
{
    with_user w(kind);
    w.add(w.row("a"));
    w.add(w.row("other", w.other_id));
    BOOST_TEST(w.write([&](session& s) { return raise_generation(s, w.user_id, start, {}); }).has_value());
    BOOST_TEST(w.d.execute("DELETE FROM \"user\" WHERE public_id = 'id-1'").has_value());
    BOOST_TEST((w.find("a").error() == core::errc::not_found));
    BOOST_TEST(w.find("other").has_value());
    BOOST_TEST((w.write([&](session& s) { return raise_generation(s, w.user_id, start, {}); }).error() ==
                core::errc::not_found));
}

BOOST_DATA_TEST_CASE(generations_rise_and_users_are_disabled, kinds, kind)
{
    with_user w(kind);
    const auto state = [&](std::int64_t id) {
        return w.d.loop.run(w.d.db.read([&](session& s) { return find_user_state(s, id); }));
    };
    BOOST_TEST(state(w.user_id)->generation == 0);
    BOOST_TEST(!state(w.user_id)->disabled);
    BOOST_TEST((state(999).error() == core::errc::not_found));
    for (int i = 1; i <= 3; ++i) {
        const auto raised =
            w.write([&](session& s) { return raise_generation(s, w.user_id, start + hours(i), {}); }).value();
        BOOST_TEST(raised.generation == i);
        BOOST_TEST((raised.changed == start + hours(i)));
    }
    const auto set = [&](bool disabled) {
        return w.write([&](session& s) { return set_disabled(s, w.other_id, disabled, start, {}); }).value();
    };
    BOOST_TEST(set(true).generation == 1);
    BOOST_TEST(state(w.other_id)->disabled);
    BOOST_TEST(w.write([&](session& s) { return raise_generation(s, w.other_id, start, {}); })->disabled);
    w.add(w.row("other", w.other_id));
    BOOST_TEST(w.find("other")->owner.disabled);
    BOOST_TEST(w.find("other")->owner.generation == 2);
    BOOST_TEST(set(false).generation == 3);
    BOOST_TEST(!state(w.other_id)->disabled);

    BOOST_TEST(state(w.user_id)->generation == 3);
    BOOST_TEST((state(w.user_id)->changed >= start + milliseconds(1)));
    BOOST_TEST((state(w.user_id)->changed < start + hours(4)));
    BOOST_TEST(state(w.other_id)->generation == 3);
    BOOST_TEST((state(w.other_id)->changed == start));
}

BOOST_AUTO_TEST_CASE(a_row_that_another_server_changes_is_not_waited_for)
{
    with_user w("postgresql");
    w.add(w.row("a"));
    w.add(w.row("b"));
    open_database second(w.empty.settings());
    const auto try_lock = [&](const std::string& id) {
        return second.loop.run(second.db.write([&](session& s) { return lock_session(s, id); }));
    };
    const auto hold = [&](session& s) -> core::result<int> {
        BOOST_TEST(lock_session(s, "a").value().has_value());
        BOOST_TEST(lock_session(s, "a").value().has_value()); // its own lock is in nobody's way
        BOOST_TEST(!try_lock("a").value().has_value());
        BOOST_TEST(try_lock("b").value().has_value());
        BOOST_TEST((try_lock("c").error() == core::errc::not_found));
        return 0;
    };
    BOOST_TEST(w.write(hold).has_value());
    BOOST_TEST(try_lock("a").value().has_value());
}

BOOST_AUTO_TEST_CASE(on_sqlite_the_only_writer_has_every_row)
{
    with_user w("sqlite");
    w.add(w.row("a"));
    const auto lock = [&](const std::string& id) { return w.write([&](session& s) { return lock_session(s, id); }); };
    BOOST_TEST(lock("a").value().has_value());
    BOOST_TEST((lock("b").error() == core::errc::not_found));
}

// --- what other servers are told

namespace {

struct told : with_user {
    told() : with_user("postgresql") {}

    std::uint64_t number() const { return std::stoull(query("SELECT number FROM watchword_change")); }
    std::string query(const std::string& sql) const { return server().query(empty.settings().url, sql); }
    // By how many changes a job is told.
    template <class Work> std::uint64_t changes_of(Work work)
    {
        const auto before = number();
        write([&](session& s) -> core::result<int> {
            work(s);
            return 0;
        });
        return number() - before;
    }
    std::uint64_t changes_of_query(const std::string& sql)
    {
        const auto before = number();
        query(sql);
        return number() - before;
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_server_tells_others_of_ends_and_not_of_refreshes, told)
{
    BOOST_TEST(changes_of([&](session& s) { add_session(s, row("a")); }) == 0u);
    add(row("b"));
    BOOST_TEST(changes_of([&](session& s) {
                   const auto seen = find_session(s, "a")->row;
                   auto next = seen;
                   ++next.counter;
                   next.delete_after += hours(1);
                   BOOST_TEST(advance_session(s, seen, next).has_value());
               }) == 0u);
    BOOST_TEST(changes_of([&](session& s) { end_session(s, user_id, "a", some_end).value(); }) == 1u);
    BOOST_TEST(changes_of([&](session& s) { (void)end_session(s, user_id, "a", some_end); }) == 0u);
    BOOST_TEST(changes_of([&](session& s) { end_all_sessions(s, user_id, some_end); }) == 1u);
    BOOST_TEST(changes_of([&](session& s) { end_all_sessions(s, user_id, some_end); }) == 0u);
    BOOST_TEST(changes_of([&](session& s) { raise_generation(s, user_id, start, {}).value(); }) == 1u);
    BOOST_TEST(changes_of([&](session& s) { delete_expired_sessions(s, start + hours(1000), 10); }) == 0u);
}

BOOST_FIXTURE_TEST_CASE(it_raises_the_counters_of_others_and_not_its_own, told)
{
    open_database second(empty.settings());
    add(row("a"));
    const auto users_before = d.db.changes().users.load();
    const auto foreign_before = second.db.changes().foreign.load();
    end_with([&](session& s) { return end_all_sessions(s, user_id, some_end); });
    BOOST_TEST(d.db.changes().users == users_before); // nobody's list is another
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (second.db.changes().foreign == foreign_before && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(milliseconds(1));
    BOOST_TEST(second.db.changes().foreign != foreign_before);
}

BOOST_FIXTURE_TEST_CASE(other_programs_revocations_are_told_and_nothing_else, told)
{
    for (const std::string id : {"a", "b", "c", "d"}) add(row(id));
    BOOST_TEST(changes_of_query("UPDATE watchword_session SET counter = counter + 1, last_used = 7") == 0u);
    BOOST_TEST(changes_of_query("UPDATE watchword_session SET ended = NULL") == 0u);
    BOOST_TEST(changes_of_query("UPDATE watchword_session SET ended = 5 WHERE id IN ('a', 'b')") == 1u);
    BOOST_TEST(changes_of_query("DELETE FROM watchword_session WHERE id = 'a'") == 0u);
    BOOST_TEST(changes_of_query("DELETE FROM watchword_session WHERE id = 'c'") == 1u);
    BOOST_TEST(changes_of_query("INSERT INTO watchword_user_state VALUES (" + std::to_string(user_id) +
                                ", 'id-1', 1, 0, '', 0, 0)") == 1u);
    BOOST_TEST(changes_of_query("UPDATE watchword_user_state SET generation = 2") == 1u);
    BOOST_TEST(changes_of_query("DELETE FROM watchword_user_state") == 1u);
    BOOST_TEST(changes_of_query("TRUNCATE watchword_session") == 1u);
    BOOST_TEST(changes_of_query("TRUNCATE watchword_user_state") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
