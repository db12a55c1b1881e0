// That a key verifies as long as any token that it signed lives, whatever the settings are by then, and that nodes sign
// and verify with keys that they have only just heard of, or not heard of at all.
#include "key_ring_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace watchword::accounts {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::steady_clock;
using test::key_node;
using test::key_place;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr milliseconds moment{1};

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (!happened()) {
        if (steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

bool verifies_with(const key_node& n, const std::string& kid)
{
    return n.ring.current()->find(kid) != nullptr;
}

// What the database says of one key.
milliseconds stored_lifetime(const key_place& place, const std::string& kid)
{
    for (const auto& row : store::read_signing_keys(place.database.settings()))
        if (row.kid == kid) return row.longest_lifetime;
    return milliseconds(-1);
}

// The kid of what signs a token now; empty after an error.
std::string sign_with(key_node& n)
{
    const auto keys = test::run_task(n.ring.for_signing());
    const auto* const key = keys ? (*keys)->signing_key(n.place.clock.precise_now()) : nullptr;
    return key == nullptr ? "" : key->kid;
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_lifetimes_test)

BOOST_DATA_TEST_CASE(lowering_the_lifetime_makes_no_token_invalid_that_was_issued_before, kinds, kind)
{
    key_place place(kind);
    place.policy.longest_lifetime = hours(12);
    std::string first;
    {
        key_node n(place);
        BOOST_TEST(!n.start());
        first = sign_with(n);
    }
    place.policy.longest_lifetime = minutes(15);
    key_node n(place);
    BOOST_TEST(!n.start());
    BOOST_TEST(sign_with(n) == first);
    n.rotate(key_start::at_once);
    BOOST_TEST(sign_with(n) != first);
    place.clock.advance(hours(12) + key_margin - moment);
    BOOST_TEST(!n.tend());
    BOOST_TEST(verifies_with(n, first));
    place.clock.advance(moment);
    BOOST_TEST(!n.tend());
    BOOST_TEST(!verifies_with(n, first));
}

BOOST_DATA_TEST_CASE(a_start_with_a_longer_lifetime_is_stored_before_anything_is_signed, kinds, kind)
{
    key_place place(kind);
    std::string first;
    {
        key_node n(place);
        BOOST_TEST(!n.start());
        first = n.signing();
        n.rotate(key_start::published_ahead);
    }
    BOOST_TEST((stored_lifetime(place, first) == minutes(30)));
    place.policy.longest_lifetime = hours(12);
    key_node n(place);
    BOOST_TEST(!n.start());
    for (const auto& row : store::read_signing_keys(place.database.settings()))
        BOOST_TEST((row.longest_lifetime == hours(12)), row.kid);
    place.clock.advance(hours(24 + 12) + key_margin - moment);
    BOOST_TEST(!n.tend());
    BOOST_TEST(verifies_with(n, first));
}

// As `watchword key rotate` does beside servers whose settings it was not given.
BOOST_AUTO_TEST_CASE(a_key_of_somebody_with_other_settings_signs_once_it_covers_what_it_signs)
{
    key_place place("postgresql");
    place.policy.longest_lifetime = hours(12);
    key_node server(place);
    BOOST_TEST(!server.start());
    const auto first = sign_with(server);
    place.policy.longest_lifetime = minutes(1);
    key_node command(place);
    const auto second = command.rotate(key_start::at_once);
    BOOST_TEST((stored_lifetime(place, second) == minutes(1)));
    BOOST_TEST(comes_true([&] { return sign_with(server) == second; }));
    BOOST_TEST((stored_lifetime(place, second) == hours(12)));
    BOOST_TEST(!command.retire(second)); // a third one signs
    const auto third = command.signing();
    BOOST_TEST(comes_true([&] { return sign_with(server) == third; }));
    BOOST_TEST((stored_lifetime(place, third) == hours(12)));
    place.clock.advance(hours(12) + key_margin - moment);
    BOOST_TEST(!command.tend());
    BOOST_TEST(verifies_with(command, first));
}

BOOST_AUTO_TEST_CASE(nothing_is_signed_for_longer_than_could_be_stored)
{
    key_place place("postgresql");
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto kid = sign_with(n);
    place.database.query("UPDATE watchword_signing_key SET longest_lifetime = 1");
    place.database.query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$");
    place.database.query("CREATE TRIGGER refuse BEFORE UPDATE ON watchword_signing_key FOR EACH ROW EXECUTE FUNCTION "
                         "refuse()");
    BOOST_TEST(comes_true([&] { return sign_with(n).empty(); }));
    BOOST_TEST(sign_with(n) == "");
    place.database.query("DROP TRIGGER refuse ON watchword_signing_key");
    BOOST_TEST(sign_with(n) == kid);
    BOOST_TEST((stored_lifetime(place, kid) == place.policy.longest_lifetime));
}

// Who signs hears of a change before it asks for keys the next time, not at its next look.
BOOST_AUTO_TEST_CASE(what_others_have_retired_signs_nothing_once_that_was_heard_of)
{
    key_place place("postgresql");
    key_node a(place), b(place);
    BOOST_TEST(!a.start());
    BOOST_TEST(!b.start());
    const auto foreign = a.database.changes().foreign.load();
    const auto first = sign_with(a);
    BOOST_TEST(!b.retire(first));
    BOOST_TEST(comes_true([&] { return a.database.changes().foreign != foreign; }));
    BOOST_TEST(sign_with(a) == b.signing());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_known_is_looked_for_and_names_that_are_made_up_cost_little)
{
    key_place place("postgresql");
    auto slow = place.database.settings();
    slow.feed = store::feed_kind::poll; // hears of nothing at once
    store::database database(slow);
    key_ring ring(place.policy, place.secret, database, place.clock, place.random);
    BOOST_REQUIRE(test::run_task(ring.start()).has_value());
    key_node other(place);
    BOOST_TEST(!other.start());
    const auto kid = other.rotate(key_start::at_once);
    BOOST_TEST(test::run_task(ring.look_for(kid)).has_value());
    BOOST_TEST((ring.current()->find(kid) != nullptr));

    const auto questions = [&] { return test::once_idle([&] { return database.statistics().readers; }).executed; };
    const auto before = questions();
    const auto begin = steady_clock::now();
    for (int i = 0; i < 2000; ++i)
        BOOST_REQUIRE(test::run_task(ring.look_for("made-up-" + std::to_string(i))).has_value());
    const auto most = (steady_clock::now() - begin) / store::foreign_poll + 1;
    BOOST_TEST(questions() - before <= static_cast<std::uint64_t>(most));
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(test::run_task(ring.look_for(kid)).has_value());
    BOOST_TEST(questions() - before <= static_cast<std::uint64_t>(most)); // that one is known
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::accounts
