#include "accounts/device_proofs.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;
using std::chrono::hours;
using std::chrono::seconds;

class manual_clock final : public core::clock {
public:
    core::timestamp time{seconds(1'800'000'000)};
    core::timestamp now() const noexcept override { return time; }
};

class counting_random final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override
    {
        for (auto& b : out) b = std::byte(++last_);
    }

private:
    unsigned char last_ = 0;
};

const core::secret_string secret(std::string(32, 'k')), other_secret(std::string(32, 'l'));
constexpr seconds lifetime(1800);

struct fixture {
    manual_clock clock;
    counting_random random;
    crypto::hs256_tokens tokens{secret};
    accounts::device_proofs proofs{secret, tokens, lifetime, clock, random};

    std::string issue(const std::string& account, std::string_view earlier = {})
    {
        return proofs.issue(account, earlier).value();
    }
    std::string token(const std::string& account) { return tokens.issue({account, clock.time + lifetime}); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(device_proofs, fixture)

BOOST_AUTO_TEST_CASE(a_device_is_known_by_its_text)
{
    const auto text = issue("u");
    const auto proof = proofs.read_device(text);
    BOOST_REQUIRE(proof.has_value());
    BOOST_TEST(proof->public_id == "u");
    BOOST_TEST(proof->id.size() == 16u);
    BOOST_TEST(proofs.read_device(issue("u"))->id != proof->id);
    BOOST_TEST(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") ==
               text.npos);
    const std::string odd = std::string("\0\xFF; ", 4) + std::string(1000, 'x');
    BOOST_TEST(proofs.read_device(issue(odd))->public_id == odd);
}

BOOST_AUTO_TEST_CASE(it_stays_the_same_device_when_it_signs_in_again)
{
    const auto first = issue("u");
    clock.time += hours(100 * 24);
    const auto second = issue("u", first);
    BOOST_TEST(second != first);
    BOOST_TEST(proofs.read_device(second)->id == proofs.read_device(first)->id);
    clock.time += hours(100 * 24); // the first is too old by now, the second is not
    BOOST_TEST(!proofs.read_device(first).has_value());
    BOOST_TEST(proofs.read_device(second).has_value());
    BOOST_TEST(proofs.read_device(issue("u", first))->id != proofs.read_device(second)->id);
    BOOST_TEST(proofs.read_device(issue("v", second))->id != proofs.read_device(second)->id);
    BOOST_TEST(proofs.read_device(issue("v", second))->public_id == "v");
}

BOOST_AUTO_TEST_CASE(an_altered_text_proves_nothing)
{
    const auto text = issue("user");
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c : {'A', 'B', '.', '=', ' ', '\0'}) {
            auto altered = text;
            if (altered[i] == c) continue;
            altered[i] = c;
            BOOST_TEST(!proofs.read_device(altered).has_value(), "byte " << i);
        }
        BOOST_TEST(!proofs.read_device(text.substr(0, i)).has_value(), "byte " << i);
        BOOST_TEST(!proofs.read_device(text.substr(i + 1)).has_value(), "byte " << i);
    }
    for (const auto& more : {text + "A", text + "=", text + ".", "." + text, text + "\n", text + "." + text})
        BOOST_TEST(!proofs.read_device(more).has_value());
    BOOST_TEST(proofs.read_device(text).has_value());
}

BOOST_AUTO_TEST_CASE(what_others_have_signed_proves_nothing)
{
    const auto text = issue("u");
    const auto payload = text.substr(0, text.find('.'));
    const auto signed_with = [&](const core::secret_string& key) {
        const auto tag = crypto::hmac_sha256(key.view()).sign(payload);
        return payload + "." + core::base64url_encode({tag.data(), tag.size()});
    };
    BOOST_TEST(!proofs.read_device(signed_with(secret)).has_value()); // the key of tokens is not that of devices
    crypto::hs256_tokens other_tokens(other_secret);
    accounts::device_proofs other(other_secret, other_tokens, lifetime, clock, random);
    BOOST_TEST(!proofs.read_device(*other.issue("u")).has_value());
    BOOST_TEST(!proofs.read_token(other_tokens.issue({"u", clock.time + lifetime})).has_value());
    BOOST_TEST(!proofs.read_device(token("u")).has_value());
    BOOST_TEST(!proofs.read_token(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_text_is_good_for_180_days)
{
    const auto text = issue("u");
    clock.time += hours(180 * 24) - seconds(1);
    BOOST_TEST(proofs.read_device(text).has_value());
    clock.time += seconds(1);
    BOOST_TEST(!proofs.read_device(text).has_value());
    clock.time -= hours(180 * 24) + seconds(1);
    BOOST_TEST(!proofs.read_device(text).has_value()); // issued in a second to come
}

BOOST_AUTO_TEST_CASE(an_account_that_no_cookie_can_hold_gets_none)
{
    BOOST_TEST(!proofs.issue("").has_value());
    BOOST_TEST(!proofs.issue(std::string(1025, 'u')).has_value());
    const auto longest = issue(std::string(1024, 'u'));
    BOOST_TEST(longest.size() < 2000u);
    BOOST_TEST(proofs.read_device(longest).has_value());
    BOOST_TEST(!proofs.read_device(std::string(100'000, 'A') + "." + std::string(43, 'A')).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_is_a_proof_for_180_days_though_it_has_expired)
{
    const auto text = token("u");
    BOOST_TEST(proofs.read_token(text)->public_id == "u");
    clock.time += hours(180 * 24) - seconds(1);
    const auto proof = proofs.read_token(text);
    BOOST_REQUIRE(proof.has_value());
    BOOST_TEST(proof->public_id == "u");
    BOOST_TEST(proof->id != proofs.read_token(token("u"))->id);
    clock.time += seconds(1);
    BOOST_TEST(!proofs.read_token(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_that_lives_longer_is_a_proof_until_it_expires)
{
    accounts::device_proofs long_lived(secret, tokens, hours(365 * 24), clock, random);
    const auto text = tokens.issue({"u", clock.time + hours(365 * 24)});
    clock.time += hours(365 * 24) - seconds(1);
    BOOST_TEST(long_lived.read_token(text).has_value());
    clock.time += seconds(1);
    BOOST_TEST(!long_lived.read_token(text).has_value());
}

BOOST_AUTO_TEST_CASE(an_altered_token_proves_nothing)
{
    const auto text = token("u");
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto altered = text;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!proofs.read_token(altered).has_value(), "byte " << i);
        BOOST_TEST(!proofs.read_token(text.substr(0, i)).has_value(), "byte " << i);
    }
    BOOST_TEST(!proofs.read_token(std::string(100'000, '.')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
