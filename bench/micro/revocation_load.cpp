// What a revocation state takes, in bytes and seconds, for so many users whose generation was raised and so many
// sessions that have ended: loaded from memory in spans, and once more by single changes; then forgotten. The texts and
// numbers that are loaded are made meanwhile, so that they count, too. Prints JSON.
//   revocation_load [USERS [SESSIONS]]
#include "micro/fixed.hpp"
#include "micro/revocations.hpp"
#include "micro/service.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <unistd.h>

namespace {

using namespace watchword;
using accounts::revocation_state;
using std::chrono::steady_clock;

using seconds = std::chrono::duration<double>;

template <class Work> double time_of(Work work)
{
    const auto from = steady_clock::now();
    work();
    return seconds(steady_clock::now() - from).count();
}

// That are in memory, of all that this process has.
long long resident_bytes()
{
    long long all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

std::unique_ptr<revocation_state> empty_state()
{
    micro::fixed_random random;
    auto made = std::make_unique<revocation_state>(core::random_value<core::siphash_key>(random));
    made->begin_loading();
    return made;
}

struct changes {
    double seconds = 0, longest = 0;
};

changes make_changes(revocation_state& to, std::size_t users, std::size_t sessions)
{
    changes all;
    const auto until = micro::end_of_revocations();
    for (std::size_t i = 0; i < std::max(users, sessions); ++i) {
        const auto took = time_of([&] {
            if (i < users) to.raise_generation(micro::public_id(i), 1, until);
            if (i < sessions) to.end_session(micro::session_id(i), until);
        });
        all.seconds += took;
        all.longest = std::max(all.longest, took);
    }
    return all;
}

void measure(std::size_t users, std::size_t sessions)
{
    const auto before = resident_bytes();
    const auto loaded = empty_state();
    const auto cpu_before = std::clock();
    const auto load = time_of([&] {
        micro::load_users(*loaded, users);
        micro::load_sessions(*loaded, sessions);
    });
    const auto load_cpu = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
    const auto resident = resident_bytes() - before;
    const auto counted = loaded->count();
    const auto changed = empty_state();
    const auto singly = make_changes(*changed, users, sessions);
    const auto forget = time_of([&] { changed->forget_before(micro::end_of_revocations()); });
    std::printf("{\"users\":%zu,\"sessions\":%zu,\"bytes\":%zu,\"resident_bytes\":%lld,\"load_seconds\":%.3f,\"load_"
                "cpu_seconds\":%.3f,"
                "\"single_changes_seconds\":%.3f,\"longest_change_ms\":%.3f,\"forget_ms\":%.3f}\n",
                counted.users, counted.sessions, counted.bytes, resident, load, load_cpu, singly.seconds,
                1000 * singly.longest, 1000 * forget);
}

std::size_t number(int argc, char** argv, int at)
{
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : 1'000'000;
}

} // namespace

int main(int argc, char** argv)
try {
    measure(number(argc, argv, 1), number(argc, argv, 2));
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "revocation_load: %s\n", e.what());
    return 1;
}
