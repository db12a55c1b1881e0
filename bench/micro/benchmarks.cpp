// Every subject by the clock, on Google Benchmark: its flags (--help), its output.
#include "core/log.hpp"
#include "micro/subjects/all.hpp"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <exception>

namespace {

using namespace watchword;

constexpr benchmark::IterationCount warm_up = 10;

void measure(benchmark::State& state, const micro::subject& what)
{
    try {
        const auto repeat = what.make();
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
    const auto all = micro::all_subjects();
#ifndef __clang_analyzer__ // it takes what the library keeps for a leak
    for (const auto& each : all)
        benchmark::RegisterBenchmark(each.name.c_str(), [&each](benchmark::State& s) {
            measure(s, each);
        })->MeasureProcessCPUTime();
#endif
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    core::log::close();
}
