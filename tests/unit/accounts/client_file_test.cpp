#include "accounts/client_file.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::accounts;

// SHA-256 of "secret".
const std::string hex = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
                  url = "K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols";

std::string entry(const std::string& id, const std::string& digest = hex, const std::string& may = "[\"introspect\"]",
                  const std::string& more = "")
{
    return "{\"id\":\"" + id + "\",\"secret_sha256\":\"" + digest + "\",\"may\":" + may + more + "}";
}

std::string problem_of(const std::string& text)
{
    const auto read = read_client_file(text);
    BOOST_TEST(read.problems.size() == 1u, text);
    return read.problems.empty() ? "" : read.problems.front();
}

class constant_random final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{0xA5}); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_file_test)

BOOST_AUTO_TEST_CASE(a_good_file_gives_its_clients)
{
    const auto read = read_client_file("[ // who may ask\n" +
                                       entry("api-1", hex, "[\"introspect\",\"revoke\"]", ",\"name\":\"The API\"") +
                                       "," + entry("b.2_~", url, "[\"revoke\"]") + "]");
    BOOST_TEST(read.problems.empty());
    BOOST_REQUIRE(read.clients.size() == 2u);
    const auto &first = read.clients[0], &second = read.clients[1];
    BOOST_TEST(first.id == "api-1");
    BOOST_TEST(first.name == "The API");
    BOOST_TEST((first.may(client_right::introspect) && first.may(client_right::revoke)));
    BOOST_TEST(second.id == "b.2_~");
    BOOST_TEST((!second.may(client_right::introspect) && second.may(client_right::revoke)));
    BOOST_TEST(core::hex_encode({first.secret_hash.data(), first.secret_hash.size()}) == hex);
    BOOST_TEST(first.secret_hash == second.secret_hash, boost::test_tools::per_element());

    auto upper = hex;
    for (auto& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto same = read_client_file("[" + entry("c", upper) + "]");
    BOOST_REQUIRE(same.clients.size() == 1u);
    BOOST_TEST(same.clients[0].secret_hash == first.secret_hash, boost::test_tools::per_element());
    BOOST_TEST(read_client_file("[]").problems.empty());
}

BOOST_AUTO_TEST_CASE(each_mistake_is_told_with_its_place)
{
    const std::string place = "client 2 (b): ";
    const auto second = [](const std::string& text) { return problem_of("[" + entry("a") + "," + text + "]"); };
    BOOST_TEST(second("7") == "client 2: is not an object");
    BOOST_TEST(second(entry("a")).starts_with("client 2 (a): there is another client"));
    for (const auto& id : {std::string(), std::string("a b"), std::string("a:b"), std::string("\\u00e9"),
                           std::string(65, 'a'), std::string("a\\u0000")})
        BOOST_TEST(second(entry(id)).starts_with("client 2: \"id\" must"), id);
    BOOST_TEST(
        second("{\"id\":7,\"secret_sha256\":\"" + hex + "\",\"may\":[\"revoke\"]}").starts_with("client 2: \"id\""));
    for (const auto& hash : {std::string(), hex.substr(1), hex + "0", "g" + hex.substr(1), url.substr(1), url + "=",
                             url.substr(0, 42) + "t", std::string("secret")})
        BOOST_TEST(second(entry("b", hash)).starts_with(place + "\"secret_sha256\" must"), hash);
    for (const auto* may : {"[]", "{}", "\"introspect\"", "[\"admin\"]", "[7]", "[\"revoke\",\"revoke\"]", "null"})
        BOOST_TEST(second(entry("b", hex, may)).starts_with(place + "\"may\" must"), may);
    for (const auto& name : {std::string("7"), std::string("\"a\\nb\""), "\"" + std::string(201, 'n') + "\""})
        BOOST_TEST(second(entry("b", hex, "[\"revoke\"]", ",\"name\":" + name)).starts_with(place + "\"name\" must"));
    const auto stray = second(entry("b", hex, "[\"revoke\"]", ",\"p4ssw0rd\":1"));
    BOOST_TEST(stray.starts_with(place + "there is a member other than"));
    BOOST_TEST(stray.find("p4ssw0rd") == stray.npos);

    const auto many = read_client_file("[{},7," + entry("good") + ",{\"id\":\"x\"}]");
    BOOST_TEST(many.problems.size() == 3u + 1u + 2u);
    BOOST_TEST(many.clients.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_no_such_file_is_told_where)
{
    BOOST_TEST(problem_of("[\n  {\"id\" 7}]").starts_with("line 2, column 9: "));
    BOOST_TEST(problem_of("").starts_with("line 1, column 1: "));
    BOOST_TEST(problem_of("[{\"id\":\"a\",\"id\":\"b\"}]").find("twice") != std::string::npos);
    BOOST_TEST(problem_of("{}").starts_with("the file is not an array"));
    BOOST_TEST(problem_of("[] []").starts_with("line 1, column "));
}

BOOST_AUTO_TEST_CASE(there_are_at_most_a_thousand_clients_and_twenty_problems)
{
    std::string all;
    for (std::size_t i = 0; i < most_clients; ++i) all += (i == 0 ? "" : ",") + entry("c" + std::to_string(i));
    BOOST_TEST(read_client_file("[" + all + "]").clients.size() == most_clients);
    BOOST_TEST(problem_of("[" + all + "," + entry("x") + "]") == "there are more than 1000 clients");
    std::string bad = "7";
    for (int i = 1; i < 100; ++i) bad += ",7";
    BOOST_TEST(read_client_file("[" + bad + "]").problems.size() == 20u);
}

BOOST_AUTO_TEST_CASE(a_new_client_is_one_of_the_file)
{
    registered_client c;
    c.id = "api";
    c.name = "\"Quoted\"";
    c.may_revoke = true;
    constant_random random;
    const auto secret = make_client_secret(c, random);
    BOOST_TEST(core::base64url_decode(secret.view()).value() == std::string(32, '\xA5'));
    const auto read = read_client_file("[" + write_client_entry(c) + "]");
    BOOST_REQUIRE(read.clients.size() == 1u);
    BOOST_TEST(read.clients[0].name == c.name);
    BOOST_TEST(read.clients[0].may_revoke);
    BOOST_TEST(!read.clients[0].may_introspect);
    registered_clients all(read.clients);
    BOOST_TEST((all.authenticate("api", secret.view()) != nullptr));

    core::system_random other;
    BOOST_TEST((make_client_secret(c, other).view() != make_client_secret(c, other).view()));
}

BOOST_AUTO_TEST_SUITE_END()
