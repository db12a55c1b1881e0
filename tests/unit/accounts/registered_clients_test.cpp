#include "accounts/registered_clients.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword::accounts;

registered_client client(const std::string& id, const std::string& secret)
{
    registered_client c;
    c.id = id;
    c.secret_hash = watchword::crypto::sha256()(secret);
    return c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(registered_clients_test)

BOOST_AUTO_TEST_CASE(a_client_is_who_knows_its_secret)
{
    registered_clients all({client("b", "two"), client("a", "one"), client("c", "three")});
    for (const auto& [id, secret] :
         std::vector<std::pair<std::string, std::string>>{{"a", "one"}, {"b", "two"}, {"c", "three"}}) {
        const auto* const found = all.authenticate(id, secret);
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(found->id == id);
    }
    BOOST_TEST(!all.authenticate("a", "two"));
    BOOST_TEST(!all.authenticate("a", "one "));
    BOOST_TEST(!all.authenticate("A", "one"));
    BOOST_TEST(!all.authenticate("", "one"));
    BOOST_TEST(!all.authenticate("d", "three"));
    BOOST_TEST(!all.authenticate("aa", "one"));
    BOOST_TEST(!registered_clients({}).authenticate("a", "one"));
}

// An entry made from nothing must not let in whoever shows nothing.
BOOST_AUTO_TEST_CASE(an_empty_secret_is_nobodys)
{
    registered_clients all({client("a", "")});
    BOOST_TEST(!all.authenticate("a", ""));
}

BOOST_AUTO_TEST_CASE(every_thread_may_ask)
{
    registered_clients all({client("a", "one")});
    std::vector<std::thread> threads;
    std::vector<int> good(4);
    for (auto& count : good)
        threads.emplace_back([&all, &count] {
            for (int i = 0; i < 500; ++i)
                count += all.authenticate("a", "one") != nullptr && all.authenticate("a", "two") == nullptr ? 1 : 0;
        });
    for (auto& each : threads) each.join();
    for (const int count : good) BOOST_TEST(count == 500);
}

BOOST_AUTO_TEST_CASE(ids_look_the_same_in_every_encoding)
{
    for (const auto& good : {std::string("a"), std::string("A-z_0.9~"), std::string(64, 'x')})
        BOOST_TEST(is_client_id(good), good);
    for (const auto& bad :
         {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a:b"), std::string("a+b"),
          std::string("a%b"), std::string("\xC3\xA9"), std::string("a\0", 2), std::string("a\n"), std::string("a/b")})
        BOOST_TEST(!is_client_id(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
