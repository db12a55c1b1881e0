#include "core/uuid.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

namespace {

using namespace watchword;

class all_ones final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte{0xFF}); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(version_and_variant_stand_where_rfc_9562_puts_them)
{
    all_ones ones;
    BOOST_TEST(core::make_uuid_v4(ones) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

BOOST_AUTO_TEST_CASE(no_two_are_equal)
{
    core::system_random random;
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) seen.insert(core::make_uuid_v4(random));
    BOOST_TEST(seen.size() == 10'000u);
}

BOOST_AUTO_TEST_SUITE_END()
