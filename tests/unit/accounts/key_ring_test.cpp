#include "core/text.hpp"
#include "crypto/access_token.hpp"
#include "crypto/jwk.hpp"
#include "key_ring_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace watchword::accounts {
namespace {

using core::precise_timestamp;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using test::key_node;
using test::key_place;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});
constexpr milliseconds moment{1};
constexpr hours day{24};

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

// Whether a node hears of what others have done.
bool hears(key_node& n, const std::function<bool()>& happened)
{
    return comes_true([&] { return test::run_task(n.ring.reload_if_changed()).has_value() && happened(); });
}

core::secret_string private_jwk(crypto::signature_algorithm a, core::random_source& random, const std::string& kid)
{
    return crypto::write_private_jwk({kid, crypto::signing_key::generate(a, random)});
}

struct token {
    std::string text, kid;
    core::timestamp expires;
};

const crypto::token_expectations expected{"https://issuer.test", "audience"};

token issue(const key_node& n)
{
    const auto now = n.place.clock.now();
    const auto all = n.ring.current();
    const auto* const key = all->signing_key(n.place.clock.precise_now());
    BOOST_REQUIRE(key != nullptr);
    crypto::access_token_claims c;
    c.issuer = expected.issuer;
    c.audience = expected.audience;
    c.subject = "user";
    c.id = "id";
    c.session_id = "session";
    c.issued = c.not_before = c.authenticated = now;
    c.expires = now + std::chrono::floor<std::chrono::seconds>(n.place.policy.longest_lifetime);
    return {crypto::access_token_issuer(*key).issue(c).value(), key->kid, c.expires};
}

bool is_good(const key_node& n, const token& t)
{
    crypto::access_token_verifier judge(n.ring.current()->verifying(), expected);
    return judge.verify(t.text, n.place.clock.now()).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_ring_test)

BOOST_DATA_TEST_CASE(the_first_start_makes_a_key_and_the_next_finds_it, kinds, kind)
{
    key_place place(kind);
    std::string kid, jwks, tag;
    std::optional<token> issued;
    {
        key_node n(place);
        BOOST_TEST(n.signing() == "");
        BOOST_TEST(n.jwks() == R"({"keys":[]})");
        BOOST_TEST(!n.start());
        kid = n.signing();
        jwks = n.jwks();
        tag = n.ring.current()->jwks_tag();
        issued = issue(n);
    }
    BOOST_TEST(kid.size() == 43u);
    BOOST_TEST(jwks.find("\"kid\":\"" + kid + "\"") != jwks.npos);
    BOOST_TEST((tag.starts_with('"') && tag.ends_with('"') && tag.size() > 10));
    place.clock.advance(minutes(10));
    key_node again(place);
    BOOST_TEST(!again.start());
    BOOST_TEST(again.signing() == kid);
    BOOST_TEST(again.jwks() == jwks);
    BOOST_TEST(again.ring.current()->jwks_tag() == tag);
    BOOST_TEST(is_good(again, *issued));
}

BOOST_AUTO_TEST_CASE(nodes_that_start_at_once_agree_on_one_key)
{
    key_place place("postgresql");
    for (int round = 0; round < 5; ++round) {
        std::vector<std::unique_ptr<key_node>> nodes;
        for (int i = 0; i < 3; ++i) nodes.push_back(std::make_unique<key_node>(place));
        place.database.query("DELETE FROM watchword_signing_key");
        std::vector<std::thread> threads;
        std::atomic<int> ready{0};
        std::vector<core::error_code> outcomes(nodes.size());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            threads.emplace_back([&, i] {
                ++ready;
                while (ready < 3) std::this_thread::yield();
                outcomes[i] = nodes[i]->start();
            });
        for (auto& t : threads) t.join();
        for (const auto& outcome : outcomes) BOOST_TEST(!outcome);
        BOOST_TEST(nodes[0]->signing() != "");
        for (const auto& n : nodes) BOOST_TEST(n->signing() == nodes[0]->signing());
        BOOST_TEST(std::stoi(place.database.query("SELECT count(*) FROM watchword_signing_key")) == 1);
    }
}

BOOST_DATA_TEST_CASE(keys_that_another_secret_has_sealed_are_refused_and_nothing_is_changed, kinds, kind)
{
    key_place place(kind);
    std::string kid;
    {
        key_node n(place);
        BOOST_TEST(!n.start());
        kid = n.signing();
    }
    const core::secret_string other(std::string(32, 'o'));
    {
        key_node n(place, other);
        BOOST_TEST((n.start() == key_problem::other_secret));
        BOOST_TEST(n.signing() == "");
        BOOST_TEST((test::run_task(n.ring.rotate(key_start::at_once)).error() == key_problem::other_secret));
        BOOST_TEST((test::run_task(n.ring.reload()).error() == key_problem::other_secret));
    }
    {
        key_node n(place);
        BOOST_TEST(!n.start());
        BOOST_TEST(n.signing() == kid);
        BOOST_TEST(n.published() == 1u);
    }
    key_node n(place, other);
    BOOST_TEST(test::run_task(n.ring.retire_all()).has_value());
    BOOST_TEST(n.signing() != kid);
    BOOST_TEST(n.published() == 1u);
    BOOST_TEST(!n.start());
    BOOST_TEST(is_good(n, issue(n)));
}

BOOST_AUTO_TEST_CASE(one_key_that_cannot_be_opened_can_be_retired)
{
    key_place place("postgresql");
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto kid = n.signing();
    place.database.query("UPDATE watchword_signing_key SET sealed = 'AAAA'");
    BOOST_TEST((n.tend() == key_problem::other_secret));
    BOOST_TEST((n.retire("other") == key_problem::other_secret));
    BOOST_TEST(!n.retire(kid));
    BOOST_TEST(!n.tend());
    BOOST_TEST(n.signing() != "");
    BOOST_TEST(n.signing() != kid);
}

BOOST_AUTO_TEST_CASE(a_sealed_key_is_good_under_its_name_only_and_an_unknown_algorithm_is_told)
{
    key_place place("postgresql");
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto kid = n.signing();
    place.database.query("UPDATE watchword_signing_key SET kid = 'another'");
    BOOST_TEST((n.tend() == key_problem::other_secret));
    place.database.query("UPDATE watchword_signing_key SET kid = '" + kid + "', algorithm = 'EdDSA'");
    BOOST_TEST((key_node(place).start() == key_problem::other_secret));
    place.database.query("UPDATE watchword_signing_key SET algorithm = 'ES512'");
    BOOST_TEST((key_node(place).start() == key_problem::unknown_algorithm));
    BOOST_TEST((n.retire(kid) == key_problem::unknown_algorithm));
    place.database.query("UPDATE watchword_signing_key SET algorithm = 'ES256'");
    BOOST_TEST(!n.tend());
    BOOST_TEST(n.signing() == kid);
}

BOOST_DATA_TEST_CASE(nothing_of_a_private_key_is_in_the_database_in_clear_text, kinds, kind)
{
    key_place place(kind);
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto parts = n.ring.current()->keys().at(0).key.key.parts();
    const auto rows = store::read_signing_keys(place.database.settings());
    BOOST_REQUIRE(rows.size() == 1u);
    const auto sealed = core::base64url_decode(rows[0].sealed).value();
    BOOST_TEST(sealed.find(parts.d.view()) == sealed.npos);
    BOOST_TEST(sealed.find(core::base64url_encode(parts.d.view())) == sealed.npos);
    BOOST_TEST(rows[0].algorithm == "ES256");
}

BOOST_DATA_TEST_CASE(through_a_whole_life_each_token_verifies_until_it_expires_and_not_after_its_key_was_retired, kinds,
                     kind)
{
    key_place place(kind);
    place.policy.longest_lifetime = hours(12);
    place.policy.rotation = hours(5 * 24);
    const auto begin = place.clock.precise_now();
    key_node n(place);
    BOOST_TEST(!n.start());
    std::vector<token> tokens;
    std::map<std::string, precise_timestamp> published{{n.signing(), precise_timestamp()}}; // since when
    std::set<std::string> retired, signed_with;
    for (int i = 0; i < 200; ++i) {
        place.clock.advance(hours(4) - moment);
        BOOST_REQUIRE(!n.tend());
        const auto now = place.clock.precise_now();
        for (const auto& k : n.ring.current()->keys()) published.emplace(k.life.kid, now);
        if (i == 100) {
            const auto ended = n.signing();
            const auto last = issue(n);
            BOOST_TEST(is_good(n, last));
            BOOST_REQUIRE(!n.retire(ended));
            BOOST_TEST(!is_good(n, last));
            BOOST_TEST(n.jwks().find(ended) == std::string::npos);
            retired.insert(ended);
            published[n.signing()] = precise_timestamp(); // as an exception
        }
        const auto kid = n.signing();
        BOOST_REQUIRE((now - published.at(kid) >= place.policy.publish_ahead));
        signed_with.insert(kid);
        tokens.push_back(issue(n));
        std::erase_if(tokens, [&](const token& t) { return place.clock.now() >= t.expires; });
        for (const auto& t : tokens) BOOST_REQUIRE(is_good(n, t) == !retired.contains(t.kid));
    }
    const auto lived = std::chrono::duration_cast<hours>(place.clock.precise_now() - begin) / hours(5 * 24);
    BOOST_TEST(signed_with.size() >= static_cast<std::size_t>(lived));
    BOOST_TEST(n.published() <= 3u);
}

BOOST_AUTO_TEST_CASE(what_has_not_changed_is_the_same_object)
{
    key_place place("sqlite");
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto first = n.ring.current();
    BOOST_TEST(!n.tend());
    BOOST_TEST((n.ring.current() == first));
    n.rotate(key_start::published_ahead);
    const auto waiting = n.ring.current();
    BOOST_TEST((waiting->verifying() != first->verifying()));
    BOOST_TEST(waiting->jwks_tag() != first->jwks_tag());
    BOOST_TEST(first->keys().size() == 1u); // whoever has the old one
    n.rotate(key_start::at_once);           // the one that waits
    BOOST_TEST((n.ring.current() != waiting));
    BOOST_TEST((n.ring.current()->verifying() == waiting->verifying()));
    BOOST_TEST((n.ring.current()->jwks() == waiting->jwks()));
}

BOOST_AUTO_TEST_CASE(the_key_that_waits_signs_from_its_time_on_without_the_database)
{
    key_place place("sqlite");
    key_node n(place);
    BOOST_TEST(!n.start());
    const auto first = n.signing();
    const auto next = n.rotate(key_start::published_ahead);
    BOOST_TEST((test::run_task(n.ring.rotate(key_start::published_ahead)).error() == key_problem::waiting));
    place.clock.advance(day - moment);
    BOOST_TEST(n.signing() == first);
    place.clock.advance(moment);
    BOOST_TEST(n.signing() == next);
    BOOST_TEST(n.published() == 2u);
    place.clock.advance(place.policy.longest_lifetime + key_margin - moment);
    BOOST_TEST(!n.tend());
    BOOST_TEST(n.published() == 2u);
    place.clock.advance(moment);
    BOOST_TEST(!n.tend());
    BOOST_TEST(n.published() == 1u);
    BOOST_TEST(n.jwks().find(first) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(nodes_hear_of_each_other_s_changes_and_of_other_programs)
{
    key_place place("postgresql");
    key_node a(place), b(place);
    BOOST_TEST(!a.start());
    BOOST_TEST(!b.start());
    const auto first = a.signing();
    const auto next = a.rotate(key_start::published_ahead);
    BOOST_TEST(hears(b, [&] { return b.published() == 2; }));
    BOOST_TEST(b.jwks() == a.jwks());
    const auto issued = issue(b);
    BOOST_TEST(is_good(a, issued));
    BOOST_TEST(!b.retire(first));
    BOOST_TEST(!is_good(b, issued));
    BOOST_TEST(b.signing() == next);
    BOOST_TEST(hears(a, [&] { return !is_good(a, issued); }));
    BOOST_TEST(a.signing() == next);
    place.database.query("DELETE FROM watchword_signing_key");
    BOOST_TEST(hears(a, [&] { return a.published() == 0; }));
    BOOST_TEST(!a.tend());
    BOOST_TEST(hears(b, [&] { return b.signing() == a.signing(); }));
}

BOOST_AUTO_TEST_CASE(nodes_that_rotate_at_once_make_one_key)
{
    key_place place("postgresql");
    key_node a(place), b(place);
    BOOST_TEST(!a.start());
    BOOST_TEST(!b.start());
    place.clock.advance(place.policy.rotation - day);
    std::optional<core::error_code> outcome;
    std::thread other([&] { outcome = b.tend(); });
    BOOST_TEST(!a.tend());
    other.join();
    BOOST_TEST(!*outcome);
    BOOST_TEST(std::stoi(place.database.query("SELECT count(*) FROM watchword_signing_key")) == 2);
    BOOST_TEST(hears(a, [&] { return a.jwks() == b.jwks(); }));
}

BOOST_AUTO_TEST_CASE(another_algorithm_holds_for_the_next_key_and_the_old_one_verifies)
{
    key_place place("sqlite");
    std::optional<token> issued;
    {
        key_node n(place);
        BOOST_TEST(!n.start());
        issued = issue(n);
    }
    place.policy.algorithm = crypto::signature_algorithm::eddsa;
    key_node n(place);
    BOOST_TEST(!n.start());
    BOOST_TEST(n.published() == 2u);
    BOOST_TEST(n.signing() == issued->kid);
    BOOST_TEST(is_good(n, *issued));
    place.clock.advance(day);
    const auto next = issue(n);
    BOOST_TEST(next.kid != issued->kid);
    BOOST_TEST(is_good(n, next));
    BOOST_TEST((n.ring.current()->find(next.kid)->key.key.algorithm() == crypto::signature_algorithm::eddsa));
}

BOOST_AUTO_TEST_CASE(a_key_moves_from_one_installation_to_another)
{
    key_place from("sqlite"), to("sqlite");
    key_node a(from), b(to);
    BOOST_TEST(!a.start());
    const auto kid = a.signing();
    const auto issued = issue(a);
    const auto exported = a.ring.export_private(kid);
    BOOST_REQUIRE(exported.has_value());
    const auto read = crypto::read_public_jwk(a.ring.export_public(kid).value());
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->kid == kid);
    BOOST_TEST((a.ring.export_private("other").error() == core::errc::not_found));
    BOOST_TEST((a.ring.export_public("other").error() == core::errc::not_found));

    const auto imported = test::run_task(b.ring.import_key(*exported, key_start::published_ahead));
    BOOST_REQUIRE(imported.has_value()); // the first one signs at once
    BOOST_TEST(imported->kid == kid);
    BOOST_TEST(b.signing() == kid);
    BOOST_TEST(is_good(b, issued));
    BOOST_TEST(!b.start());
    BOOST_TEST(b.published() == 1u);
    BOOST_TEST(
        (test::run_task(b.ring.import_key(*exported, key_start::at_once)).error() == core::errc::already_exists));
    BOOST_TEST(b.signing() == kid);
    BOOST_TEST(!b.retire(kid)); // not even afterwards
    BOOST_TEST(
        (test::run_task(b.ring.import_key(*exported, key_start::at_once)).error() == core::errc::already_exists));
}

BOOST_AUTO_TEST_CASE(what_is_imported_must_be_a_private_key_of_the_algorithm)
{
    key_place place("sqlite");
    key_node n(place);
    BOOST_TEST(!n.start());
    using algorithm = crypto::signature_algorithm;
    const auto import_text = [&](core::secret_string text) {
        return test::run_task(n.ring.import_key(std::move(text), key_start::published_ahead));
    };
    for (const auto& [text, error] :
         {std::pair(core::secret_string(std::string_view("{}")), core::make_error_code(core::errc::invalid_input)),
          std::pair(core::secret_string(n.ring.export_public(n.signing()).value()),
                    core::make_error_code(core::errc::invalid_input)),
          std::pair(private_jwk(algorithm::eddsa, place.random, "e"), make_error_code(key_problem::other_algorithm)),
          std::pair(private_jwk(algorithm::hs256, place.random, "h"), make_error_code(key_problem::other_algorithm))})
        BOOST_TEST((import_text(text).error() == error), text.view().substr(0, 30));
    BOOST_TEST(n.published() == 1u);
    BOOST_TEST(import_text(private_jwk(algorithm::es256, place.random, "mine")).value().kid == "mine");
    BOOST_TEST((import_text(private_jwk(algorithm::es256, place.random, "more")).error() == key_problem::waiting));
    place.clock.advance(day);
    BOOST_TEST(n.signing() == "mine");
}

BOOST_AUTO_TEST_CASE(an_rsa_key_that_does_not_say_what_it_is_for_is_of_the_algorithm)
{
    key_place place("sqlite");
    place.policy.algorithm = crypto::signature_algorithm::ps256;
    key_node n(place);
    std::string text(private_jwk(crypto::signature_algorithm::rs256, place.random, "rsa").view());
    const std::string says = "\"alg\":\"RS256\",";
    BOOST_TEST((test::run_task(n.ring.import_key(core::secret_string(text), key_start::at_once)).error() ==
                key_problem::other_algorithm));
    const auto at = text.find(says);
    BOOST_REQUIRE(at != text.npos);
    text.erase(at, says.size());
    BOOST_TEST(test::run_task(n.ring.import_key(core::secret_string(text), key_start::at_once)).has_value());
    BOOST_TEST(is_good(n, issue(n)));
}

BOOST_AUTO_TEST_CASE(the_published_set_has_public_members_only)
{
    using algorithm = crypto::signature_algorithm;
    for (const auto a : {algorithm::es256, algorithm::eddsa, algorithm::rs256}) {
        key_place place("sqlite");
        place.policy.algorithm = a;
        key_node n(place);
        BOOST_TEST(!n.start());
        const auto set = boost::json::parse(n.jwks());
        BOOST_REQUIRE(set.at("keys").as_array().size() == 1u);
        const auto& key = set.at("keys").at(0).as_object();
        for (const auto* const secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
            BOOST_TEST(!key.contains(secret), secret);
        BOOST_TEST(key.at("alg").as_string() == std::string(crypto::facts_of(a).name));
        BOOST_TEST(key.at("use").as_string() == "sig");
        BOOST_TEST(key.at("kid").as_string() == n.signing());
        const auto read = crypto::read_public_jwk(boost::json::serialize(key));
        BOOST_TEST(read.has_value());
    }
}

BOOST_AUTO_TEST_CASE(threads_see_whole_sets_while_keys_come_and_go)
{
    key_place place("sqlite");
    key_node n(place);
    BOOST_TEST(!n.start());
    std::atomic<bool> done{false};
    std::atomic<int> looks{0}, wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            while (!done) {
                const auto all = n.ring.current();
                const auto* const key = all->signing_key(place.clock.precise_now());
                wrong += key == nullptr || all->find(key->kid) == nullptr ||
                         all->verifying()->keys().size() != all->keys().size();
                ++looks;
            }
        });
    for (int i = 0; i < 30; ++i) {
        const auto before = n.signing();
        BOOST_TEST(n.rotate(key_start::at_once) != before);
        BOOST_TEST(!n.retire(before));
        BOOST_TEST(n.published() == 1u);
    }
    BOOST_TEST(comes_true([&] { return looks > 100; }));
    done = true;
    for (auto& t : threads) t.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::accounts
