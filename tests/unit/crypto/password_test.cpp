#include "crypto/password.hpp"
#include "crypto/phc.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>
#include <thread>

namespace {

using namespace watchword;
using crypto::verdict;

constexpr crypto::argon2id_parameters cheap{64, 1};

std::string hash(std::string_view password, crypto::argon2id_parameters cost)
{
    core::system_random random;
    return crypto::password_hasher({cost}).hash(0, password, random);
}

verdict verify(std::string_view password, std::string_view stored, crypto::argon2id_parameters now = cheap)
{
    return crypto::password_hasher({now}).verify(0, password, stored);
}

bool is_match(verdict v)
{
    return v == verdict::match || v == verdict::match_outdated;
}

std::string text(const boost::json::value& v)
{
    return v.is_string() ? std::string(v.get_string().data(), v.get_string().size()) : std::string();
}

boost::json::value read(const std::string& path)
{
    return boost::json::parse(test::read_file(test::shared_path(path)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(password)

BOOST_AUTO_TEST_CASE(any_password_matches_its_own_hash_and_no_other)
{
    for (const std::string& p : {std::string("pw"), std::string("pass\0word", 9), std::string("heslo-ěščř"),
                                 std::string(4096, 'x'), std::string(" ")}) {
        const auto stored = hash(p, cheap);
        BOOST_TEST((verify(p, stored) == verdict::match));
        BOOST_TEST((verify(p + "x", stored) == verdict::mismatch));
        BOOST_TEST((verify(p.substr(1), stored) == verdict::mismatch));
    }
    BOOST_TEST(hash("pw", cheap) != hash("pw", cheap));
}

BOOST_AUTO_TEST_CASE(the_hash_of_nothing_is_one_of_the_current_cost_that_nothing_matches)
{
    core::system_random random;
    const crypto::password_hasher hasher({cheap});
    const auto one = hasher.hash_of_nothing(random), two = hasher.hash_of_nothing(random);
    BOOST_TEST(one != two);
    BOOST_TEST(one.size() == hash("pw", cheap).size());
    const auto parsed = crypto::parse_argon2(one);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->memory_kib == cheap.memory_kib);
    BOOST_TEST(parsed->passes == cheap.passes);
    for (const char* password : {"", "pw"}) BOOST_TEST((verify(password, one) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(other_parameters_match_but_are_outdated)
{
    const auto stored = hash("pw", cheap);
    BOOST_TEST((verify("pw", stored, {128, 1}) == verdict::match_outdated));
    BOOST_TEST((verify("pw", stored, {64, 2}) == verdict::match_outdated));
    BOOST_TEST((verify("no", stored, {64, 2}) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(a_phc_string_has_one_spelling_and_bounds)
{
    const std::string good =
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$KovyxkqWI8NiIbnVTsHJGtWda07axUqoJVIuPotqICc";
    const auto parsed = crypto::parse_argon2(good);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(crypto::format_argon2(*parsed) == good);
    const auto with = [&](const std::string& from, const std::string& to) {
        auto changed = good;
        changed.replace(changed.find(from), from.size(), to);
        return changed;
    };
    for (const auto& bad :
         {with("m=64", "m=064"), with("m=64", "m=+64"), with("m=64", "m=7"), with("m=64", "m=262145"),
          with("m=64", "m=99999999999999999999"), with("t=1", "t=0"), with("m=64,t=1", "m=262144,t=5"),
          with("p=1", "p=0"), with("p=1", "p=04"), with("p=1", "p=9"), with("m=64,t=1,p=1", "m=1024,t=1,p=65"),
          with("v=19", "v=16"), with("argon2id", "argon2qq"), with("m=64,t=1", "t=1,m=64"), good + "$", good + "=",
          with("c29t", "c29t-"), std::string("$argon2id$"), std::string("$argon2id$v=19$m=64,t=1,p=1")})
        BOOST_TEST((verify("password", bad) == verdict::unusable), bad);
}

BOOST_AUTO_TEST_CASE(every_row_of_the_flask_database_is_judged_as_recorded)
{
    const auto document = read("flask-db/users.json");
    std::map<std::string, int> seen;
    for (const auto& u : document.at("users").as_array()) {
        if (!u.at("hash").is_string() || !u.at("email").is_string()) continue;
        const auto p = text(u.at("password")), stored = text(u.at("hash"));
        const auto& statuses = u.at("login_status").as_array();
        const auto right = verify(p, stored);
        BOOST_TEST(!is_match(verify(p + "x", stored)), u.at("id"));
        if (statuses.size() > 1) continue; // ours to choose
        BOOST_TEST(is_match(right) == (statuses[0].as_int64() == 201), u.at("id") << " " << text(u.at("format")));
        ++seen[is_match(right) ? "match" : "none"];
    }
    BOOST_TEST(seen["match"] >= 36);
    BOOST_TEST(seen["none"] >= 19);
}

BOOST_AUTO_TEST_CASE(werkzeug_vectors_are_judged_as_recorded)
{
    // A pbkdf2 without a count, and salts that are empty, are refused: see crypto/werkzeug.hpp.
    std::size_t count = 0, refused = 0;
    const auto document = read("vectors/kdf/werkzeug_hashes.json");
    for (const auto& t : document.at("tests").as_array()) {
        const auto expect = text(t.at("expect")), stored = text(t.at("hash"));
        const auto got = verify(text(t.at("password")), stored);
        ++count;
        if (expect == "match" && got == verdict::unusable) {
            ++refused;
            BOOST_TEST((stored.find("pbkdf2:") != 0 || stored.find("$$") != stored.npos ||
                        std::count(stored.begin(), stored.end(), ':') < 2),
                       stored);
            continue;
        }
        BOOST_TEST(is_match(got) == (expect == "match"), expect << ": " << stored);
    }
    BOOST_TEST(count == 61u);
    BOOST_TEST_MESSAGE(refused << " formats of matching hashes are refused by policy");
}

BOOST_AUTO_TEST_CASE(hostile_costs_are_refused_before_any_work)
{
    for (const char* bad :
         {"pbkdf2:sha256:10000001$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "pbkdf2:sha256:18446744073709551616$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "scrypt:1073741824:8:1$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "scrypt:32768:99999999999:1$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "scrypt:32768:8:17$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "scrypt:3:8:1$salt$0000000000000000000000000000000000000000000000000000000000000000",
          "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$KovyxkqWI8NiIbnVTsHJGtWda07axUqoJVIuPotqICc",
          "plain$$pw", "sha256$salt$00", "", "$", "$$", "pw", "pbkdf2:sha256:1000$$00"})
        BOOST_TEST((verify("pw", bad) == verdict::unusable), bad);
}

BOOST_AUTO_TEST_CASE(costs_are_verifiable_up_to_the_bounds_and_no_further)
{
    for (const crypto::argon2id_parameters p : {crypto::argon2id_parameters{}, {8, 1}, {262'144, 4}, {1024, 1024}})
        BOOST_TEST(crypto::is_verifiable(p));
    for (const crypto::argon2id_parameters p : {crypto::argon2id_parameters{7, 1},
                                                {8, 0},
                                                {262'145, 1},
                                                {262'144, 5},
                                                {1024, 1025},
                                                {UINT32_MAX, UINT32_MAX}})
        BOOST_TEST(!crypto::is_verifiable(p));
}

// From the vectors: two lanes and a salt of 8 bytes.
BOOST_AUTO_TEST_CASE(argon2id_of_any_shape_matches_but_is_outdated)
{
    const std::string two_lanes =
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
    BOOST_TEST((verify("password", two_lanes, {256, 2}) == verdict::match_outdated));
    BOOST_TEST((verify("passwore", two_lanes, {256, 2}) == verdict::mismatch));
    for (const auto engine : {crypto::argon2_engine::portable, crypto::argon2_engine::libsodium})
        BOOST_TEST(
            (crypto::password_hasher({cheap, engine}).verify(0, "password", two_lanes) == verdict::match_outdated));
}

BOOST_AUTO_TEST_CASE(no_other_password_verifies_by_any_engine)
{
    core::system_random random;
    for (const auto engine : {crypto::argon2_engine::avx512, crypto::argon2_engine::avx2,
                              crypto::argon2_engine::portable, crypto::argon2_engine::libsodium}) {
        if (!crypto::is_supported(engine)) continue;
        crypto::password_hasher hasher({cheap, engine});
        const std::string right = "correct horse battery staple";
        const auto stored = hasher.hash(0, right, random);
        for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
            auto wrong = right;
            wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ 1 << bit % 8);
            BOOST_TEST((hasher.verify(0, wrong, stored) == verdict::mismatch), bit);
        }
        BOOST_TEST((hasher.verify(0, right + std::string(1, '\0'), stored) == verdict::mismatch));
        BOOST_TEST((hasher.verify(0, "", stored) == verdict::mismatch));
        BOOST_TEST((hasher.verify(0, right, stored) == verdict::match));
        // Not a bit of the stored hash is without meaning either.
        const auto phc = crypto::parse_argon2(stored).value();
        for (std::size_t bit = 0; bit < phc.hash.size() * 8; ++bit) {
            auto other = phc;
            other.hash[bit / 8] = static_cast<char>(other.hash[bit / 8] ^ 1 << bit % 8);
            BOOST_TEST((hasher.verify(0, right, crypto::format_argon2(other)) == verdict::mismatch), bit);
        }
    }
}

BOOST_AUTO_TEST_CASE(slots_work_at_the_same_time_and_only_those_that_exist)
{
    constexpr std::size_t slots = 4;
    crypto::password_hasher hasher({{256, 1}, crypto::argon2_engine::automatic, slots});
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (std::size_t slot = 0; slot < slots; ++slot)
        threads.emplace_back([&, slot] {
            core::system_random random;
            for (int i = 0; i < 25; ++i) {
                const auto p = "password " + std::to_string(slot) + " " + std::to_string(i);
                const auto stored = hasher.hash(slot, p, random);
                if (hasher.verify(slot, p, stored) == verdict::match &&
                    hasher.verify(slot, p + "x", stored) == verdict::mismatch)
                    ++right;
            }
        });
    for (auto& t : threads) t.join();
    BOOST_TEST(right == 25 * static_cast<int>(slots));
    core::system_random random;
    BOOST_CHECK_THROW(hasher.hash(slots, "pw", random), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_slot_keeps_the_memory_of_one_hash_and_no_more)
{
    crypto::password_hasher hasher({{256, 1}, crypto::argon2_engine::portable, 2});
    core::system_random random;
    BOOST_TEST(hasher.memory(0).capacity() == 0u);
    const auto stored = hasher.hash(0, "pw", random);
    BOOST_TEST(hasher.memory(0).capacity() == 256u);
    const auto* const kept = hasher.memory(0).blocks();
    const auto smaller = hash("pw", {64, 1}), larger = hash("pw", {4096, 1});
    BOOST_TEST((hasher.verify(0, "pw", smaller) == verdict::match_outdated));
    BOOST_TEST((hasher.verify(0, "pw", stored) == verdict::match));
    BOOST_TEST(hasher.memory(0).blocks() == kept);
    BOOST_TEST((hasher.verify(0, "pw", larger) == verdict::match_outdated));
    BOOST_TEST(hasher.memory(0).capacity() == 256u);
    BOOST_TEST((hasher.verify(0, "pw", stored) == verdict::match));
    BOOST_TEST(hasher.memory(1).capacity() == 0u);
}

BOOST_AUTO_TEST_CASE(a_cost_beyond_the_bounds_makes_no_hash)
{
    for (const crypto::argon2id_parameters p :
         {crypto::argon2id_parameters{7, 1}, {64, 0}, {262'145, 1}, {262'144, 5}, {UINT32_MAX, UINT32_MAX}})
        for (const auto engine : {crypto::argon2_engine::portable, crypto::argon2_engine::libsodium}) {
            core::system_random random;
            crypto::password_hasher hasher({p, engine});
            BOOST_CHECK_THROW(hasher.hash(0, "pw", random), std::invalid_argument);
        }
}

BOOST_AUTO_TEST_CASE(a_slot_that_rests_holds_no_memory_and_hashes_again)
{
    core::system_random random;
    const crypto::password_hasher::settings settings{{64, 1}};
    crypto::password_hasher hasher(settings);
    const auto stored = hasher.hash(0, "pw", random);
    BOOST_TEST(hasher.memory(0).capacity() >= 64u);
    hasher.rest(0);
    BOOST_TEST(hasher.memory(0).capacity() == 0u);
    hasher.rest(0);
    BOOST_TEST((hasher.verify(0, "pw", stored) == crypto::verdict::match));
}

BOOST_AUTO_TEST_SUITE_END()
