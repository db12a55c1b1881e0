#include "administration_fixture.hpp"
#include "core/text.hpp"
#include "crypto/sha256.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <thread>

namespace {

using namespace watchword;
using namespace watchword::test;
using accounts::administration_problem;
using accounts::made_api_key;
using accounts::permission;
using accounts::permission_set;
using std::chrono::seconds;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = std::chrono::steady_clock::now() + seconds(20); // on a busy machine
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace

// Not of this file alone, as far as GCC is concerned: cases with data are templates.
namespace api_key_tests {

struct keys : administration_world {
    using administration_world::administration_world;

    core::result<made_api_key> make(accounts::new_api_key wanted, accounts::actor by = operator_of())
    {
        return run_task(admin.create_api_key(std::move(by), std::move(wanted)));
    }
    made_api_key make(std::optional<core::precise_timestamp> expires = {})
    {
        return make({"a program", {"users.read"}, expires}).value();
    }
    core::result<accounts::api_key_identity> check(std::string_view text)
    {
        return run_task(admin.check_api_key(text));
    }
    bool is_good(const made_api_key& k) { return check(k.text.view()).has_value(); }
    accounts::api_key listed() { return run_task(admin.list_api_keys()).value().at(0); }
    std::uint64_t reads()
    {
        return once_idle([&] { return node.database.statistics().readers; }).executed;
    }
    std::uint64_t writes()
    {
        return once_idle([&] { return node.database.statistics().writer; }).executed;
    }
};

} // namespace api_key_tests

namespace {

using api_key_tests::keys;

} // namespace

BOOST_AUTO_TEST_SUITE(api_keys)

BOOST_DATA_TEST_CASE(a_key_says_what_its_program_may_do_and_is_stored_as_a_digest, kinds, kind)
{
    keys w(kind);
    const auto made = w.make({"a program", {"users.read", "audit.read"}, {}}).value();
    const auto text = std::string(made.text.view());
    BOOST_TEST(text.size() == 46u);
    BOOST_TEST(text.starts_with("wk_"));
    BOOST_TEST(made.key.prefix == text.substr(0, 11));
    BOOST_TEST(made.key.created_by == "user boss");
    const auto who = w.check(text).value();
    BOOST_TEST(who.id == made.key.id);
    BOOST_TEST((who.permissions == permission_set{permission::users_read, permission::audit_read}));
    const auto digest = crypto::sha256()(text);
    const auto row = [&](store::session& s) -> core::result<int> {
        int count = 0;
        std::string expected = core::hex_encode({digest.data(), digest.size()});
        s.sql() << "SELECT count(*) FROM watchword_api_key WHERE digest = :digest", soci::use(expected),
            soci::into(count);
        return count;
    };
    BOOST_TEST(run_task(w.node.database.read(row)).value() == 1);
    BOOST_TEST(w.listed().name == "a program");
    BOOST_TEST(w.log_of(made.key.id) == "api_key.created");
    BOOST_TEST(w.newest().details == R"({"name":"a program","permissions":["users.read","audit.read"]})");
    BOOST_TEST(w.make().text.view() != made.text.view());
}

BOOST_AUTO_TEST_CASE(what_is_no_key_is_refused_and_most_of_it_without_the_database)
{
    keys w("sqlite");
    const auto made = w.make();
    const auto text = std::string(made.text.view());
    const auto before = w.reads();
    for (const std::string& wrong : {std::string(), text + "A", text.substr(1), "wx" + text.substr(2),
                                     text.substr(0, 45), text.substr(0, 44) + "==", text.substr(0, 45) + "!"})
        BOOST_TEST((w.check(wrong).error() == core::errc::invalid_token), wrong);
    BOOST_TEST(w.reads() == before);
    auto other = text;
    other[10] = other[10] == 'A' ? 'B' : 'A';
    BOOST_TEST((w.check(other).error() == core::errc::invalid_token));
    BOOST_TEST(w.is_good(made));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_key_is_not_made)
{
    keys w("sqlite");
    const auto is_invalid = [&](accounts::new_api_key k) {
        return w.make(std::move(k)).error() == core::errc::invalid_input;
    };
    BOOST_TEST(is_invalid({"", {}, {}}));
    BOOST_TEST(is_invalid({std::string(101, 'x'), {}, {}}));
    BOOST_TEST(is_invalid({"\xff", {}, {}}));
    BOOST_TEST(is_invalid({"x", {"users.everything"}, {}}));
    BOOST_TEST(is_invalid({"x", {}, w.clock.precise_now()}));
    const auto by = operator_of({permission::users_read});
    BOOST_TEST(is_refused(w.make({"x", {"users.read", "users.write"}, {}}, by), administration_problem::beyond_own));
    BOOST_TEST(w.make({"x", {"users.read"}, {}}, by).has_value());
    BOOST_TEST(run_task(w.admin.list_api_keys()).value().size() == 1u);
}

BOOST_DATA_TEST_CASE(a_key_that_is_known_costs_no_question_until_it_ends, kinds, kind)
{
    keys w(kind);
    const auto one = w.make(), two = w.make(w.clock.precise_now() + seconds(10));
    BOOST_TEST(w.is_good(one));
    BOOST_TEST(w.is_good(two));
    const auto before = w.reads();
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(w.is_good(one) && w.is_good(two));
    BOOST_TEST(w.reads() == before);
    w.clock.advance(seconds(10));
    BOOST_TEST((w.check(two.text.view()).error() == core::errc::invalid_token));
    BOOST_TEST(w.is_good(one));
    BOOST_TEST(run_task(w.admin.revoke_api_key(operator_of(), one.key.id)).has_value());
    BOOST_TEST((w.check(one.text.view()).error() == core::errc::invalid_token));
    BOOST_TEST((run_task(w.admin.revoke_api_key(operator_of(), one.key.id)).error() == core::errc::not_found));
    BOOST_TEST(w.log_of(one.key.id) == "api_key.created api_key.revoked");
}

BOOST_AUTO_TEST_CASE(checks_that_begin_after_a_revocation_find_it_on_every_thread)
{
    keys w("sqlite");
    for (int round = 0; round < 20; ++round) {
        const auto made = w.make();
        std::atomic<bool> revoked{false}, stop{false};
        std::atomic<int> late{0}, checks{0};
        std::vector<std::thread> all;
        for (int i = 0; i < 3; ++i)
            all.emplace_back([&] {
                while (!stop) {
                    const bool was = revoked;
                    if (w.is_good(made) && was) ++late;
                    ++checks;
                }
            });
        while (checks < 50) std::this_thread::yield();
        const auto done = run_task(w.admin.revoke_api_key(operator_of(), made.key.id));
        revoked = true;
        const auto seen = checks.load();
        while (checks < seen + 50) std::this_thread::yield();
        stop = true;
        for (auto& each : all) each.join();
        BOOST_TEST(done.has_value());
        BOOST_TEST(late == 0);
    }
}

BOOST_AUTO_TEST_CASE(another_node_hears_of_a_revocation)
{
    keys w("postgresql");
    administration_node other(w.place, w.clock, w.random);
    const auto made = w.make();
    const auto is_good_there = [&] {
        return run_task(other.administration.check_api_key(made.text.view())).has_value();
    };
    BOOST_TEST(is_good_there());
    BOOST_TEST(run_task(w.admin.revoke_api_key(operator_of(), made.key.id)).has_value());
    BOOST_TEST(comes_true([&] { return !is_good_there(); }));
}

BOOST_DATA_TEST_CASE(a_use_is_noted_once_a_minute, kinds, kind)
{
    keys w(kind);
    const auto made = w.make();
    BOOST_TEST(!w.listed().last_used.has_value());
    const auto first = w.clock.precise_now();
    const auto before = w.writes();
    for (int i = 0; i < 10; ++i) BOOST_TEST(w.is_good(made));
    w.clock.advance(seconds(59));
    BOOST_TEST(w.is_good(made));
    BOOST_TEST(w.writes() == before + 1);
    BOOST_TEST((w.listed().last_used == first));
    w.clock.advance(seconds(1));
    for (int i = 0; i < 10; ++i) BOOST_TEST(w.is_good(made));
    BOOST_TEST(w.writes() == before + 2);
    BOOST_TEST((w.listed().last_used == w.clock.precise_now()));
    // What is forgotten for another key's sake is read again with the time that was noted.
    w.make();
    BOOST_TEST(run_task(w.admin.revoke_api_key(operator_of(), w.make().key.id)).has_value());
    const auto noted = w.writes();
    BOOST_TEST(w.is_good(made));
    BOOST_TEST(w.writes() == noted);
}

BOOST_AUTO_TEST_SUITE_END()
