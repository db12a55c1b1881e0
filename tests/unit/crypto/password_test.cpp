#include "core/text.hpp"
#include "crypto/password.hpp"
#include "crypto/phc.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <map>

namespace {

using namespace watchword;
using crypto::verdict;

constexpr crypto::argon2id_parameters cheap{64, 1};

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

BOOST_AUTO_TEST_CASE(the_self_test_passes)
{
    BOOST_TEST(crypto::passwords_self_test());
}

BOOST_AUTO_TEST_CASE(any_password_matches_its_own_hash_and_no_other)
{
    core::system_random random;
    for (const std::string& p : {std::string("pw"), std::string("pass\0word", 9), std::string("heslo-ěščř"),
                                 std::string(4096, 'x'), std::string(" ")}) {
        const auto stored = crypto::hash_password(p, cheap, random);
        BOOST_TEST((crypto::verify_password(p, stored, cheap) == verdict::match));
        BOOST_TEST((crypto::verify_password(p + "x", stored, cheap) == verdict::mismatch));
        BOOST_TEST((crypto::verify_password(p.substr(1), stored, cheap) == verdict::mismatch));
    }
    BOOST_TEST(crypto::hash_password("pw", cheap, random) != crypto::hash_password("pw", cheap, random));
}

BOOST_AUTO_TEST_CASE(other_parameters_match_but_are_outdated)
{
    core::system_random random;
    const auto stored = crypto::hash_password("pw", cheap, random);
    BOOST_TEST((crypto::verify_password("pw", stored, {128, 1}) == verdict::match_outdated));
    BOOST_TEST((crypto::verify_password("pw", stored, {64, 2}) == verdict::match_outdated));
    BOOST_TEST((crypto::verify_password("no", stored, {64, 2}) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(a_phc_string_has_one_spelling_and_bounds)
{
    const std::string good =
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$KovyxkqWI8NiIbnVTsHJGtWda07axUqoJVIuPotqICc";
    const auto parsed = crypto::parse_argon2id(good);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(crypto::format_argon2id(*parsed) == good);
    const auto with = [&](const std::string& from, const std::string& to) {
        auto changed = good;
        changed.replace(changed.find(from), from.size(), to);
        return changed;
    };
    for (const auto& bad :
         {with("m=64", "m=064"), with("m=64", "m=+64"), with("m=64", "m=7"), with("m=64", "m=262145"),
          with("m=64", "m=99999999999999999999"), with("t=1", "t=0"), with("m=64,t=1", "m=262144,t=5"),
          with("p=1", "p=4"), with("v=19", "v=16"), with("argon2id", "argon2i"), with("m=64,t=1", "t=1,m=64"),
          good + "$", good + "=", with("c29t", "c29t-"), std::string("$argon2id$"),
          std::string("$argon2id$v=19$m=64,t=1,p=1")})
        BOOST_TEST((crypto::verify_password("password", bad, cheap) == verdict::unusable), bad);
}

BOOST_AUTO_TEST_CASE(every_row_of_the_flask_database_is_judged_as_recorded)
{
    const auto document = read("flask-db/users.json");
    std::map<std::string, int> seen;
    for (const auto& u : document.at("users").as_array()) {
        if (!u.at("hash").is_string() || !u.at("email").is_string()) continue;
        const auto p = text(u.at("password")), stored = text(u.at("hash"));
        const auto& statuses = u.at("login_status").as_array();
        const auto right = crypto::verify_password(p, stored, cheap);
        BOOST_TEST(!is_match(crypto::verify_password(p + "x", stored, cheap)), u.at("id"));
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
        const auto got = crypto::verify_password(text(t.at("password")), stored, cheap);
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

BOOST_AUTO_TEST_CASE(formats_of_other_libraries_never_match_by_accident)
{
    std::size_t count = 0;
    const auto document = read("vectors/kdf/passlib_hashes.json");
    for (const auto& c : document.at("cases").as_array()) {
        for (const char* list : {"correct", "malformed", "unidentified"}) {
            if (!c.as_object().contains(list)) continue;
            for (const auto& row : c.at(list).as_array()) {
                const auto stored = row.is_string() ? text(row) : text(row.at("hash"));
                const auto secret = row.is_object() && row.as_object().contains("secret_hex")
                                        ? core::hex_decode(text(row.at("secret_hex"))).value()
                                        : std::string("secret");
                const auto got = crypto::verify_password(secret, stored, cheap);
                const bool ours = crypto::parse_argon2id(stored).has_value();
                BOOST_TEST((ours || got == verdict::unusable), stored);
                BOOST_TEST(!is_match(crypto::verify_password(secret + "x", stored, cheap)), stored);
                ++count;
            }
        }
    }
    BOOST_TEST(count >= 46u);
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
        BOOST_TEST((crypto::verify_password("pw", bad, cheap) == verdict::unusable), bad);
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

BOOST_AUTO_TEST_SUITE_END()
