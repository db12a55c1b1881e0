// Every subject by the clock, on Google Benchmark: its flags (--help), its output.
#include "core/log.hpp"
#include "micro/subjects/all.hpp"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

namespace {

using namespace watchword;

constexpr benchmark::IterationCount warm_up = 10;

// Made for its first round, and kept: that takes a while.
struct kept_subject {
    micro::subject what;
    micro::repeat made{};
};

void measure(benchmark::State& state, kept_subject& kept)
{
    try {
        if (!kept.made) kept.made = kept.what.make();
        const auto& repeat = kept.made;
        repeat(warm_up);
        while (state.KeepRunningBatch(state.max_iterations)) repeat(static_cast<std::uint64_t>(state.max_iterations));
    } catch (const std::exception& e) {
        state.SkipWithError(e.what());
    }
}

} // namespace

int main(int argc, char** argv)
{
    core::log::open(core::log::level::error, core::log::format::text);
    std::vector<kept_subject> all;
    for (auto& each : micro::all_subjects()) all.push_back({std::move(each)});
#ifndef __clang_analyzer__ // it takes what the library keeps for a leak
    for (auto& each : all)
        benchmark::RegisterBenchmark(each.what.name.c_str(), [&each](benchmark::State& s) {
            measure(s, each);
        })->MeasureProcessCPUTime();
#endif
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    all.clear();
    core::log::close();
}
