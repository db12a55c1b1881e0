// Makes databases with many users: see options.cpp for what it can do.
#include "core/log.hpp"
#include "users/fill.hpp"

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <exception>

namespace {

using namespace watchword;
using std::chrono::steady_clock;

constexpr int misused = 2;

double seconds_since(steady_clock::time_point begin)
{
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

void make(const users::options& o)
{
    const auto begin = steady_clock::now();
    auto last = begin;
    const auto tell = [&](std::uint64_t made) {
        if (o.quiet || (made != o.count() && seconds_since(last) < 1)) return;
        last = steady_clock::now();
        std::fprintf(stderr, "%" PRIu64 " of %" PRIu64 " users, %.0f s\n", made, o.count(), seconds_since(begin));
    };
    users::fill(o, tell);
    if (!o.quiet) std::fprintf(stderr, "done after %.0f s\n", seconds_since(begin));
}

} // namespace

int main(int argc, char** argv)
{
    users::options given;
    try {
        given = users::parse_options({argv + 1, argv + argc});
    } catch (const std::exception& e) {
        std::fprintf(stderr, "watchword_users: %s\nSee watchword_users --help\n", e.what());
        return misused;
    }
    if (given.help) {
        std::fputs(users::help_text().data(), stdout);
        return 0;
    }
    try {
        core::log::open(core::log::level::error, core::log::format::text);
        make(given);
        core::log::close();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "watchword_users: %s\n", e.what());
        return 1;
    }
}
