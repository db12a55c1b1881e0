// Checks that are held up in their middle while somebody forgets, or begins to load again, what they look for.
#include "revocation_fixture.hpp"
#include "support/interruption.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace {

using namespace watchword;
using namespace watchword::test;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

// Busily, so that whoever sleeps for as short as he can wakes up in the midst of it.
void stay(microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) asm volatile("");
}

// What others do to a state in which a token is revoked, again and again; it never is valid.
class disturber {
public:
    explicit disturber(state& s) : state_(s), thread_([this] { run(); }) {}
    ~disturber()
    {
        stop_ = true;
        thread_.join();
    }

private:
    void run()
    {
        constexpr microseconds phase{60};
        while (!stop_) {
            state_.begin_loading();
            stay(phase); // nothing is known, and nothing trusted
            state_.raise_generation("a", 1, early);
            state_.end_session(session(1), early);
            state_.trust_until(state::time_point::max());
            stay(phase);
            state_.forget_before(early);
            stay(phase);
        }
    }

    state& state_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(revocation_overtaken, revocation_fixture)

// Fails if the forgotten mark is read before the tables, or if trust is not read again after them: then a check that
// slept in between finds neither the revocation nor that it was forgotten.
BOOST_AUTO_TEST_CASE(a_revoked_token_is_accepted_at_no_time_though_it_is_forgotten_and_loaded_again)
{
    const std::uint32_t rounds = is_sanitized ? 2'000 : 8'000;
    const auto by_generation = revocations.marks_of("a", 0, {}, early),
               by_session = revocations.marks_of("b", 0, session(1), early);
    revocations.raise_generation("a", 1, early);
    revocations.end_session(session(1), early);
    std::size_t valid = 0, revoked = 0, unknown = 0;
    const auto ask = [&](const accounts::token_marks& marks) {
        switch (revocations.check(marks, now)) {
        case answer::valid: ++valid; break;
        case answer::revoked: ++revoked; break;
        case answer::unknown: ++unknown; break;
        }
    };
    {
        const disturber other(revocations);
        interruption within;
        for (std::uint32_t round = 0; round < rounds; ++round) {
            within.come_after(nanoseconds(1 + round * 7 % 20'000)); // at every place of one of the checks
            for (int i = 0; i < 200; ++i) {
                ask(by_generation);
                ask(by_session);
            }
        }
    }
    BOOST_TEST_MESSAGE(revoked << " checks said revoked, " << unknown << " unknown");
    BOOST_TEST(valid == 0u);
    BOOST_TEST(revoked > 0u);
    BOOST_TEST(unknown > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
