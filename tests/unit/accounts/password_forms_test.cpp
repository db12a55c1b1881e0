#include "accounts/password_forms.hpp"
#include "crypto/password.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using accounts::hash_password;
using accounts::verify_password;
using crypto::verdict;

const std::string composed = "caf\u00E9 caf\u00E9 caf\u00E9", decomposed = "cafe\u0301 cafe\u0301 cafe\u0301";
// PBKDF2-HMAC-SHA256 of `decomposed`, `composed` and a text that is not UTF-8, "caf\xE9", 1,000 rounds: Python's
// hashlib.
const std::string flask_decomposed =
    "pbkdf2:sha256:1000$abcdefgh$2d03134f39a65925581fc5b909da63106f1c6f3d4eff81813a71e0d05c8d158f";
const std::string flask_composed =
    "pbkdf2:sha256:1000$abcdefgh$15348754ce48a3372d604ceb4f9b8efd499d3a285fe06148d1bfdfff3f579dea";
const std::string flask_latin1 =
    "pbkdf2:sha256:1000$abcdefgh$ba5b7200e95318b56fc6d33ad44bd391b97bacaf8a17c5c7f5e5dc331af032a0";

struct hashing {
    core::system_random random;
    crypto::password_hasher passwords{{{64, 1}}};

    verdict verify(const std::string& password, const std::string& stored)
    {
        return verify_password(passwords, 0, password, stored);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(password_forms, hashing)

BOOST_AUTO_TEST_CASE(a_new_hash_is_right_for_both_forms)
{
    for (const auto& chosen : {composed, decomposed}) {
        const auto stored = hash_password(passwords, 0, chosen, random);
        BOOST_TEST((verify(composed, stored) == verdict::match));
        BOOST_TEST((verify(decomposed, stored) == verdict::match));
        BOOST_TEST((verify("cafe cafe cafe", stored) == verdict::mismatch));
    }
}

BOOST_AUTO_TEST_CASE(what_others_have_hashed_as_it_was_sent_is_right_so)
{
    BOOST_TEST((verify(decomposed, flask_decomposed) == verdict::match_outdated));
    BOOST_TEST((verify(composed, flask_decomposed) == verdict::mismatch)); // nobody can tell how it was typed
    BOOST_TEST((verify(composed, flask_composed) == verdict::match_outdated));
    BOOST_TEST((verify(decomposed, flask_composed) == verdict::match_outdated));
    BOOST_TEST((verify("caf\xE9", flask_latin1) == verdict::match_outdated));
}

BOOST_AUTO_TEST_CASE(an_own_hash_of_before_is_right_and_due_for_renewal)
{
    const auto before = passwords.hash(0, decomposed, random);
    BOOST_TEST((verify(decomposed, before) == verdict::match_outdated));
    BOOST_TEST((verify(decomposed + "x", before) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(compatibility_forms_and_case_are_other_passwords)
{
    const auto stored = hash_password(passwords, 0, "password 12345678", random);
    BOOST_TEST((verify("Password 12345678", stored) == verdict::mismatch));
    BOOST_TEST((verify("\uFF50assword 12345678", stored) == verdict::mismatch));
}

BOOST_AUTO_TEST_CASE(an_imitation_does_not_say_whether_it_would_have_matched)
{
    const auto stored = hash_password(passwords, 0, composed, random);
    for (const auto& typed : {composed, decomposed, std::string("cafe")}) {
        BOOST_TEST(accounts::imitate_verification(passwords, 0, typed, stored));
        BOOST_TEST(accounts::imitate_verification(passwords, 0, typed, flask_decomposed));
        BOOST_TEST(!accounts::imitate_verification(passwords, 0, typed, "plain text"));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_told_for_both_forms)
{
    BOOST_TEST((verify(composed, "plain text") == verdict::unusable));
    BOOST_TEST((verify(decomposed, "plain text") == verdict::unusable));
}

BOOST_AUTO_TEST_SUITE_END()
