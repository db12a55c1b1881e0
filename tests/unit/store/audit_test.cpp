#include "store/audit.hpp"
#include "store/session.hpp"
#include "store_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace watchword::store {
namespace {

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr core::precise_timestamp start{std::chrono::milliseconds(1'800'000'000'123)};

struct log {
    explicit log(const std::string& kind) : empty(kind), d(empty.settings()) {}

    void append(const std::string& actor, const std::string& action, const std::string& subject)
    {
        ++count;
        const audit_event e{count,
                            start + std::chrono::milliseconds(count),
                            "user",
                            actor,
                            action,
                            subject,
                            R"({"é":1})",
                            "192.0.2.1",
                            "req-" + std::to_string(count),
                            "link-" + std::to_string(count)};
        const auto work = [&](session& s) -> core::result<void> {
            append_audit_event(s, e);
            return {};
        };
        BOOST_TEST(d.loop.run(d.db.write(work)).has_value());
    }
    std::vector<audit_event> list(const audit_filter& f, std::optional<std::int64_t> before, std::size_t limit)
    {
        const auto work = [&](session& s) -> core::result<std::vector<audit_event>> {
            return list_audit_events(s, f, before, limit);
        };
        return d.loop.run(d.db.read(work)).value();
    }
    audit_end end()
    {
        const auto work = [](session& s) -> core::result<audit_end> { return lock_audit_end(s); };
        return d.loop.run(d.db.write(work)).value();
    }
    std::int64_t sign(std::int64_t event, const std::string& jws)
    {
        const auto work = [&](session& s) -> core::result<std::int64_t> {
            add_audit_checkpoint(s, {event, start, jws});
            return last_audit_checkpoint(s);
        };
        return d.loop.run(d.db.write(work)).value();
    }
    bool executes(const std::string& statement)
    {
        const auto work = [&](session& s) -> core::result<void> {
            s.execute(statement);
            return {};
        };
        return d.loop.run(d.db.write(work)).has_value();
    }
    // "3 1": which of them, by their order.
    std::string numbers(const audit_filter& f)
    {
        std::string all;
        for (const auto& e : list(f, {}, 100)) all += (all.empty() ? "" : " ") + e.request_id.substr(4);
        return all;
    }

    const empty_database empty;
    open_database d;
    int count = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(audit)

BOOST_DATA_TEST_CASE(events_are_listed_as_they_were_appended_the_newest_first, kinds, kind)
{
    log l(kind);
    BOOST_TEST(l.list({}, {}, 10).empty());
    for (const auto* const each : {"x", "y", "z"}) l.append("ann", "user.created", each);
    const auto first = l.list({}, {}, 2);
    BOOST_REQUIRE(first.size() == 2u);
    const audit_event newest{first[0].id,    start + std::chrono::milliseconds(3),
                             "user",         "ann",
                             "user.created", "z",
                             R"({"é":1})",   "192.0.2.1",
                             "req-3",        "link-3"};
    BOOST_TEST((first[0] == newest));
    BOOST_TEST(first[1].subject == "y");
    const auto rest = l.list({}, first[1].id, 2);
    BOOST_REQUIRE(rest.size() == 1u);
    BOOST_TEST(rest[0].subject == "x");
    BOOST_TEST(l.list({}, rest[0].id, 2).empty());
}

BOOST_DATA_TEST_CASE(lists_are_narrowed_in_every_combination, kinds, kind)
{
    log l(kind);
    l.append("ann", "user.created", "x");
    l.append("ann", "user.deleted", "x");
    l.append("bob", "user.created", "x");
    l.append("bob", "user.deleted", "y");
    l.append("ann", "user.created", "y");
    BOOST_TEST(l.numbers({}) == "5 4 3 2 1");
    BOOST_TEST(l.numbers({"ann", {}, {}}) == "5 2 1");
    BOOST_TEST(l.numbers({{}, "x", {}}) == "3 2 1");
    BOOST_TEST(l.numbers({{}, {}, "user.deleted"}) == "4 2");
    BOOST_TEST(l.numbers({"ann", "x", {}}) == "2 1");
    BOOST_TEST(l.numbers({"ann", {}, "user.created"}) == "5 1");
    BOOST_TEST(l.numbers({{}, "y", "user.created"}) == "5");
    BOOST_TEST(l.numbers({"bob", "y", "user.deleted"}) == "4");
    BOOST_TEST(l.numbers({"bob", "y", "user.created"}) == "");
    BOOST_TEST(l.numbers({"' OR 1=1 --", {}, {}}) == "");
}

BOOST_DATA_TEST_CASE(the_end_is_the_newest_event_and_events_are_read_from_the_oldest_on, kinds, kind)
{
    log l(kind);
    BOOST_TEST(l.end().id == 0);
    BOOST_TEST(l.end().chain.empty());
    for (int i = 1; i <= 5; ++i) l.append("ann", "user.created", "x");
    BOOST_TEST(l.end().id == 5);
    BOOST_TEST(l.end().chain == "link-5");

    audit_reader reader(l.empty.settings());
    const auto numbers = [](const std::vector<audit_event>& events) {
        std::string all;
        for (const auto& e : events) all += std::to_string(e.id) + " ";
        return all;
    };
    BOOST_TEST(numbers(reader.after(0, 3)) == "1 2 3 ");
    BOOST_TEST(numbers(reader.after(3, 3)) == "4 5 ");
    BOOST_TEST(numbers(reader.after(5, 3)) == "");
    BOOST_TEST(numbers(reader.last(2)) == "4 5 ");
    BOOST_TEST((reader.last(1) == l.list({}, {}, 1)));
}

BOOST_DATA_TEST_CASE(checkpoints_are_kept_once, kinds, kind)
{
    log l(kind);
    BOOST_TEST(l.sign(7, "a") == 7);
    BOOST_TEST(l.sign(9, "b") == 9);
    BOOST_TEST(l.sign(7, "c") == 9);
    audit_reader reader(l.empty.settings());
    BOOST_TEST((reader.checkpoints() == std::vector<audit_checkpoint>{{7, start, "a"}, {9, start, "b"}}));
}

BOOST_DATA_TEST_CASE(events_cannot_be_changed_or_removed_in_passing, kinds, kind)
{
    log l(kind);
    l.append("ann", "user.created", "x");
    for (const std::string_view change : {"UPDATE watchword_audit SET subject = 'y'", "DELETE FROM watchword_audit"}) {
        BOOST_TEST(!l.executes(std::string(change)), change);
    }
    BOOST_TEST(l.list({}, {}, 10).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
