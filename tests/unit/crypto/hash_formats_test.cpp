// Hashes that other programs have stored. Those in this file were made with Python's hashlib, OpenSSL's command line
// and, for bcrypt, crypt(3).
#include "core/text.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/hash_formats.hpp"
#include "crypto/keycloak_hash.hpp"
#include "crypto/password.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

namespace {

using namespace watchword;
using core::errc;
using crypto::verdict;

const std::string secret = "correct horse – 9";

struct stored_hash {
    std::string format, text;
};
const stored_hash samples[] = {
    {"PBKDF2", "$pbkdf2$1000$AQIDBAUGBwgJCgsMDQ4PEA$iAsRDBVCZdFXzT/fSAXbLyWpxa0"},
    {"PBKDF2", "$pbkdf2-sha256$1000$AQIDBAUGBwgJCgsMDQ4PEA$9CGxXV3bCUtlONK0nhTbnGrHdMLOlAq/17nTcmhu9As"},
    {"PBKDF2", "$pbkdf2-sha256$1000$AQIDBAUGBwgJCgsMDQ4PEA$9CGxXV3bCUtlONK0nhTbnGrHdMLOlAq/"
               "17nTcmhu9AsPUDmw.4tIZhPyEV1.qVLdFsiXBbT6EQa1.LqJ1C3pEw"},
    {"PBKDF2", "$pbkdf2-sha512$1000$AQIDBAUGBwgJCgsMDQ4PEA$.NjY5HNWxDYMegbn60izZqriedcp.Rpa/"
               "sjEyE3jxywUKvAIL.3DjZc.v6xR1IfKnnuOWc3xKsKtpL5QJsm18A"},
    {"PBKDF2 (Django)", "pbkdf2_sha256$1000$seasalt$2+FEN5iXAZkCAKQ2n0sl5679ktStU0ejaGn3QObFWc4="},
    {"PBKDF2 (Django)", "pbkdf2_sha1$1000$seasalt$DFsCSwcqiAqqF2dGwq8kNb7nbFw="},
    {"scrypt (Django)", "scrypt$1024$seasalt$8$1$XPQgEmXhierX5m5YZ9K7GP0oiD81STAct042MxyF1uCuyMvjLeqqXng+"
                        "urAAjOx60OIvwTpIepCHpRmsmDRicQ=="},
    {"scrypt", "$scrypt$ln=10,r=8,p=2$AQIDBAUGBwgJCgsMDQ4PEA$+Pym59a7serkW7Tzs5YDb8EqlVGLtHkwW9iMPXLhSK4"},
    {"scrypt (Firebase)", "$fbscrypt$v=1,n=10,r=8,p=1,ss=Bw==,sk=Y4Rm1IrOwHkNbGRbpYKDwwIwGfdYnuH064sQpr/"
                          "VEsQPvNO81wCGlZ4JUpRPVqG8jyO2V7RXu9594m+irfIR/A==$AQIDBAUGBwgJCg==$23yvlImu3i/reZFBK3UaGk5/"
                          "tB8xPReUSz0qaWfTtzYJhqOnkgq5SGBXpMUChGoT7dXQqLqG2bB8zJ46DRroLg=="},
    {"salted SHA (LDAP)", "{SSHA}BHcz6P8vUfOWTyYOjQJCODyj4LABAgMEBQYHCA=="},
    {"salted SHA (LDAP)", "{SSHA256}Es2rgbxPhxqrz0fdXiP0jSeGfFsCnqtvifjKnwpwfLABAgMEBQYHCA=="},
    {"salted SHA (LDAP)",
     "{SSHA512}fX7DGoTJpjBpH5kpoPGPm7ClKOskiSGajK9gJo+0k4K9cVjYGoDbKs7sl4ncdNDNAbsnatrpIiOy2VAzFQ9AcwECAwQFBgcI"},
    {"sha512crypt",
     "$6$saltstring$KjXILYxNv8TB6bVqIiqLFUxf4J.hj/UtdVXQZqwCgOSbDCNT2ZF6RUkwSPsx5/zWf/22juE5H2hqg162ElbTs."},
    {"sha256crypt", "$5$saltstring$wX3/qDJdmcVh6UGOzuLsj324rbQT8YanZdPGn3I1T10"},
    {"crypt (LDAP)",
     "{CRYPT}$6$saltstring$KjXILYxNv8TB6bVqIiqLFUxf4J.hj/UtdVXQZqwCgOSbDCNT2ZF6RUkwSPsx5/zWf/22juE5H2hqg162ElbTs."},
    {"crypt (LDAP)",
     "{crypt}$6$saltstring$KjXILYxNv8TB6bVqIiqLFUxf4J.hj/UtdVXQZqwCgOSbDCNT2ZF6RUkwSPsx5/zWf/22juE5H2hqg162ElbTs."},
    {"sha512crypt", "$6$rounds=1234$anotherlongsalt$fhertBdNDarN0fbJwUnowYm7RRg5G/ghWhli5UifQ8wq8XmVOtH25eH2Wfl4/"
                    "dKS2r6UlCSAs3cgvaKVjlfw.0"},
    {"bcrypt", "$2b$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS"},
    {"bcrypt", "$2y$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS"},
    {"bcrypt", "$2a$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS"},
    {"bcrypt (Django)", "bcrypt$$2b$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS"},
    {"bcrypt_sha256 (Django)", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuXntPc50ZBlCOGclL9g65zSlBieQRLOq"},
};

verdict verify(std::string_view password, std::string_view stored)
{
    return crypto::password_hasher({crypto::argon2id_parameters{64, 1}}).verify(0, password, stored);
}

bool is_match(verdict v)
{
    return v == verdict::match || v == verdict::match_outdated;
}

core::error_code problem(std::string_view stored)
{
    const auto checked = crypto::check_hash(stored);
    return checked ? core::error_code() : checked.error();
}

std::string text(const boost::json::value& v)
{
    return v.is_string() ? std::string(v.get_string().data(), v.get_string().size()) : std::string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(hash_formats)

BOOST_AUTO_TEST_CASE(every_format_is_named_and_matches_its_password_only)
{
    for (const auto& [format, stored] : samples) {
        const auto checked = crypto::check_hash(stored);
        BOOST_TEST_REQUIRE(checked.has_value(), stored);
        BOOST_TEST(*checked == format);
        BOOST_TEST((verify(secret, stored) == verdict::match_outdated), stored);
        BOOST_TEST((verify(secret + " ", stored) == verdict::mismatch), stored);
        BOOST_TEST((verify(secret.substr(1), stored) == verdict::mismatch), stored);
        BOOST_TEST((verify("", stored) == verdict::mismatch), stored);
        BOOST_TEST((verify(std::string("\0", 1) + secret, stored) == verdict::mismatch), stored);
        // HMAC, within PBKDF2 and scrypt, cannot tell a short key from one with NULs behind it.
        const bool is_hmac = format.find("PBKDF2") != format.npos || format.find("scrypt") == 0;
        BOOST_TEST((is_hmac || verify(secret + std::string("\0", 1), stored) == verdict::mismatch), stored);
    }
}

BOOST_AUTO_TEST_CASE(no_byte_of_a_stored_hash_is_without_meaning)
{
    for (const auto& [format, stored] : samples) {
        for (std::size_t i = 0; i < stored.size(); i += 3) {
            auto changed = stored;
            changed[i] = stored[i] == '8' ? '9' : '8';
            if (format == "bcrypt" && stored.substr(0, 4) != changed.substr(0, 4)) continue; // 2a, 2b and 2y agree
            if (format.find("bcrypt") == 0 && stored.substr(0, i + 1).ends_with("qrstuu"))
                continue; // has two bits only
            const bool costlier = problem(changed) == errc::too_large;
            const bool many_rounds = changed.find("rounds=8") != changed.npos || changed.find("$8") < 16;
            if (!costlier && !many_rounds) BOOST_TEST(!is_match(verify(secret, changed)), changed);
        }
        for (std::size_t size = 0; size < stored.size(); size += 5)
            BOOST_TEST(!is_match(verify(secret, stored.substr(0, size))), stored.substr(0, size));
        BOOST_TEST((verify(secret, stored + "=") == verdict::unusable), stored);
        BOOST_TEST((verify(secret, stored + "$") == verdict::unusable), stored);
        BOOST_TEST((verify(secret, " " + stored) == verdict::unusable), stored);
    }
}

BOOST_AUTO_TEST_CASE(passlib_vectors_are_judged_as_recorded)
{
    std::size_t right = 0, wrong = 0;
    const auto document = boost::json::parse(test::read_file(test::shared_path("vectors/kdf/passlib_hashes.json")));
    for (const auto& c : document.at("cases").as_array()) {
        for (const auto& row : c.at("correct").as_array()) {
            const auto stored = text(row.at("hash"));
            const auto password = core::hex_decode(text(row.at("secret_hex"))).value();
            BOOST_TEST((verify(password, stored) == verdict::match_outdated), stored);
            const bool is_cut = stored.starts_with("$2") && password.size() >= 72; // see crypt_hash.hpp
            BOOST_TEST(is_match(verify(password + "x", stored)) == is_cut, stored);
            ++right;
        }
        for (const char* list : {"malformed", "unidentified"}) {
            if (!c.as_object().contains(list)) continue;
            for (const auto& row : c.at(list).as_array()) {
                const auto stored = row.is_string() ? text(row) : text(row.at("hash"));
                BOOST_TEST(problem(stored).failed(), stored);
                BOOST_TEST((verify("password", stored) == verdict::unusable), stored);
                ++wrong;
            }
        }
    }
    BOOST_TEST(right == 46u);
    BOOST_TEST(wrong == 15u);
}

BOOST_AUTO_TEST_CASE(costs_are_bounded_and_the_bound_itself_is_allowed)
{
    const std::string key32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", key64 = std::string(86, 'A');
    const std::string argon_rest = ",p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", bcrypt_rest = std::string(53, '.');
    const std::string hex64(64, '0'), hex128(128, '0'), firebase_key = std::string(43, 'A') + "=";
    const auto firebase = [&](const std::string& cost) {
        return "$fbscrypt$v=1," + cost + ",ss=,sk=" + firebase_key + "$AAAA$" + firebase_key;
    };
    const std::pair<std::string, std::string> pairs[] = {
        {"$argon2i$v=19$m=262144,t=4" + argon_rest, "$argon2i$v=19$m=262144,t=5" + argon_rest},
        {"$argon2d$v=19$m=262144,t=1" + argon_rest, "$argon2d$v=19$m=262145,t=1" + argon_rest},
        {"argon2$argon2id$v=19$m=1024,t=1024" + argon_rest, "argon2$argon2id$v=19$m=1024,t=1025" + argon_rest},
        {"$2b$16$" + bcrypt_rest, "$2b$17$" + bcrypt_rest},
        {"bcrypt$$2b$16$" + bcrypt_rest, "bcrypt$$2b$31$" + bcrypt_rest},
        {"$6$rounds=1000000$salt$" + std::string(86, '.'), "$6$rounds=1000001$salt$" + std::string(86, '.')},
        {"{CRYPT}$5$rounds=1000000$salt$" + std::string(43, '.'),
         "{CRYPT}$5$rounds=999999999$s$" + std::string(43, '.')},
        {"$pbkdf2-sha256$10000000$AAAA$" + key32, "$pbkdf2-sha256$10000001$AAAA$" + key32},
        {"$pbkdf2-sha256$5000000$AAAA$" + key64, "$pbkdf2-sha256$5000001$AAAA$" + key64}, // two digests long
        {"pbkdf2_sha256$10000000$salt$" + key32 + "=", "pbkdf2_sha256$18446744073709551615$salt$" + key32 + "="},
        {"pbkdf2:sha512:10000000$salt$" + hex128, "pbkdf2:sha512:10000001$salt$" + hex128},
        {"scrypt:262144:8:4$salt$" + hex128, "scrypt:262144:8:5$salt$" + hex128},
        {"scrypt:16384:8:16$salt$" + hex128, "scrypt:16384:8:17$salt$" + hex128},
        {"$scrypt$ln=18,r=8,p=1$AAAA$" + key32, "$scrypt$ln=19,r=8,p=1$AAAA$" + key32},
        {"$scrypt$ln=18,r=8,p=4$AAAA$" + key32, "$scrypt$ln=64,r=8,p=1$AAAA$" + key32},
        {"scrypt$262144$salt$8$1$" + key64 + "==", "scrypt$262144$salt$9$1$" + key64 + "=="},
        {firebase("n=18,r=8,p=1"), firebase("n=18,r=8,p=5")},
        {firebase("n=15,r=64,p=1"), firebase("n=15,r=65,p=1")},
    };
    for (const auto& [most, more] : pairs) {
        BOOST_TEST(problem(most) == core::error_code(), most);
        BOOST_TEST((problem(more) == errc::too_large), more);
        BOOST_TEST((verify("pw", more) == verdict::unusable), more);
    }
    // Numbers that would wrap around are no numbers.
    BOOST_TEST((problem("$6$rounds=18446744073709551617$salt$" + std::string(86, '.')) == errc::invalid_input));
    BOOST_TEST((problem("$pbkdf2-sha256$18446744073709551617$AAAA$" + key32) == errc::invalid_input));
    BOOST_TEST((problem("scrypt:4294967296:4294967296:1$salt$" + hex128) == errc::too_large));
    BOOST_TEST((problem("$scrypt$ln=16,r=1,p=1$AAAA$" + key32) == errc::invalid_input)); // RFC 7914 section 2
    BOOST_TEST((problem(std::string(crypto::hash_bounds::stored_size + 1, '$')) == errc::unsupported));
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_of_ours_is_unusable)
{
    const std::string rest = std::string(53, '.');
    for (const auto& stored : {"$2x$05$" + rest,
                               "$2$05$" + rest,
                               "$2b$03$" + rest,
                               "$2b$5$." + rest,
                               "$2b$+5$" + rest,
                               "$2b$05$" + rest + ".",
                               "$2b$05$" + std::string(52, '.') + "!",
                               "$2b$05$" + std::string(52, '.'),
                               std::string("$6$salt"),
                               "$6$rounds=999$salt$" + std::string(86, '.'),
                               "$6$rounds=01000$salt$" + std::string(86, '.'),
                               "$6$" + std::string(17, 's') + "$" + std::string(86, '.'),
                               "$6$sa:lt$" + std::string(86, '.'),
                               std::string("{SSHA}"),
                               std::string("{SSHA}QUFBQUFBQUFBQUFBQUFBQUFBQUE="),
                               std::string("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="),
                               std::string("{SSHA384}AAAA"),
                               std::string("{CRYPT}pw"),
                               std::string("{CLEAR}pw"),
                               std::string("!"),
                               std::string("*"),
                               std::string("bcrypt$"),
                               std::string("md5$salt$5f4dcc3b5aa765d61d8327deb882cf99"),
                               std::string("$1$salt$qJH7.N4xYta3aEG/dfqo/0"),
                               std::string("$fbscrypt$v=2,n=14,r=8,p=1,ss=Bw==,sk=AA==$AA==$AA==")}) {
        BOOST_TEST(problem(stored).failed(), stored);
        BOOST_TEST((verify("pw", stored) == verdict::unusable), stored);
    }
}

// As wherever such hashes were made: it is the origin's limit, and the password is hashed whole at that sign-in.
BOOST_AUTO_TEST_CASE(bcrypt_reads_72_bytes_and_djangos_bcrypt_sha256_all)
{
    // crypt.crypt("a" * 72, "$2b$04$abcdefghijklmnopqrstuu"), and of the SHA-256 of as many.
    const std::string plain = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
                      digested = "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuueiVbI.1LvrYtsLQbqPc9PgSpTKLmESm";
    const std::string exact(72, 'a');
    for (const std::size_t more : {0U, 1U, 500U, 4000U}) {
        BOOST_TEST((verify(exact + std::string(more, 'b'), plain) == verdict::match_outdated), more);
        BOOST_TEST((verify(exact + std::string(more, 'b'), digested) ==
                    (more == 0 ? verdict::match_outdated : verdict::mismatch)),
                   more);
    }
    BOOST_TEST((verify(exact.substr(1), plain) == verdict::mismatch));
    // crypt(3) would stop at the NUL.
    BOOST_TEST((verify(exact + std::string("\0x", 2), plain) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(passwords_too_long_for_crypt_never_match)
{
    const auto stored = samples[12].text;
    BOOST_TEST_REQUIRE(stored.starts_with("$6$"));
    for (const std::size_t size : {511U, 512U, 4096U})
        BOOST_TEST((verify(std::string(size, 'x'), stored) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(credentials_of_keycloak_become_hashes_that_match)
{
    const std::string salt = "AQIDBAUGBwgJCgsMDQ4PEA==";
    const auto secret_data = [&](const std::string& key) {
        return R"({"value":")" + key + R"(","salt":")" + salt + R"(","additionalParameters":{}})";
    };
    const auto credential = [](const std::string& algorithm, const std::string& more = "{}", int iterations = 1000) {
        return R"({"hashIterations":)" + std::to_string(iterations) + R"(,"algorithm":")" + algorithm +
               R"(","additionalParameters":)" + more + "}";
    };
    const std::string sha1 = "iAsRDBVCZdFXzT/fSAXbLyWpxa0=", sha256 = "9CGxXV3bCUtlONK0nhTbnGrHdMLOlAq/17nTcmhu9As=",
                      sha256_64 =
                          "9CGxXV3bCUtlONK0nhTbnGrHdMLOlAq/17nTcmhu9AsPUDmw+4tIZhPyEV1+qVLdFsiXBbT6EQa1+LqJ1C3pEw==",
                      sha512 =
                          "+NjY5HNWxDYMegbn60izZqriedcp+Rpa/sjEyE3jxywUKvAIL+3DjZc+v6xR1IfKnnuOWc3xKsKtpL5QJsm18A==";
    for (const auto& [algorithm, key] : {std::pair<std::string, std::string>{"pbkdf2", sha1},
                                         {"pbkdf2-sha256", sha256},
                                         {"pbkdf2-sha256", sha256_64},
                                         {"pbkdf2-sha512", sha512}}) {
        const auto stored = crypto::convert_keycloak(credential(algorithm), secret_data(key));
        BOOST_TEST_REQUIRE(stored.has_value(), algorithm);
        BOOST_TEST((verify(secret, *stored) == verdict::match_outdated), *stored);
        BOOST_TEST((verify(secret + "x", *stored) == verdict::mismatch), *stored);
    }
    // The first of libargon2's hashes in the vectors, as Keycloak would write it: "password" with the salt "somesalt".
    const std::string argon2 =
        R"({"hashLength":["32"],"memory":["256"],"type":["id"],"version":["1.3"],"parallelism":["2"]})";
    const std::string kept = R"({"value":"bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc=","salt":"c29tZXNhbHQ="})";
    const auto stored = crypto::convert_keycloak(credential("argon2", argon2, 2), kept);
    BOOST_TEST_REQUIRE(stored.has_value());
    BOOST_TEST((verify("password", *stored) == verdict::match_outdated), *stored);

    const auto refused = [&](const std::string& about, const std::string& hidden, errc why) {
        const auto converted = crypto::convert_keycloak(about, hidden);
        BOOST_TEST((converted.has_error() && converted.error() == why), about << " " << hidden);
    };
    refused(credential("bcrypt"), secret_data(sha256), errc::unsupported);
    refused(credential("argon2", R"({"memory":["256"],"type":["id"],"version":["1.0"],"parallelism":["2"]})", 2), kept,
            errc::unsupported);
    for (const std::string type : {"ds", "ID", ""})
        refused(credential("argon2",
                           R"({"memory":["256"],"type":[")" + type + R"("],"version":["1.3"],"parallelism":["2"]})", 2),
                kept, errc::unsupported);
    refused(credential("argon2", R"({"memory":["99999999"],"type":["id"],"version":["1.3"],"parallelism":["1"]})", 2),
            kept, errc::too_large);
    refused(credential("pbkdf2-sha256", "{}", 1'000'000'000), secret_data(sha256), errc::too_large);
    refused(credential("pbkdf2-sha256", "{}", 0), secret_data(sha256), errc::invalid_input);
    refused(credential("pbkdf2-sha256", "{}", -1), secret_data(sha256), errc::invalid_input);
    refused(credential("pbkdf2-sha256"), "{}", errc::invalid_input);
    refused(credential("pbkdf2-sha256"), secret_data("!"), errc::invalid_input);
    refused("[]", secret_data(sha256), errc::invalid_input);
    refused("", "", errc::invalid_input);
}

BOOST_AUTO_TEST_SUITE_END()
