// How many passwords a second so many threads verify at the default cost, each on a slot of its own as in the server,
// and do nothing besides: what logins on the same slots are held to. Prints JSON.
//   argon2_rate SECONDS [THREADS]
#include "core/random.hpp"
#include "crypto/password.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword::crypto;
using std::chrono::duration;
using std::chrono::steady_clock;

constexpr std::string_view password = "correct horse battery staple";

struct done {
    double hashes = 0, seconds = 0, cpu_seconds = 0;
};

double cpu_seconds()
{
    ::timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

class contest {
public:
    contest(std::size_t threads, duration<double> length)
        : hasher_({{}, argon2_engine::automatic, threads}),
          length_(length),
          begin_(static_cast<std::ptrdiff_t>(threads))
    {
        watchword::core::system_random random;
        stored_ = hasher_.hash(0, password, random);
    }

    // On a thread of its own. Whole hashes are counted, and how long they took.
    done work(std::size_t slot)
    {
        verify(slot); // its memory is there from now on
        begin_.arrive_and_wait();
        const auto from = steady_clock::now();
        const double cpu = cpu_seconds();
        done mine;
        do {
            verify(slot);
            ++mine.hashes;
            mine.seconds = duration<double>(steady_clock::now() - from).count();
        } while (mine.seconds < length_.count());
        mine.cpu_seconds = cpu_seconds() - cpu;
        return mine;
    }

    bool all_matched() const { return matched_; }
    std::string_view engine() const { return name_of(hasher_.engine()); }

private:
    void verify(std::size_t slot)
    {
        if (hasher_.verify(slot, password, stored_) != verdict::match) matched_ = false;
    }

    password_hasher hasher_;
    const duration<double> length_;
    std::string stored_;
    std::barrier<> begin_;
    std::atomic<bool> matched_{true};
};

} // namespace

int main(int argc, char** argv)
{
    const double length = argc > 1 ? std::strtod(argv[1], nullptr) : 0;
    const long asked = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
    if (!(length > 0 && length <= 3600) || asked < 0 || asked > 1024) return 2;
    const std::size_t threads =
        asked != 0 ? static_cast<std::size_t>(asked) : std::max(1u, std::thread::hardware_concurrency());

    contest all(threads, duration<double>(length));
    std::vector<done> seen(threads);
    std::vector<std::thread> working;
    for (std::size_t slot = 0; slot < threads; ++slot) working.emplace_back([&, slot] { seen[slot] = all.work(slot); });
    for (auto& t : working) t.join();
    if (!all.all_matched()) {
        std::fputs("a password did not match its own hash\n", stderr);
        return 1;
    }

    double per_second = 0, hashes = 0, cpu = 0;
    for (const auto& each : seen) {
        per_second += each.hashes / each.seconds;
        hashes += each.hashes;
        cpu += each.cpu_seconds;
    }
    std::printf("{\"engine\":\"%s\",\"threads\":%zu,\"hashes\":%.0f,\"per_second\":%.3f,\"cpu_ms\":%.4f}\n",
                all.engine().data(), threads, hashes, per_second, 1000 * cpu / hashes);
    return 0;
}
