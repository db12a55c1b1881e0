#include "crypto/cost_search.hpp"
#include "crypto/phc.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace {

using namespace watchword::crypto;

// A machine whose hashes take so many ms for each MiB of memory and pass, and longer than in proportion when they are
// large, as where caches end.
struct machine {
    double ms_per_mib;
    double growth = 0;
    int measured = 0;
    double noise = 0; // every other measurement takes longer by this share

    cost_proposal search(double target_ms, std::uint32_t most_memory_kib = 65536)
    {
        return search_cost({target_ms, most_memory_kib, [this](argon2id_parameters p) {
                                ++measured;
                                BOOST_TEST(is_verifiable(p));
                                const double mib = p.memory_kib / 1024.0;
                                double ms = ms_per_mib * mib * p.passes * (1 + growth * mib);
                                if (measured % 2 == 0) ms *= 1 + noise;
                                return measured_cost{p, ms / 2, ms, 2000 / ms, ms / 2};
                            }});
    }
};

const measured_cost& proposed(const cost_proposal& p)
{
    return p.choices.at(p.proposed);
}

void check_is_no_less_than_least(const cost_proposal& p)
{
    const auto cost = proposed(p).cost;
    BOOST_TEST(cost.memory_kib >= (cost.passes == 1 ? 47104u : 19456u));
    BOOST_TEST(p.choices.front().cost.memory_kib == 19456u);
    BOOST_TEST(p.choices.front().cost.passes == 2u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cost_search)

BOOST_AUTO_TEST_CASE(the_most_memory_that_the_target_allows_is_proposed)
{
    machine m{0.45};
    const auto p = m.search(25); // 55.6 MiB in one pass
    BOOST_TEST(p.within_target);
    BOOST_TEST(proposed(p).cost.memory_kib == 55u * 1024);
    BOOST_TEST(proposed(p).cost.passes == 1u);
    BOOST_TEST(p.choices.size() == 3u); // three passes of the least memory would take too long
    BOOST_TEST(p.choices[2].cost.memory_kib == 27u * 1024);
    BOOST_TEST(p.choices[2].cost.passes == 2u);
}

BOOST_AUTO_TEST_CASE(a_single_pass_needs_more_than_the_least_memory)
{
    machine m{0.6};
    const auto p = m.search(25); // 41.7 MiB in one pass, which OWASP finds too little
    BOOST_TEST(proposed(p).cost.passes == 2u);
    BOOST_TEST(proposed(p).cost.memory_kib == 20u * 1024);
}

BOOST_AUTO_TEST_CASE(where_even_the_least_takes_longer_it_is_proposed_all_the_same)
{
    machine m{2};
    const auto p = m.search(25);
    BOOST_TEST(!p.within_target);
    BOOST_TEST(proposed(p).cost.memory_kib == 19456u);
    BOOST_TEST(proposed(p).cost.passes == 2u);
    BOOST_TEST(m.measured == 1);
}

BOOST_AUTO_TEST_CASE(time_that_memory_cannot_use_goes_into_passes)
{
    machine m{0.5};
    const auto p = m.search(250, 65536); // 32 ms a pass
    BOOST_TEST(proposed(p).cost.memory_kib == 65536u);
    BOOST_TEST(proposed(p).cost.passes == 7u);
    machine fast{0.001};
    const auto most = fast.search(1000, 256 * 1024); // 1 GiB in all is the most that a log-in verifies
    BOOST_TEST(proposed(most).cost.memory_kib == 256u * 1024);
    BOOST_TEST(proposed(most).cost.passes == 4u);
}

BOOST_AUTO_TEST_CASE(any_machine_gets_a_cost_that_it_was_seen_to_afford)
{
    for (double ms = 0.01; ms < 5; ms *= 1.3)
        for (const double growth : {0.0, 0.01, 0.1})
            for (const double noise : {0.0, 0.1})
                for (const double target : {1.0, 10.0, 25.0, 300.0})
                    for (const std::uint32_t memory : {1u, 19456u, 30'000u, 65'536u, 262'144u, 4'000'000u}) {
                        machine m{ms, growth, 0, noise};
                        const auto p = m.search(target, memory);
                        check_is_no_less_than_least(p);
                        BOOST_TEST(m.measured <= 17);
                        BOOST_TEST(p.within_target == (proposed(p).busy_ms <= target));
                        BOOST_TEST(proposed(p).cost.memory_kib <= std::max(memory, 19456u));
                        for (std::size_t i = 1; i < p.choices.size(); ++i) BOOST_TEST(p.choices[i].busy_ms <= target);
                    }
}

BOOST_AUTO_TEST_CASE(the_target_is_nearly_used_up_where_time_does_not_rise_in_proportion)
{
    machine m{0.3, 0.01};
    const auto p = m.search(40, 256 * 1024);
    BOOST_TEST(proposed(p).busy_ms > 0.93 * 40);
    BOOST_TEST(proposed(p).busy_ms <= 40);
}

BOOST_AUTO_TEST_SUITE_END()
