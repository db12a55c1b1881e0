#include "core/text.hpp"
#include "crypto/hmac.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace watchword;

namespace {

std::string tag_of(crypto::hmac_sha256& mac, std::string_view message)
{
    const auto tag = mac.sign(message);
    return {tag.data(), tag.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(hmac)

BOOST_AUTO_TEST_CASE(every_wycheproof_tag_is_judged_rightly)
{
    const auto file = test::read_file(test::shared_path("vectors/jwt/wycheproof/hmac_sha256_test.json"));
    const auto document = boost::json::parse(file);
    std::size_t count = 0;
    for (const auto& group : document.at("testGroups").as_array()) {
        const auto bytes = group.at("tagSize").to_number<std::size_t>() / 8;
        for (const auto& t : group.at("tests").as_array()) {
            const auto text = [&](const char* name) {
                return core::hex_decode(std::string_view(t.at(name).as_string().c_str(), t.at(name).as_string().size()))
                    .value();
            };
            crypto::hmac_sha256 mac(text("key"));
            const bool equal = tag_of(mac, text("msg")).substr(0, bytes) == text("tag");
            BOOST_TEST(equal == (t.at("result").as_string() == "valid"), "test " << t.at("tcId"));
            ++count;
        }
    }
    BOOST_TEST(count == 174u);
}

BOOST_AUTO_TEST_CASE(a_context_can_be_used_again_and_copied)
{
    crypto::hmac_sha256 mac("key");
    const auto first = tag_of(mac, "message");
    BOOST_TEST(first != tag_of(mac, "other"));
    BOOST_TEST(first == tag_of(mac, "message"));
    crypto::hmac_sha256 copy(mac);
    BOOST_TEST(first == tag_of(copy, "message"));
    // RFC 2104 appendix: an empty key is a key.
    crypto::hmac_sha256 empty("");
    BOOST_TEST(core::hex_encode(tag_of(empty, "")) ==
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(a_context_can_be_given_another_key)
{
    crypto::hmac_sha256 mac("key"), other(std::string(100, 'k'));
    const auto first = tag_of(mac, "message");
    mac.set_key(std::string(100, 'k'));
    BOOST_TEST(tag_of(mac, "message") == tag_of(other, "message"));
    BOOST_TEST(tag_of(mac, "message") == tag_of(other, "message"));
    mac.set_key("");
    BOOST_TEST(core::hex_encode(tag_of(mac, "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    mac.set_key("key");
    BOOST_TEST(tag_of(mac, "message") == first);
}

BOOST_AUTO_TEST_CASE(keys_are_derived_from_whole_secrets_only)
{
    const core::secret_string secret(std::string(32, 's'));
    const auto key = crypto::derive_key(secret, "one");
    crypto::hmac_sha256 mac(secret.view());
    BOOST_TEST(key.view() == tag_of(mac, "one"));
    BOOST_TEST(key.view() != crypto::derive_key(secret, "other").view());
    for (const std::size_t size : {0U, 31U})
        BOOST_CHECK_THROW(crypto::derive_key(core::secret_string(std::string(size, 's')), "one"),
                          std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
