// What hashing and comparing leaves of a password on the stack, libraries' functions included: nothing.
#include "crypto/password.hpp"
#include "support/own_stack.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using crypto::verdict;

constexpr crypto::argon2id_parameters cheap{64, 1};

// Small strings among them, and more than one block of every hash function.
const std::string passwords[] = {"qVxLm2Zp9aTr", "qVxLm2Zp9aTr and more of it", "qVxLm2Zp9aTr" + std::string(300, 'x')};

bool holds_a_part(const std::string& bytes)
{
    for (const char* part : {"qVxLm2Zp", "m2Zp9aTr", "xxxxxxxx"})
        if (bytes.find(part) != bytes.npos) return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_stack, *boost::unit_test::enable_if<!test::is_sanitized>())

BOOST_AUTO_TEST_CASE(no_engine_leaves_a_password_there)
{
    using crypto::argon2_engine;
    core::system_random random;
    for (const auto engine :
         {argon2_engine::avx512, argon2_engine::avx2, argon2_engine::portable, argon2_engine::libsodium}) {
        if (!crypto::is_supported(engine)) continue;
        crypto::password_hasher hasher({cheap, engine});
        for (const auto& password : passwords) {
            std::string stored;
            auto judged = verdict::unusable;
            const auto hashing = test::left_on_stack([&] { stored = hasher.hash(0, password, random); });
            const auto comparing = test::left_on_stack([&] { judged = hasher.verify(0, password, stored); });
            BOOST_TEST((judged == verdict::match));
            BOOST_TEST(!holds_a_part(hashing), crypto::name_of(engine) << " " << password.size());
            BOOST_TEST(!holds_a_part(comparing), crypto::name_of(engine) << " " << password.size());
        }
    }
}

BOOST_AUTO_TEST_CASE(no_old_format_leaves_a_password_there)
{
    const std::string dots(86, '.'), letters(86, 'A'), digits(128, '0');
    const auto bcrypt = "$2b$04$" + dots.substr(0, 53);
    crypto::password_hasher hasher({cheap});
    for (const auto& stored :
         {bcrypt, "bcrypt_sha256$" + bcrypt, "$6$rounds=1000$saltsalt$" + dots,
          "$5$rounds=1000$saltsalt$" + dots.substr(43), "pbkdf2:sha256:1000$saltsalt$" + digits.substr(64),
          "pbkdf2:sha1:1000$saltsalt$" + digits.substr(88), "scrypt:1024:8:1$saltsalt$" + digits,
          "pbkdf2_sha256$1000$salt$" + letters.substr(43) + "=", "$pbkdf2-sha512$1000$c2FsdHNhbHQ$" + letters,
          "{SSHA}" + letters.substr(48) + "==", "{SSHA512}" + letters + letters.substr(76)})
        for (const auto& password : passwords) {
            auto judged = verdict::unusable;
            const auto left = test::left_on_stack([&] { judged = hasher.verify(0, password, stored); });
            BOOST_TEST((judged == verdict::mismatch), stored);
            BOOST_TEST(!holds_a_part(left), stored << " " << password.size());
        }
}

BOOST_AUTO_TEST_SUITE_END()
