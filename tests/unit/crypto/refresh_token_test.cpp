#include "core/text.hpp"
#include "crypto/refresh_token.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <stdexcept>
#include <string>

using namespace watchword;
using crypto::refresh_token;

namespace {

const core::secret_string secret(std::string(32, 's'));

refresh_token numbered(std::uint64_t number)
{
    refresh_token t{{}, number};
    std::iota(t.session.begin(), t.session.end(), '\0');
    return t;
}

std::string text_of(crypto::refresh_tokens& tokens, const refresh_token& t)
{
    return std::string(tokens.issue(t).view());
}

struct fixture {
    crypto::refresh_tokens tokens{secret};
    const std::string good = text_of(tokens, numbered(7));

    bool is_refused(std::string_view text)
    {
        const auto found = tokens.verify(text);
        return !found && found.error() == core::errc::invalid_token;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh_token_test, fixture)

// Computed by Python's hmac and base64.
BOOST_AUTO_TEST_CASE(texts_are_those_of_the_format)
{
    BOOST_TEST(text_of(tokens, numbered(1)) == "wr_AAECAwQFBgcICQoLDA0ODwAAAAAAAAAB3mwI_pprkvQkz7OXTN4hyw");
    BOOST_TEST(text_of(tokens, numbered(0x0102030405060708)) ==
               "wr_AAECAwQFBgcICQoLDA0ODwECAwQFBgcILNxIO4fBc7COfblSC03APA");
}

BOOST_AUTO_TEST_CASE(what_was_issued_is_read_and_has_one_text_everywhere)
{
    crypto::refresh_tokens copy(tokens), other_server(secret);
    for (const std::uint64_t n : {std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256}, std::uint64_t{1} << 40,
                                  refresh_token::last_number}) {
        const auto text = text_of(tokens, numbered(n));
        BOOST_TEST(text.size() == crypto::refresh_tokens::text_size);
        BOOST_TEST(text == text_of(copy, numbered(n)));
        BOOST_TEST(text == text_of(other_server, numbered(n)));
        BOOST_TEST((tokens.verify(text).value() == numbered(n)));
    }
}

BOOST_AUTO_TEST_CASE(sessions_take_turns_in_one_context)
{
    auto another = numbered(7);
    another.session[15] = '\xFF';
    const auto text = text_of(tokens, another);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((tokens.verify(good).value() == numbered(7)));
        BOOST_TEST((tokens.verify(text).value() == another));
    }
    BOOST_TEST(text_of(tokens, numbered(7)) == good);
}

// Every other character at every place: the prefix, the id, the number and the MAC, and the spare bits at the end.
BOOST_AUTO_TEST_CASE(no_character_can_be_another)
{
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            auto changed = good;
            changed[at] = static_cast<char>(c);
            if (changed == good) continue;
            if (!is_refused(changed)) BOOST_ERROR("accepted with byte " << c << " at " << at);
        }
}

BOOST_AUTO_TEST_CASE(there_is_one_spelling)
{
    BOOST_TEST(is_refused(""));
    BOOST_TEST(is_refused("wr_"));
    BOOST_TEST(is_refused(good.substr(3)));
    BOOST_TEST(is_refused("WR_" + good.substr(3)));
    for (std::size_t size = 0; size < good.size(); ++size) BOOST_TEST(is_refused(good.substr(0, size)));
    for (const std::string_view more : {"=", "==", "A", " ", "\n", "."})
        BOOST_TEST(is_refused(good + std::string(more)));
    BOOST_TEST(is_refused(" " + good));
    BOOST_TEST(is_refused(std::string(1'000'000, 'A')));
    BOOST_TEST(is_refused("wr_" + std::string(54, 'A')));
}

BOOST_AUTO_TEST_CASE(numbers_that_no_session_reaches_are_refused_though_their_mac_is_right)
{
    BOOST_TEST(is_refused(text_of(tokens, numbered(0))));
    BOOST_TEST(!is_refused(text_of(tokens, numbered(1))));
    BOOST_TEST(!is_refused(text_of(tokens, numbered(refresh_token::last_number))));
    BOOST_TEST(is_refused(text_of(tokens, numbered(refresh_token::last_number + 1))));
    BOOST_TEST(is_refused(text_of(tokens, numbered(~std::uint64_t{0}))));
}

BOOST_AUTO_TEST_CASE(a_mac_is_good_for_one_session_one_number_and_one_secret)
{
    const auto bytes = core::base64url_decode(good.substr(3)).value();
    auto another = numbered(7), next = numbered(8);
    another.session[0] = 'x';
    for (const auto& t : {another, next}) {
        auto mixed = core::base64url_decode(text_of(tokens, t).substr(3)).value();
        mixed.replace(24, 16, bytes.substr(24));
        BOOST_TEST(is_refused("wr_" + core::base64url_encode(mixed)));
    }
    crypto::refresh_tokens others{core::secret_string(std::string(32, 't'))};
    BOOST_TEST(!others.verify(good).has_value());
    BOOST_CHECK_THROW(crypto::refresh_tokens(core::secret_string(std::string(31, 's'))), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
