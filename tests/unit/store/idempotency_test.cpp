#include "store/idempotency.hpp"
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
constexpr std::chrono::milliseconds step{1};

idempotency_row row(const std::string& key, const std::string& caller = "c",
                    core::precise_timestamp expires = start + 10 * step)
{
    return {0, key, caller, "request of " + key, start, expires, {}};
}

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace idempotency_tests {

struct requests {
    explicit requests(const std::string& kind) : empty(kind), d(empty.settings()) {}

    template <class Work> auto write(Work work) { return d.loop.run(d.db.write(work)); }
    core::result<std::int64_t> add(const idempotency_row& r)
    {
        return write([&](session& s) { return add_idempotency_row(s, r); });
    }
    core::result<idempotency_row> find(const std::string& key)
    {
        return write([&](session& s) { return find_idempotency_row(s, key); });
    }
    core::result<void> answer(std::int64_t number, const std::string& key, const std::string& text)
    {
        return write([&](session& s) { return set_idempotency_answer(s, number, key, text); });
    }
    template <class Work> std::size_t count(Work work)
    {
        return write([&](session& s) -> core::result<std::size_t> { return work(s); }).value();
    }
    // The keys that are left of these, in this order.
    std::string left(const std::string& keys)
    {
        std::string all;
        for (const char k : keys)
            if (find(std::string(1, k))) all += k;
        return all;
    }

    const empty_database empty;
    open_database d;
};

} // namespace idempotency_tests

namespace {

using idempotency_tests::requests;

} // namespace

BOOST_AUTO_TEST_SUITE(idempotency)

BOOST_DATA_TEST_CASE(a_key_is_taken_once_and_answered_once, kinds, kind)
{
    requests r(kind);
    BOOST_TEST((r.find("k").error() == core::errc::not_found));
    auto expected = row("k");
    expected.number = r.add(expected).value();
    BOOST_TEST((r.find("k").value() == expected));
    BOOST_TEST((r.add(row("k", "another")).error() == core::errc::already_exists));
    BOOST_TEST(r.add(row("K")).value() > expected.number);

    BOOST_TEST((r.answer(expected.number, "K", "x").error() == core::errc::not_found));
    BOOST_TEST((r.answer(expected.number + 9, "k", "x").error() == core::errc::not_found));
    const std::string text(90'000, 'a');
    BOOST_TEST(r.answer(expected.number, "k", text).has_value());
    expected.answer = text;
    BOOST_TEST((r.answer(expected.number, "k", "x").error() == core::errc::not_found));
    BOOST_TEST((r.find("k").value() == expected));
}

BOOST_DATA_TEST_CASE(what_was_answered_stays_when_a_request_is_given_up, kinds, kind)
{
    requests r(kind);
    const auto first = r.add(row("k")).value(), second = r.add(row("l")).value();
    BOOST_TEST(r.answer(first, "k", "").has_value());
    const auto give_up = [&](std::int64_t number, const std::string& key) {
        const auto work = [&](session& s) -> core::result<void> {
            remove_unanswered_row(s, number, key);
            return {};
        };
        BOOST_TEST(r.write(work).has_value());
    };
    give_up(first, "k");
    give_up(second, "k");
    BOOST_TEST((r.find("k").value().answer == ""));
    give_up(second, "l");
    BOOST_TEST(r.left("kl") == "k");
    const auto remove = [&](session& s) -> core::result<void> {
        remove_idempotency_row(s, first);
        return {};
    };
    BOOST_TEST(r.write(remove).has_value());
    BOOST_TEST(r.left("kl").empty());
}

BOOST_DATA_TEST_CASE(what_has_expired_goes_in_portions, kinds, kind)
{
    requests r(kind);
    for (const char k : {'a', 'b', 'c', 'd'}) r.add(row(std::string(1, k), "c", start + step * (k - 'a'))).value();
    const auto purge = [&](core::precise_timestamp now, std::size_t limit) {
        return r.count([&](session& s) { return delete_expired_idempotency(s, now, limit); });
    };
    BOOST_TEST(purge(start - step, 9) == 0u);
    BOOST_TEST(purge(start + 2 * step, 2) == 2u);
    BOOST_TEST(r.left("abcd") == "cd");
    BOOST_TEST(purge(start + 2 * step, 2) == 1u);
    BOOST_TEST(r.left("abcd") == "d");
}

BOOST_DATA_TEST_CASE(a_caller_pushes_out_his_own_and_all_together_the_oldest, kinds, kind)
{
    requests r(kind);
    std::int64_t last = 0;
    for (const char k : {'a', 'b', 'c', 'd', 'e'}) last = r.add(row(std::string(1, k), k == 'b' ? "x" : "y")).value();
    const auto surplus = [&](std::size_t keep, std::size_t limit) {
        return r.count([&](session& s) { return delete_surplus_idempotency(s, "y", keep, limit); });
    };
    BOOST_TEST(surplus(4, 9) == 0u);
    BOOST_TEST(surplus(1, 2) == 2u);
    BOOST_TEST(r.left("abcde") == "bde");
    BOOST_TEST(surplus(1, 9) == 1u);
    BOOST_TEST(r.left("abcde") == "be");
    const auto old = [&](std::int64_t number) {
        return r.count([&](session& s) { return delete_old_idempotency(s, number, 9); });
    };
    BOOST_TEST(old(last - 4) == 0u);
    BOOST_TEST(old(last - 1) == 1u);
    BOOST_TEST(r.left("abcde") == "e");
}

// A request that another node has locked is not waited for.
BOOST_AUTO_TEST_CASE(deletion_waits_for_nobody)
{
    requests a("postgresql");
    open_database b(a.empty.settings());
    const auto number = a.add(row("k")).value();
    blocking_work held;
    const auto hold = [&](session& s) -> core::result<int> {
        const auto set = set_idempotency_answer(s, number, "k", "answer");
        if (!set) return set.error();
        return held.work()(s);
    };
    std::optional<core::result<int>> done;
    a.d.loop.start(a.d.db.write(hold), done);
    held.wait_until_entered();
    const auto purge = [](session& s) -> core::result<std::size_t> {
        return delete_expired_idempotency(s, start + 20 * step, 9);
    };
    BOOST_TEST(b.loop.run(b.db.write(purge)).value() == 0u);
    held.release();
    a.d.loop.finish();
    BOOST_TEST((done && done->has_value()));
    BOOST_TEST(b.loop.run(b.db.write(purge)).value() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
