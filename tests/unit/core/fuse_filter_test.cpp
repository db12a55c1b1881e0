#include "core/fuse_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword::core;

namespace {

// Splitmix64: different numbers that look like random ones.
std::uint64_t number(std::uint64_t i)
{
    std::uint64_t x = i * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

std::vector<std::uint64_t> numbers(std::uint64_t count, std::uint64_t from = 0)
{
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < count; ++i) all.push_back(number(from + i));
    return all;
}

std::size_t found(const fuse_filter& f, const std::vector<std::uint64_t>& keys)
{
    std::size_t n = 0;
    for (const auto key : keys) n += f.contains(key);
    return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fuse_filters)

BOOST_AUTO_TEST_CASE(no_member_is_denied_whatever_the_size)
{
    std::vector<std::size_t> sizes{9999, 50'000, 300'001};
    for (std::size_t n = 0; n < 300; ++n) sizes.push_back(n);
    for (const auto n : sizes) {
        const auto keys = numbers(n);
        const auto f = build_fuse_filter(keys);
        BOOST_TEST(f.shape.is_valid());
        BOOST_TEST(f.fingerprints.size() == f.shape.size());
        BOOST_TEST(found(f, keys) == n);
    }
}

BOOST_AUTO_TEST_CASE(of_a_million_others_less_than_half_a_percent_are_taken_for_members_at_less_than_ten_bits)
{
    constexpr std::size_t members = 1'000'000, others = 1'000'000;
    const auto keys = numbers(members);
    const auto f = build_fuse_filter(keys);
    BOOST_TEST(found(f, keys) == members);
    const auto wrong = found(f, numbers(others, members));
    BOOST_TEST_MESSAGE(wrong << " of " << others << ", " << 8.0 * double(f.fingerprints.size()) / members << " bits");
    BOOST_TEST(wrong < others / 200);
    BOOST_TEST(wrong > others / 1000); // or the fingerprints are not what they are thought to be
    BOOST_TEST(8 * f.fingerprints.size() <= 10 * members);
    BOOST_TEST(8 * build_fuse_filter(numbers(50'000)).fingerprints.size() <= 10 * 50'000u);
}

BOOST_AUTO_TEST_CASE(keys_that_lie_close_together_are_as_good)
{
    std::vector<std::uint64_t> keys;
    for (std::uint64_t i = 0; i < 10'000; ++i) keys.push_back(i);
    const auto f = build_fuse_filter(keys);
    BOOST_TEST(found(f, keys) == keys.size());
    std::size_t wrong = 0;
    for (std::uint64_t i = 10'000; i < 110'000; ++i) wrong += f.contains(i);
    BOOST_TEST(wrong < 700u);
}

BOOST_AUTO_TEST_CASE(the_same_keys_give_the_same_filter)
{
    const auto keys = numbers(5000);
    const auto a = build_fuse_filter(keys), b = build_fuse_filter(keys);
    BOOST_TEST(a.seed == b.seed);
    BOOST_TEST(a.fingerprints == b.fingerprints);
}

BOOST_AUTO_TEST_CASE(equal_keys_are_refused)
{
    for (const std::size_t n : {2u, 1000u}) {
        auto keys = numbers(n);
        keys[0] = keys[1];
        BOOST_CHECK_THROW(build_fuse_filter(keys), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_filter_has_no_member)
{
    const auto f = build_fuse_filter({});
    BOOST_TEST(f.shape.size() == 0u);
    BOOST_TEST(found(f, numbers(1000)) == 0u);
}

BOOST_AUTO_TEST_CASE(places_are_within_every_valid_shape)
{
    BOOST_TEST(fuse_shape{}.is_valid());
    for (const auto& [length, count] : {std::pair(1u, 1u),
                                        {4u, 1u},
                                        {4u, 3u},
                                        {longest_fuse_segment, 1u},
                                        {longest_fuse_segment, 510u},
                                        {1u, 134'217'726u}}) {
        const fuse_shape s{length, count};
        BOOST_TEST(s.is_valid());
        for (std::uint64_t i = 0; i < 1000; ++i)
            for (const auto p : find_fuse_place(s, i, number(i)).positions) BOOST_REQUIRE_LT(p, s.size());
    }
    for (const auto& [length, count] : {std::pair(0u, 1u),
                                        {3u, 1u},
                                        {4u, 0u},
                                        {2 * longest_fuse_segment, 1u},
                                        {longest_fuse_segment, 511u},
                                        {1u, 134'217'727u},
                                        {longest_fuse_segment, 0xFFFFFFFFu}})
        BOOST_TEST(!(fuse_shape{length, count}.is_valid()));
}

BOOST_AUTO_TEST_SUITE_END()
