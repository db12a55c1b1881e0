#include "store/database.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"
#include "support/cancellable.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <stdexcept>
#include <thread>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

core::result<int> refuse(session& s)
{
    if (const auto added = add_user(s, numbered_user(1000)); !added) return added.error();
    return core::errc::invalid_input;
}

std::uint64_t users_changes(const open_database& d)
{
    return d.db.changes().users - d.db.changes().foreign;
}

} // namespace

BOOST_AUTO_TEST_SUITE(database_test)

BOOST_DATA_TEST_CASE(what_was_written_is_there_after_a_restart, kinds, kind)
{
    const empty_database empty(kind);
    {
        open_database d(empty.settings());
        BOOST_TEST(d.add(numbered_user(1)).has_value());
    }
    open_database d(empty.settings());
    BOOST_TEST(d.find("user1@example.test").has_value());
}

BOOST_DATA_TEST_CASE(jobs_that_wait_share_one_commit_and_a_failing_one_is_rolled_back_alone, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    blocking_work block;
    std::optional<core::result<int>> blocked, failed, thrown;
    std::array<std::optional<core::result<std::int64_t>>, 49> added;

    const auto before = d.db.statistics().commits.committed;
    d.loop.start(d.db.write(block.work()), blocked);
    block.wait_until_entered();
    for (std::size_t i = 0; i < added.size(); ++i) {
        const auto add = [u = numbered_user(static_cast<int>(i))](session& s) { return add_user(s, u); };
        d.loop.start(d.db.write(add), added[i]);
        if (i == 20) d.loop.start(d.db.write(refuse), failed);
        if (i == 30) {
            const auto fail = [](session& s) -> core::result<int> {
                if (!add_user(s, numbered_user(1001))) return 0;
                throw std::runtime_error("a bug");
            };
            d.loop.start(d.db.write(fail), thrown);
        }
    }
    BOOST_TEST(d.db.statistics().writer.waiting == added.size() + 2);
    block.release();
    d.loop.finish();

    BOOST_TEST(d.db.statistics().commits.committed == before + 2);
    for (const auto& a : added) BOOST_TEST(a->has_value());
    BOOST_TEST((failed->error() == core::errc::invalid_input));
    BOOST_TEST((thrown->error() == core::errc::unavailable));
    BOOST_TEST(d.list()->size() == added.size());
}

BOOST_DATA_TEST_CASE(a_lone_job_that_fails_leaves_nothing, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const auto before = d.db.statistics().commits.committed;
    BOOST_TEST((d.loop.run(d.db.write(refuse)).error() == core::errc::invalid_input));
    BOOST_TEST(d.list()->empty());
    BOOST_TEST(d.db.statistics().commits.committed == before + 1);
}

BOOST_DATA_TEST_CASE(a_job_that_hides_a_failed_statement_does_not_succeed_half, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const auto hide = [](session& s) -> core::result<int> {
        if (!add_user(s, numbered_user(1))) return core::errc::invalid_input;
        try {
            s.execute("INSERT INTO no_such_table VALUES (1)");
        } catch (const soci::soci_error&) { // what a careless store function might do
        }
        return 0;
    };
    const auto outcome = d.loop.run(d.db.write(hide));
    BOOST_TEST(outcome.has_value() == (d.list()->size() == 1));
}

BOOST_DATA_TEST_CASE(a_failed_commit_answers_unavailable_to_every_job_of_the_batch, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    BOOST_TEST(d.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY);"
                         "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
                   .has_value());
    blocking_work block;
    std::optional<core::result<int>> blocked, refused, breaking;
    std::optional<core::result<std::int64_t>> added;
    const auto add = [](session& s) { return add_user(s, numbered_user(1)); };
    const auto break_commit = [](session& s) -> core::result<int> {
        s.execute("INSERT INTO child VALUES (77)");
        return 0;
    };
    d.loop.start(d.db.write(block.work()), blocked);
    block.wait_until_entered();
    d.loop.start(d.db.write(add), added);
    d.loop.start(d.db.write(break_commit), breaking);
    d.loop.start(d.db.write(refuse), refused);
    block.release();
    d.loop.finish();
    BOOST_TEST(blocked->has_value());
    BOOST_TEST((added->error() == core::errc::unavailable));
    BOOST_TEST((breaking->error() == core::errc::unavailable));
    BOOST_TEST((refused->error() == core::errc::unavailable));

    BOOST_TEST(d.list()->empty());
    BOOST_TEST(d.add(numbered_user(2)).has_value());
    BOOST_TEST(d.list()->size() == 1u);
}

BOOST_DATA_TEST_CASE(one_more_than_the_queue_holds_is_refused_as_overloaded, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.readers = 1;
    settings.queue = 3;
    open_database d(settings);
    const auto nothing = [](session&) -> core::result<int> { return 7; };

    blocking_work writer, reader;
    std::array<std::optional<core::result<int>>, 5> writes, reads;
    d.loop.start(d.db.write(writer.work()), writes[0]);
    d.loop.start(d.db.read(reader.work()), reads[0]);
    writer.wait_until_entered();
    reader.wait_until_entered();
    for (std::size_t i = 1; i < writes.size(); ++i) {
        d.loop.start(d.db.write(nothing), writes[i]);
        d.loop.start(d.db.read(nothing), reads[i]);
    }
    BOOST_TEST((writes[4]->error() == core::errc::overloaded)); // at once, while the threads are busy
    BOOST_TEST((reads[4]->error() == core::errc::overloaded));
    writer.release();
    reader.release();
    d.loop.finish();
    BOOST_TEST(writes[3]->value() == 7);
    BOOST_TEST(reads[3]->value() == 7);
    BOOST_TEST(d.db.statistics().writer.refused == 1u);
}

BOOST_DATA_TEST_CASE(a_job_that_has_waited_too_long_is_not_run, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.timeout = std::chrono::milliseconds(100);
    open_database d(settings);
    blocking_work block;
    std::optional<core::result<int>> blocked;
    std::optional<core::result<std::int64_t>> late;
    const auto add = [](session& s) { return add_user(s, numbered_user(1)); };
    d.loop.start(d.db.write(block.work()), blocked);
    block.wait_until_entered();
    d.loop.start(d.db.write(add), late);
    std::this_thread::sleep_for(2 * settings.timeout); // the deadline is what is tested
    block.release();
    d.loop.finish();
    BOOST_TEST((late->error() == core::errc::timed_out));
    BOOST_TEST(d.list()->empty());
}

BOOST_DATA_TEST_CASE(a_write_that_nobody_wants_is_not_begun_and_one_in_a_batch_is_committed, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.queue = 3;
    open_database d(settings);
    const auto add = [](int i) { return [u = numbered_user(i)](session& s) { return add_user(s, u); }; };
    blocking_work block;
    test::cancellable<int> blocked(d.db.write(block.work()));
    block.wait_until_entered();
    test::cancellable<std::int64_t> first(d.db.write(add(1))), unwanted(d.db.write(add(2))), last(d.db.write(add(3)));
    unwanted.cancel();
    BOOST_TEST(unwanted.is_cancelled());
    test::cancellable<std::int64_t> next(d.db.write(add(4))); // the queue was full
    const auto writer = d.db.statistics().writer;
    BOOST_TEST(writer.waiting == 3u);
    BOOST_TEST(writer.withdrawn == 1u);
    BOOST_TEST(writer.refused == 0u);
    blocked.cancel(); // it is in a batch: too late
    block.release();
    BOOST_TEST(blocked.finish().has_value());
    for (auto* const each : {&first, &last, &next}) BOOST_TEST(each->finish().has_value());
    BOOST_TEST(d.list()->size() == 3u);
    BOOST_TEST(d.find("user2@example.test").has_error());
}

BOOST_DATA_TEST_CASE(a_read_that_nobody_wants_is_not_begun, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.readers = 1;
    open_database d(settings);
    blocking_work block;
    test::cancellable<int> blocked(d.db.read(block.work()));
    block.wait_until_entered();
    bool begun = false;
    const auto note = [&](session&) -> core::result<bool> { return begun = true; };
    test::cancellable<bool> unwanted(d.db.read(note));
    unwanted.cancel();
    BOOST_TEST(unwanted.is_cancelled());
    BOOST_TEST(d.db.statistics().readers.withdrawn == 1u);
    block.release();
    BOOST_TEST(blocked.finish().has_value());
    BOOST_TEST(!begun);
}

// Every write is either committed or withdrawn, never both, whoever comes first: the second waits for the first's
// commit.
BOOST_AUTO_TEST_CASE(writes_that_are_withdrawn_while_they_begin_exist_wholly_or_not_at_all)
{
    const empty_database empty("sqlite");
    open_database d(empty.settings());
    std::size_t done = 0, cancelled = 0;
    for (int i = 0; i < 300; i += 2) {
        const auto add = [](int n) { return [u = numbered_user(n)](session& s) { return add_user(s, u); }; };
        test::cancellable<std::int64_t> one(d.db.write(add(i))), other(d.db.write(add(i + 1)));
        for (int spin = i % 64 * 20; spin > 0; --spin) std::this_thread::yield();
        for (auto* const each : {&other, &one}) {
            each->cancel();
            each->finish();
            cancelled += each->is_cancelled();
            done += each->outcome->has_value();
        }
    }
    BOOST_TEST(done + cancelled == 300u);
    BOOST_TEST(cancelled > 0u);
    BOOST_TEST(d.list()->size() == done);
    BOOST_TEST(d.db.statistics().writer.withdrawn == cancelled);
    BOOST_TEST_MESSAGE(cancelled << " withdrawn, " << done << " done");
}

// Else a batch could take as many times the time-out as it has jobs.
BOOST_DATA_TEST_CASE(a_job_whose_time_is_over_within_its_batch_is_not_run, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.timeout = std::chrono::milliseconds(400);
    open_database d(settings);
    blocking_work block;
    std::optional<core::result<int>> blocked, slow;
    std::optional<core::result<std::int64_t>> late;
    const auto take_long = [&](session& s) -> core::result<int> {
        for (int i = 0; i < 4; ++i) { // never idle for so long that PostgreSQL would end the session
            std::this_thread::sleep_for(settings.timeout / 3);
            s.execute("SELECT 1");
        }
        return 0;
    };
    const auto add = [](session& s) { return add_user(s, numbered_user(1)); };
    d.loop.start(d.db.write(block.work()), blocked);
    block.wait_until_entered();
    d.loop.start(d.db.write(take_long), slow);
    d.loop.start(d.db.write(add), late);
    block.release();
    d.loop.finish();
    BOOST_TEST(slow->has_value());
    BOOST_TEST((late->error() == core::errc::timed_out));
    BOOST_TEST(d.list()->empty());
}

BOOST_DATA_TEST_CASE(readers_cannot_write, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const auto add = [](session& s) { return add_user(s, numbered_user(1)); };
    BOOST_TEST((d.loop.run(d.db.read(add)).error() == core::errc::unavailable));
    BOOST_TEST(d.list()->empty());
}

BOOST_DATA_TEST_CASE(a_read_is_one_snapshot_and_the_next_sees_later_commits, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.readers = 1;
    open_database d(settings);
    BOOST_TEST(d.add(numbered_user(1)).has_value());

    std::promise<void> counted, added;
    std::optional<core::result<int>> seen;
    const auto count_twice = [&](session& s) -> core::result<int> {
        const auto first = list_users(s, before_all_users, 10)->size();
        counted.set_value();
        added.get_future().wait();
        return static_cast<int>(first * 10 + list_users(s, before_all_users, 10)->size());
    };
    d.loop.start(d.db.read(count_twice), seen);
    counted.get_future().wait();
    io_loop other;
    BOOST_TEST(other.run(d.db.write([](session& s) { return add_user(s, numbered_user(2)); })).has_value());
    added.set_value();
    d.loop.finish();
    BOOST_TEST(seen->value() == 11);
    BOOST_TEST(d.list()->size() == 2u);
}

BOOST_DATA_TEST_CASE(rows_left_unfetched_do_not_pin_the_snapshot, kinds, kind)
{
    const empty_database empty(kind);
    auto settings = empty.settings();
    settings.readers = 1;
    open_database d(settings);
    for (int i = 0; i < 3; ++i) BOOST_TEST(d.add(numbered_user(i)).has_value());

    struct half_read {
        long long id = 0;
        soci::statement statement;
        explicit half_read(soci::session& sql)
            : statement((sql.prepare << "SELECT id FROM \"user\" ORDER BY id", soci::into(id)))
        {}
    };
    const auto read_one = [](session& s) -> core::result<bool> {
        return s.prepared<half_read>().statement.execute(true);
    };
    BOOST_TEST(d.loop.run(d.db.read(read_one)).value());
    BOOST_TEST(d.loop.run(d.db.write(read_one)).value());
    BOOST_TEST(d.add(numbered_user(3)).has_value());
    BOOST_TEST(d.list()->size() == 4u);
}

BOOST_DATA_TEST_CASE(the_user_counter_rises_only_for_committed_changes_and_before_the_answer, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    const auto start = users_changes(d);
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    BOOST_TEST(users_changes(d) == start + 1);

    BOOST_TEST(!d.add(numbered_user(1)).has_value());
    BOOST_TEST((d.loop.run(d.db.write(refuse)).error() == core::errc::invalid_input));
    BOOST_TEST(d.list()->size() == 1u);
    BOOST_TEST(users_changes(d) == start + 1);
}

BOOST_DATA_TEST_CASE(callers_resume_on_their_own_thread, kinds, kind)
{
    const empty_database empty(kind);
    open_database d(empty.settings());
    std::thread::id reader, writer, after;
    const auto note_reader = [&](session&) -> core::result<int> {
        reader = std::this_thread::get_id();
        return 0;
    };
    const auto note_writer = [&](session&) -> core::result<int> {
        writer = std::this_thread::get_id();
        return 0;
    };
    const auto both = [&]() -> core::task<core::result<int>> {
        co_await d.db.read(note_reader);
        co_await d.db.write(note_writer);
        after = std::this_thread::get_id();
        co_return 0;
    };
    BOOST_TEST(d.loop.run(both()).has_value());
    BOOST_TEST((after == std::this_thread::get_id()));
    BOOST_TEST((reader != after && writer != after && reader != writer));
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_of_url_is_refused)
{
    for (const auto* url : {"", "users.db", "mysql://host/x", "sqlite",
                            "sqlite:", "sqlite::memory:", "sqlite:///users.db", "sqlite:a\"b.db"})
        BOOST_TEST(refusal({url}) != "", url);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
