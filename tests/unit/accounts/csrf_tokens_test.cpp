#include "accounts/csrf_tokens.hpp"
#include "support/allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace watchword;
using accounts::csrf_tokens;

const std::string session = "AAECAwQFBgcICQoLDA0ODw";

core::secret_string secret_of(char c)
{
    return core::secret_string(std::string(32, c));
}

} // namespace

BOOST_AUTO_TEST_SUITE(csrf_tokens_test)

// Computed by Python's hmac.
BOOST_AUTO_TEST_CASE(a_session_has_one_token_on_every_server_with_the_secret)
{
    csrf_tokens here(secret_of('s')), there(secret_of('s'));
    const auto text = here.issue(session);
    BOOST_TEST(text == "1cc58f418e6cff8613d4ddbe2e311a7d2ba3c5006913550cf82a935859fb80b4");
    BOOST_TEST(text.size() == csrf_tokens::text_size);
    BOOST_TEST(here.is_of(session, text));
    BOOST_TEST(there.is_of(session, text));
    std::string elsewhere;
    std::thread([&] { elsewhere = here.issue(session); }).join();
    BOOST_TEST(elsewhere == text);
}

BOOST_AUTO_TEST_CASE(nothing_else_is_it)
{
    csrf_tokens tokens(secret_of('s')), foreign(secret_of('t'));
    const auto text = tokens.issue(session);
    BOOST_TEST(!tokens.is_of("AAECAwQFBgcICQoLDA0ODg", text));
    BOOST_TEST(!tokens.is_of("", text));
    BOOST_TEST(!tokens.is_of(session, foreign.issue(session)));
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            auto changed = text;
            changed[at] = static_cast<char>(c);
            if (changed != text && tokens.is_of(session, changed)) BOOST_ERROR("byte " << c << " at " << at);
        }
    for (std::size_t size = 0; size < text.size(); ++size) BOOST_TEST(!tokens.is_of(session, text.substr(0, size)));
    BOOST_TEST(!tokens.is_of(session, text + "0"));
    BOOST_TEST(!tokens.is_of(session, " " + text));
    BOOST_TEST(!tokens.is_of(session, std::string(1'000'000, '0')));
}

BOOST_AUTO_TEST_CASE(judging_one_allocates_nothing)
{
    csrf_tokens tokens(secret_of('s'));
    const auto text = tokens.issue(session);
    const auto before = test::allocations();
    const bool good = tokens.is_of(session, text), bad = tokens.is_of(session, session);
    BOOST_TEST(test::allocations() == before);
    BOOST_TEST(good);
    BOOST_TEST(!bad);
}

BOOST_AUTO_TEST_CASE(a_secret_that_is_short_or_gone_is_refused)
{
    BOOST_CHECK_THROW(csrf_tokens{core::secret_string()}, std::invalid_argument);
    BOOST_CHECK_THROW(csrf_tokens{core::secret_string(std::string(31, 's'))}, std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
