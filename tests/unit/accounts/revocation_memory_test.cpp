#include "accounts/revocation_state.hpp"
#include "revocation_fixture.hpp"
#include "support/allocations.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::test;

thread_local bool memory_is_short = false;

// Of the calling thread, as long as this lives, for what is aligned: tables.
struct short_of_memory {
    short_of_memory() { memory_is_short = true; }
    ~short_of_memory() { memory_is_short = false; }
    short_of_memory(const short_of_memory&) = delete;
    short_of_memory& operator=(const short_of_memory&) = delete;
};

// A million, or under sanitizers a tenth with a tenth of the memory.
constexpr std::size_t many = is_sanitized ? 100'000 : 1'000'000;

} // namespace

void* operator new[](std::size_t size, std::align_val_t alignment)
{
    const auto a = static_cast<std::size_t>(alignment);
    if (!memory_is_short)
        if (void* const memory = std::aligned_alloc(a, (size + a - 1) / a * a)) return memory;
    throw std::bad_alloc();
}
void operator delete[](void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

BOOST_FIXTURE_TEST_SUITE(revocation_memory, revocation_fixture)

BOOST_AUTO_TEST_CASE(a_million_users_and_a_million_sessions_fit_into_128_mib)
{
    std::string name;
    std::size_t most = 0;
    for (std::size_t i = 0; i < many; ++i) {
        revocations.raise_generation(name.assign("user ").append(std::to_string(i)), i % 5 + 1, early);
        revocations.end_session(session(i), early);
        if (i % 1024 == 0) most = std::max(most, revocations.count().bytes);
    }
    const auto counted = revocations.count();
    BOOST_TEST(counted.users == many);
    BOOST_TEST(counted.sessions == many);
    BOOST_TEST_MESSAGE(counted.bytes << " bytes, " << most << " meanwhile");
    BOOST_TEST(std::max(most, counted.bytes) <= many * 134 + 128 * 1024); // 128 MiB are 134.2 bytes for each pair
    for (std::size_t i = 0; i < many; i += 37) {
        name.assign("user ").append(std::to_string(i));
        BOOST_REQUIRE(ask(name, i % 5) == answer::revoked);
        BOOST_REQUIRE(ask(name, i % 5 + 1) == answer::valid);
        BOOST_REQUIRE(ask(name, i % 5 + 1, session(i)) == answer::revoked);
        BOOST_REQUIRE(ask(name, i % 5 + 1, session(many + i)) == answer::valid);
    }
    revocations.forget_before(early);
    BOOST_TEST(revocations.count().users == 0u);
    BOOST_TEST(revocations.count().bytes <= 128u * 1024);
}

BOOST_AUTO_TEST_CASE(a_check_allocates_nothing)
{
    for (std::size_t i = 0; i < 1000; ++i) revocations.raise_generation(std::to_string(i), 1, early);
    revocations.end_session(session(1), early);
    ask("a", 0);
    const std::string user = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    const auto before = allocations();
    for (int i = 0; i < 100; ++i) {
        ask(user, 0, session(1));
        ask(user, 0, session(2));
    }
    BOOST_TEST(allocations() == before);
}

BOOST_AUTO_TEST_CASE(a_change_for_which_there_is_no_memory_ends_all_trust_until_all_was_loaded_again)
{
    std::vector<std::string> users;
    {
        const short_of_memory is_so;
        const auto raise_many = [&] {
            for (;;) {
                users.push_back(std::to_string(users.size()));
                revocations.raise_generation(users.back(), 1, early);
            }
        };
        BOOST_CHECK_THROW(raise_many(), std::bad_alloc);
    }
    BOOST_TEST(users.size() > 12u);
    BOOST_TEST(ask(users.back(), 0) == answer::unknown);
    BOOST_TEST(ask("somebody", 0) == answer::unknown);
    revocations.raise_generation(users.back(), 1, early);
    BOOST_TEST(!revocations.trust_until(state::time_point::max())); // the feed does not know what happened
    BOOST_TEST(ask(users.back(), 0) == answer::unknown);
    revocations.begin_loading();
    BOOST_TEST(revocations.trust_until(state::time_point::max()));
    for (const auto& each : users) BOOST_TEST(ask(each, 0) == answer::revoked); // nothing that was there is lost
    BOOST_TEST(ask("somebody", 0) == answer::valid);
}

BOOST_AUTO_TEST_CASE(forgetting_for_which_there_is_no_memory_keeps_what_there_is)
{
    revocations.raise_generation("a", 1, late);
    for (std::size_t i = 0; i < 1000; ++i) revocations.raise_generation(std::to_string(i), 1, early);
    {
        const short_of_memory is_so;
        BOOST_CHECK_THROW(revocations.forget_before(early), std::bad_alloc);
    }
    BOOST_TEST(ask("a", 0, {}, late) == answer::revoked);
    BOOST_TEST(ask("b", 0, {}, late) == answer::valid);
    BOOST_TEST(ask("1", 0, {}, early) != answer::valid);
    revocations.forget_before(early + std::chrono::seconds(1));
    BOOST_TEST(revocations.count().users == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
