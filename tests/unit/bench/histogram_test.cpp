#include "load/histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using std::chrono::nanoseconds;
using watchword::load::histogram;

namespace {

// Values over seven orders of magnitude, without a pattern.
std::vector<std::int64_t> scattered(std::size_t count)
{
    std::vector<std::int64_t> values;
    std::uint64_t state = 88172645463325252ULL;
    for (std::size_t i = 0; i < count; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        const double exponent = static_cast<double>(state % 1'000'000) / 1e6 * 7;
        values.push_back(static_cast<std::int64_t>(std::pow(10.0, 3 + exponent)));
    }
    return values;
}

double exact(std::vector<std::int64_t> values, double percent)
{
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
    return static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
}

double found(const histogram& h, double percent)
{
    return static_cast<double>(h.percentile(percent).count());
}

} // namespace

BOOST_AUTO_TEST_SUITE(histograms)

BOOST_AUTO_TEST_CASE(percentiles_are_at_most_one_percent_too_long)
{
    const auto values = scattered(20'000);
    histogram h;
    for (const auto v : values) h.add(nanoseconds(v));
    for (const double percent : {0.0, 1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        const auto truth = exact(values, percent);
        BOOST_TEST_CONTEXT(percent)
        {
            BOOST_TEST(found(h, percent) >= truth);
            BOOST_TEST(found(h, percent) <= truth * 1.01);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_duration_is_told_wrong_by_more_than_0_8_percent)
{
    // Each power of two and what is just beside it, and steps of 0.3 % between, from 1 ns to 18 minutes.
    std::vector<std::int64_t> values;
    for (int bit = 0; bit < 40; ++bit)
        for (const int beside : {-1, 0, 1}) values.push_back((std::int64_t{1} << bit) + beside);
    for (double v = 1; v < 1.08e12; v *= 1.003) values.push_back(static_cast<std::int64_t>(v));
    for (const auto v : values) {
        histogram h; // min() and max() are exact: the value stands between others
        h.add(nanoseconds(v));
        h.add(nanoseconds(0));
        h.add(std::chrono::minutes(18));
        const auto told = h.percentile(50).count();
        if (told < v || static_cast<double>(told - v) > 0.008 * static_cast<double>(v))
            BOOST_ERROR(v << " as " << told);
    }
}

BOOST_AUTO_TEST_CASE(coarse_buckets_hold_everything_and_tell_it_within_3_2_percent)
{
    auto values = scattered(20'000);
    std::sort(values.begin(), values.end());
    histogram h;
    for (const auto v : values) h.add(nanoseconds(v));
    const auto buckets = h.coarse();
    BOOST_TEST(buckets.size() < 900u);
    std::uint64_t seen = 0;
    std::int64_t last = 0;
    for (const auto& [at_most, count] : buckets) {
        BOOST_TEST(at_most.count() > last);
        seen += count;
        const auto longest = static_cast<double>(values.at(seen - 1));
        BOOST_TEST(static_cast<double>(at_most.count()) >= longest);
        BOOST_TEST(static_cast<double>(at_most.count()) <= longest * 1.032);
        last = at_most.count();
    }
    BOOST_TEST(seen == values.size());
    BOOST_TEST(histogram().coarse().empty());
}

BOOST_AUTO_TEST_CASE(parts_merge_into_what_the_whole_would_be)
{
    const auto values = scattered(10'000);
    histogram whole, parts[3], merged;
    for (std::size_t i = 0; i < values.size(); ++i) {
        whole.add(nanoseconds(values[i]));
        parts[i % 3].add(nanoseconds(values[i]));
    }
    for (const auto& part : parts) merged.merge(part);
    BOOST_TEST(merged.count() == whole.count());
    BOOST_TEST(merged.min().count() == whole.min().count());
    BOOST_TEST(merged.max().count() == whole.max().count());
    BOOST_TEST(merged.mean().count() == whole.mean().count());
    for (const double percent : {10.0, 50.0, 99.0}) BOOST_TEST(found(merged, percent) == found(whole, percent));
}

BOOST_AUTO_TEST_CASE(small_and_single_values_are_exact)
{
    histogram h;
    BOOST_TEST(h.percentile(50).count() == 0);
    BOOST_TEST(h.min().count() == 0);
    h.add(nanoseconds(123'456'789));
    BOOST_TEST(h.percentile(50).count() == 123'456'789);
    histogram small;
    for (int i = 1; i <= 100; ++i) small.add(nanoseconds(i));
    BOOST_TEST(small.percentile(90).count() == 90);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_or_negative_is_counted_at_the_ends)
{
    histogram h;
    h.add(nanoseconds(-5));
    h.add(std::chrono::hours(100));
    BOOST_TEST(h.count() == 2u);
    BOOST_TEST(h.min().count() == 0);
    BOOST_TEST((h.max() > std::chrono::minutes(18)));
}

BOOST_AUTO_TEST_SUITE_END()
