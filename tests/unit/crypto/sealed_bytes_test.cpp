#include "crypto/sealed_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;

core::secret_string key_of(char c, std::size_t size = 32)
{
    return core::secret_string(std::string(size, c));
}

std::string seal(std::string_view plain, std::string_view name = "n")
{
    core::system_random random;
    return crypto::seal_bytes(key_of('k'), plain, name, random);
}

bool opens(const std::string& sealed, std::string_view name = "n", char key = 'k')
{
    const auto opened = crypto::open_bytes(key_of(key), sealed, name);
    BOOST_TEST((opened || opened.error() == core::errc::invalid_input));
    return opened.has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(sealed_bytes)

BOOST_AUTO_TEST_CASE(what_is_sealed_is_opened)
{
    for (const auto& plain : {std::string(), std::string("\0a\xff", 3), std::string(100'000, 'x')}) {
        const auto sealed = seal(plain);
        BOOST_TEST(sealed.size() == plain.size() + 41);
        BOOST_TEST((crypto::open_bytes(key_of('k'), sealed, "n").value().view() == plain));
        BOOST_TEST((plain.empty() || sealed.find(plain) == sealed.npos));
        BOOST_TEST(seal(plain) != sealed); // another nonce
    }
}

BOOST_AUTO_TEST_CASE(only_whole_and_unchanged_by_the_same_key_under_the_same_name)
{
    const auto sealed = seal("an answer");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto altered = sealed;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        BOOST_TEST(!opens(altered), i);
        BOOST_TEST(!opens(sealed.substr(0, i)), i);
    }
    BOOST_TEST(!opens(sealed + '\0'));
    for (const char* other : {"", "N", "nn"}) BOOST_TEST(!opens(sealed, other), other);
    BOOST_TEST(!opens(sealed, "n", 'l'));
    BOOST_TEST(opens(sealed));
}

BOOST_AUTO_TEST_CASE(a_key_has_32_bytes)
{
    core::system_random random;
    for (const std::size_t size : {0u, 31u, 33u}) {
        BOOST_CHECK_THROW(crypto::seal_bytes(key_of('k', size), "p", "n", random), std::invalid_argument);
        BOOST_CHECK_THROW(crypto::open_bytes(key_of('k', size), seal("p"), "n"), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_SUITE_END()
