#include "server/key_policy.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <utility>

namespace {

using namespace watchword;
using settings::tokens_group;
using std::chrono::seconds;

} // namespace

BOOST_AUTO_TEST_SUITE(key_policy)

BOOST_AUTO_TEST_CASE(settings_become_a_policy)
{
    tokens_group t;
    t.access_lifetime = seconds(7);
    t.clock_skew = seconds(2);
    const auto p = server::key_policy(t);
    BOOST_TEST((p.longest_lifetime == seconds(9)));
    t.tutorial_algorithm = tokens_group::tutorial_signature::as_v1;
    t.lifetime = seconds(20); // and what a change of the user may add to it
    BOOST_TEST((server::key_policy(t).longest_lifetime == seconds(20 + 3 + 2)));
    t.lifetime = seconds(1);
    BOOST_TEST((server::key_policy(t).longest_lifetime == seconds(9)));
    BOOST_TEST((p.rotation == std::chrono::hours(90 * 24)));
    BOOST_TEST((p.publish_ahead == std::chrono::hours(24)));
    using signature = tokens_group::signature;
    using algorithm = crypto::signature_algorithm;
    for (const auto& [setting, expected] :
         {std::pair(signature::es256, algorithm::es256), std::pair(signature::eddsa, algorithm::eddsa),
          std::pair(signature::rs256, algorithm::rs256), std::pair(signature::ps256, algorithm::ps256)}) {
        t.algorithm = setting;
        BOOST_TEST((server::key_policy(t).algorithm == expected));
    }
}

BOOST_AUTO_TEST_CASE(a_key_signs_longer_than_it_is_published_before)
{
    tokens_group t;
    t.rotation = t.publish_ahead;
    BOOST_CHECK_THROW(server::key_policy(t), std::runtime_error);
    t.rotation += seconds(1);
    BOOST_TEST((server::key_policy(t).rotation == t.rotation));
    t.rotation = seconds(0); // never
    BOOST_TEST((server::key_policy(t).rotation == seconds(0)));
}

BOOST_AUTO_TEST_SUITE_END()
