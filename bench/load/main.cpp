// The load generator: see options.cpp for what it can do.
#include "load/options.hpp"
#include "load/run.hpp"

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

constexpr int misused = 2;

} // namespace

int main(int argc, char** argv)
{
    using namespace watchword::load;
    options given;
    try {
        given = parse_options({argv + 1, argv + argc});
    } catch (const std::exception& e) {
        std::fprintf(stderr, "watchword_load: %s\nSee watchword_load --help\n", e.what());
        return misused;
    }
    if (given.help) {
        std::fputs(help_text().data(), stdout);
        return 0;
    }
    try {
        const auto done = run(given);
        std::fputs(done.report.c_str(), stdout);
        return done.as_expected ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "watchword_load: %s\n", e.what());
        return 1;
    }
}
