// What a password hash of the default cost takes: CPU time for each engine this processor can run, wiping included, and
// of the wiping alone. Engines take turns, another one first in each round; medians, and the medians of each round's
// libsodium time divided by the engine's. Prints JSON.
//   argon2_cost [ROUNDS]
#include "crypto/argon2_engine.hpp"
#include "crypto/password.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

using namespace watchword::crypto;

double cpu_ms()
{
    ::timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

template <class Work> double cost_of(Work work)
{
    const double begin = cpu_ms();
    work();
    return cpu_ms() - begin;
}

double median(std::vector<double> all)
{
    std::sort(all.begin(), all.end());
    const std::size_t middle = all.size() / 2;
    return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

struct measured {
    argon2_engine engine;
    std::vector<double> ms;
};

} // namespace

int main(int argc, char** argv)
{
    const long rounds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 31;
    if (rounds < 1) return 2;
    constexpr argon2id_parameters cost;
    const argon2id_input input{
        "correct horse battery staple", "0123456789abcdef", {}, {}, cost.memory_kib, cost.passes, 1};
    argon2_memory memory;
    std::array<char, 32> tag;

    std::vector<measured> all;
    for (const auto engine :
         {argon2_engine::libsodium, argon2_engine::portable, argon2_engine::avx2, argon2_engine::avx512})
        if (is_supported(engine) && passes_self_test(engine)) all.push_back({engine, {}});
    argon2id(argon2_engine::portable, memory, input, tag); // the arena's pages are there from now on

    std::vector<double> wipes;
    for (long round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto& each = all[(i + static_cast<std::size_t>(round)) % all.size()];
            each.ms.push_back(cost_of([&] { argon2id(each.engine, memory, input, tag); }));
            if (each.engine != argon2_engine::libsodium)
                wipes.push_back(cost_of([&] { memory.wipe(cost.memory_kib); }));
        }
    }

    std::printf("{\"memory_kib\":%u,\"passes\":%u,\"rounds\":%ld,\"wipe_ms\":%.3f,\"engines\":[", cost.memory_kib,
                cost.passes, rounds, median(wipes));
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<double> ratios;
        for (std::size_t round = 0; round < all[i].ms.size(); ++round)
            ratios.push_back(all[0].ms[round] / all[i].ms[round]);
        std::printf("%s{\"engine\":\"%s\",\"cpu_ms\":%.3f,\"least_cpu_ms\":%.3f,\"times_libsodium\":%.3f}",
                    i == 0 ? "" : ",", name_of(all[i].engine).data(), median(all[i].ms),
                    *std::min_element(all[i].ms.begin(), all[i].ms.end()), median(ratios));
    }
    std::printf("]}\n");
    return 0;
}
