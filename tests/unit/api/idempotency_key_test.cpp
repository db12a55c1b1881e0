#include "api/idempotency.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;

http::request with(std::vector<std::string_view> values, http::method m = http::method::post)
{
    http::request q;
    q.method = m;
    for (const auto value : values) q.headers.push_back({"idempotency-key", value});
    return q;
}

std::string key_in(std::string_view value)
{
    const auto key = api::read_idempotency_key(with({value}));
    return key && *key ? **key : "refused";
}

std::string caller_at(std::string_view address)
{
    http::request q;
    q.remote_address = address;
    return api::address_caller(q);
}

} // namespace

BOOST_AUTO_TEST_SUITE(idempotency_key)

BOOST_AUTO_TEST_CASE(a_key_is_a_string_or_bare)
{
    BOOST_TEST(key_in("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"") == "8e03978e-40d5-43e8-bc93-6894a57f9324");
    BOOST_TEST(key_in("8e03978e-40d5-43e8-bc93-6894a57f9324") == "8e03978e-40d5-43e8-bc93-6894a57f9324");
    BOOST_TEST(key_in("a+/=:!~") == "a+/=:!~");
    BOOST_TEST(key_in("\"a\\\"b\\\\c,;\"") == "a\"b\\c,;");
    BOOST_TEST(key_in(std::string(255, 'k')) == std::string(255, 'k'));
    BOOST_TEST(key_in('"' + std::string(255, 'k') + '"') == std::string(255, 'k'));
    BOOST_TEST(!api::read_idempotency_key(with({})).value());
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused)
{
    for (const std::string bad :
         {"", "\"\"", "\"", "\"a", "a\"", "\"a\"b\"", "\"a\\\"", "\"a\\b\"", "a b", "\"a b\"", "a,b", "a;b",
          "\"a\";p=1", "\"a\", \"b\"", "a\\b", "\xC5\xBE", "\"\xC5\xBE\"", "a\tb", "a\x7f"})
        BOOST_TEST(key_in(bad) == "refused", bad);
    BOOST_TEST(key_in(std::string(256, 'k')) == "refused");
    BOOST_TEST(key_in('"' + std::string(256, 'k') + '"') == "refused");
    BOOST_TEST((api::read_idempotency_key(with({"a", "a"})).error() == core::errc::invalid_input));
}

BOOST_AUTO_TEST_CASE(a_post_with_the_field_is_keyed)
{
    BOOST_TEST(api::is_keyed(with({""})));
    BOOST_TEST(!api::is_keyed(with({})));
    for (const auto m : {http::method::get, http::method::put, http::method::delete_, http::method::patch})
        BOOST_TEST(!api::is_keyed(with({"a"}, m)));
}

BOOST_AUTO_TEST_CASE(an_address_is_a_caller)
{
    BOOST_TEST(caller_at("192.0.2.7") == "address:192.0.2.7");
    BOOST_TEST(caller_at("::ffff:192.0.2.7") == "address:192.0.2.7");
    BOOST_TEST(caller_at("2001:db8:1:2:3::4") == caller_at("2001:db8:1:2::5"));
    BOOST_TEST(caller_at("2001:db8:1:2::5") != caller_at("2001:db8:1:3::5"));
    BOOST_TEST(caller_at("fe80::1%eth0") == "address:fe80000000000000");
    BOOST_TEST(caller_at("unix") == "address:");
    const auto who = std::make_shared<accounts::bearer_identity>();
    who->public_id = "p";
    BOOST_TEST(api::bearer_caller(who) == "user:p");
}

BOOST_AUTO_TEST_SUITE_END()
