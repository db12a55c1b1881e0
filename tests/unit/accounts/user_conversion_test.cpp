#include "accounts/accounts.hpp"
#include "accounts/user_conversion.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace watchword::accounts;

const std::string hash = "$2b$04$abcdefghijklmnopqrstuuTR8v0jHk2xW7IYuQ3a4HOJUJtd5QxJS";

conversion convert(const std::string& json, preset p = preset::watchword)
{
    return user_converter(p).convert(boost::json::parse(json).get_object());
}

std::string with(const std::string& field, const std::string& value)
{
    return "{\"email\":\"a@b.test\",\"" + field + "\":" + value + "}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_conversion)

BOOST_AUTO_TEST_CASE(an_id_follows_from_the_address_if_there_is_none)
{
    const auto id = [](const std::string& email) { return convert("{\"email\":\"" + email + "\"}").user->public_id; };
    BOOST_TEST(id("a@b.test") == id("a@b.test"));
    BOOST_TEST(id("a@b.test") != id("A@b.test"));
    BOOST_TEST(id("a@b.test").size() == 36u);
    BOOST_TEST(id("a@b.test").substr(14, 1) == "5"); // the version
    BOOST_TEST(convert(with("public_id", "17")).user->public_id == "17");
}

BOOST_AUTO_TEST_CASE(lengths_are_bounded_and_the_bound_itself_is_allowed)
{
    const auto text = [](std::size_t size) { return "\"" + std::string(size, 'x') + "\""; };
    BOOST_TEST(convert(with("name", text(name_limit))).user.has_value());
    BOOST_TEST(convert(with("name", text(name_limit + 1))).problem == "its name is too long");
    BOOST_TEST(convert(with("public_id", text(255))).user.has_value());
    BOOST_TEST(convert(with("public_id", text(256))).problem == "its id is too long");
    BOOST_TEST(convert("{\"email\":" + text(email_limit) + "}").user.has_value());
    BOOST_TEST(convert("{\"email\":" + text(email_limit + 1) + "}").problem == "its e-mail address is too long");
    BOOST_TEST(convert(with("password", text(password_limit))).user.has_value());
    BOOST_TEST(convert(with("password", text(password_limit + 1))).problem == "its password is too long");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_stored_is_refused)
{
    BOOST_TEST(convert(with("name", "\"a\\u0000\"")).problem == "its name is not text");
    BOOST_TEST(convert(with("public_id", "\"a\\u0000\"")).problem == "its id is not text");
    BOOST_TEST(convert(with("name", "[1]")).problem == "the field 'name' is no text");
    BOOST_TEST(convert(with("password_hash", "\"x\"")).problem == "its password hash has a format that is not known");
    BOOST_TEST(convert(with("password_hash", "\"$2b$31$" + std::string(53, '.') + "\"")).problem ==
               "its password hash would cost more than is allowed");
    BOOST_TEST(convert(with("password_hash", "\"" + hash + "\"")).user->password_hash == hash);
}

BOOST_AUTO_TEST_CASE(fields_that_are_kept_nowhere_are_named_and_bounded)
{
    user_converter c(preset::watchword);
    const auto see = [&](const std::string& json) { c.convert(boost::json::parse(json).get_object()); };
    see(with("role", "\"admin\""));
    see(with("role", "\"\""));
    see(with("role", "null"));
    see(with("role", "false"));
    see(with("role", "{}"));
    see(with("role", "[5]"));
    BOOST_TEST(c.left_out().size() == 1u);
    BOOST_TEST(c.left_out().at("role") == 2u);
    see("{\"email\":\"\",\"other\":1}"); // a record that is refused anyway
    BOOST_TEST(c.left_out().size() == 1u);
    for (int i = 0; i < 200; ++i) see(with("field" + std::to_string(i), "1"));
    BOOST_TEST(c.left_out().size() == 51u);
    BOOST_TEST(c.left_out().at("(others)") == 151u);
    user_converter odd(preset::watchword);
    odd.convert(boost::json::parse(with("a\\u001b[2J" + std::string(100, 'x'), "1")).get_object());
    BOOST_TEST(odd.left_out().begin()->first == "a?[2J" + std::string(59, 'x'));
}

BOOST_AUTO_TEST_CASE(disabled_accounts_are_refused)
{
    for (const auto& [p, field, value] : {std::tuple{preset::django, "is_active", "\"0\""},
                                          {preset::django, "is_active", "false"},
                                          {preset::auth0, "blocked", "true"},
                                          {preset::keycloak, "enabled", "false"},
                                          {preset::supabase, "banned_until", "\"2999-01-01\""},
                                          {preset::supabase, "deleted_at", "\"2020-01-01\""}})
        BOOST_TEST(convert(with(field, value), p).problem.find("the account is disabled") == 0u, field);
    BOOST_TEST(convert(with("is_active", "\"True\""), preset::django).user.has_value());
    BOOST_TEST(convert(with("enabled", "true"), preset::keycloak).user.has_value());
}

BOOST_AUTO_TEST_CASE(firebase_parameters_are_read_as_its_console_shows_them)
{
    const std::string key = "Y4Rm1IrOwHkNbGRbpYKDwwIwGfdYnuH064sQpr/VEsQPvNO81wCGlZ4JUpRPVqG8jyO2V7RXu9594m+irfIR/A==";
    const auto text = [&](const std::string& cost, const std::string& algorithm = "SCRYPT") {
        return "hash_config {\n  algorithm: " + algorithm + ",\r\n  base64_signer_key: " + key +
               ",\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: " + cost + ",\n}\n";
    };
    const auto read = parse_firebase_parameters(text("14"));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->signer_key.size() == 64u);
    BOOST_TEST(read->salt_separator == "\x07");
    BOOST_TEST(read->rounds == 8u);
    BOOST_TEST(read->mem_cost == 14u);
    BOOST_TEST(parse_firebase_parameters("hash_config {algorithm: SCRYPT, base64_signer_key: " + key +
                                         ", base64_salt_separator: Bw==, rounds: 8, mem_cost: 14}")
                   .has_value());
    for (const auto& bad :
         {text("0"), text("x"), text("14", "MD5"), text("19"), text("64"), std::string(), std::string("{}")})
        BOOST_TEST(!parse_firebase_parameters(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
