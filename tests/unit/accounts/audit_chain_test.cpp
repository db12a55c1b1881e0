#include "accounts/audit_chain.hpp"
#include "crypto/jws.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace {

using namespace watchword;
using accounts::audit_verifier;
using event = store::audit_event;

const core::secret_string secret(std::string_view("a secret of 32 bytes, or of more!"));
const core::secret_string other_secret(std::string_view("another secret, of 32 bytes too!"));
constexpr core::precise_timestamp start{std::chrono::milliseconds(1'800'000'000'123)};

event first_event()
{
    return {1, start, "user", "ann", "user.created", "u-1", R"({"é":1})", "192.0.2.1", "req-1", {}};
}

struct written_log {
    std::vector<event> events;
    std::vector<store::audit_checkpoint> checkpoints;

    // The last one, and the third, are signed.
    explicit written_log(int count = 6)
    {
        std::string before;
        for (int i = 1; i <= count; ++i) {
            auto e = first_event();
            e.id = i;
            e.request_id = "req-" + std::to_string(i);
            before = e.chain = accounts::audit_link(before, e);
            events.push_back(e);
            if (i == 3 || i == count)
                checkpoints.push_back(accounts::sign_checkpoint({e.id, e.chain}, start, accounts::audit_key(secret)));
        }
    }
    audit_verifier::report verify(const core::secret_string& by = secret) const
    {
        audit_verifier v(checkpoints, accounts::audit_key(by).key.verifying());
        for (const auto& e : events) v.add(e);
        v.finish();
        return v.found();
    }
    // All that is behind an event is hashed anew, as somebody would who knows how.
    void chain_anew()
    {
        std::string before;
        for (auto& e : events) before = e.chain = accounts::audit_link(before, e);
    }
};

std::string joined(const std::vector<std::string>& problems)
{
    std::string all;
    for (const auto& each : problems) all += each + "\n";
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(audit_chain)

// The links were computed by Python's hashlib and json.
BOOST_AUTO_TEST_CASE(a_link_is_the_hash_of_the_one_before_and_the_event)
{
    const auto link = accounts::audit_link("", first_event());
    BOOST_TEST(link == "b7d8b28bee9f17c98ee533bafb87a2ccdc506b35a88afeedcc9e9a3c8c36f7d1");
    const event second{2, start + std::chrono::milliseconds(1), "shell", "", "user.deleted", "u-1", "{}", "", "", {}};
    BOOST_TEST(accounts::audit_link(link, second) ==
               "85df3f85ab6bfd1b5897698dc1a4ac199c88ed48fd4e5e0ea1d46cb862a88e95");
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_touched_is_right)
{
    const auto found = written_log().verify();
    BOOST_TEST(joined(found.problems) == "");
    BOOST_TEST(found.events == 6u);
    BOOST_TEST(found.checkpoints == 2u);
    BOOST_TEST(found.last_event == 6);
    BOOST_TEST(found.last_checkpoint == 6);
    BOOST_TEST(written_log(0).verify().problems.empty());
}

BOOST_AUTO_TEST_CASE(any_changed_column_tells)
{
    const std::function<void(event&)> changes[] = {
        [](event& e) { e.time += std::chrono::milliseconds(1); },
        [](event& e) { e.actor_kind = "shell"; },
        [](event& e) { e.actor_id = "bob"; },
        [](event& e) { e.action = "user.deleted"; },
        [](event& e) { e.subject += "x"; },
        [](event& e) { e.details = "{}"; },
        [](event& e) { e.address = ""; },
        [](event& e) { e.request_id += " "; },
        [](event& e) { std::swap(e.subject, e.action); },
        [](event& e) { e.chain[5] = e.chain[5] == '0' ? '1' : '0'; },
        [](event& e) { e.chain.clear(); },
    };
    for (std::size_t which = 0; which < std::size(changes); ++which) {
        for (const std::size_t place : {1U, 3U, 5U}) {
            written_log log;
            changes[which](log.events[place]);
            BOOST_TEST(!log.verify().problems.empty(), which << " at " << place);
        }
    }
}

BOOST_AUTO_TEST_CASE(removed_and_added_events_tell)
{
    for (std::size_t place = 0; place < 6; ++place) {
        written_log log;
        log.events.erase(log.events.begin() + static_cast<std::ptrdiff_t>(place));
        BOOST_TEST(!log.verify().problems.empty(), place);
    }
    written_log swapped;
    std::swap(swapped.events[1], swapped.events[2]);
    BOOST_TEST(!swapped.verify().problems.empty());
    written_log twice;
    twice.events.insert(twice.events.begin() + 2, twice.events[2]);
    BOOST_TEST(!twice.verify().problems.empty());
    written_log shortened;
    shortened.events.resize(4); // the newest are gone, and were signed
    BOOST_TEST(joined(shortened.verify().problems) == "the checkpoint at event 6 has no such event: it was removed\n");
}

BOOST_AUTO_TEST_CASE(a_chain_that_was_computed_anew_is_not_what_was_signed)
{
    written_log log;
    log.events[1].subject = "somebody else";
    log.chain_anew();
    const auto found = log.verify();
    BOOST_TEST(found.problems.size() == 2u, joined(found.problems)); // both checkpoints
    BOOST_TEST(found.checkpoints == 0u);

    // Nor can it be signed without the secret.
    log.checkpoints.clear();
    const auto& last = log.events.back();
    log.checkpoints.push_back(
        accounts::sign_checkpoint({last.id, last.chain}, start, accounts::audit_key(other_secret)));
    BOOST_TEST(joined(log.verify().problems) == "the checkpoint at event 6 is not signed by this database's servers\n");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_no_other_token_and_of_one_event)
{
    written_log log;
    log.checkpoints[0].event = 2;
    BOOST_TEST(log.verify().problems.size() == 1u);
    for (const std::string bad : {"", "x", "a.b.c"}) {
        written_log spoiled;
        spoiled.checkpoints[1].jws = bad;
        BOOST_TEST(spoiled.verify().problems.size() == 1u, bad);
    }
    const auto key = accounts::audit_key(secret);
    BOOST_TEST((crypto::key_name_of(log.checkpoints[0].jws, accounts::audit_checkpoint_type) == key.kid));
    BOOST_TEST(!crypto::key_name_of(log.checkpoints[0].jws, "at+jwt"));
}

BOOST_AUTO_TEST_CASE(events_from_before_the_chain_are_counted_and_prove_nothing)
{
    written_log log;
    auto old = first_event();
    old.id = -3;
    log.events.insert(log.events.begin(), old);
    const auto found = log.verify();
    BOOST_TEST(joined(found.problems) == "");
    BOOST_TEST(found.unchained == 1u);
    BOOST_TEST(found.events == 6u);
}

BOOST_AUTO_TEST_CASE(no_more_problems_are_listed_than_anybody_reads)
{
    written_log log(250);
    for (auto& e : log.events) e.subject = "changed";
    const auto found = log.verify();
    BOOST_TEST(found.problems.size() == 100u);
    BOOST_TEST(found.more_problems == 150u);
}

BOOST_AUTO_TEST_SUITE_END()
