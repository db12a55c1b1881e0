// Does one subject under callgrind, which writes what it counted after N and after 2 N operations; the difference has
// neither set-up nor the start of a loop in it. harness/instructions.py runs it.
//   micro_count NAME        counts
//   micro_count             prints, as JSON, what can be counted, and what a count depends on besides our sources
#include "core/log.hpp"
#include "micro/subjects/all.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <gnu/libc-version.h>
#include <string>
#include <string_view>
#include <valgrind/callgrind.h>

namespace {

using namespace watchword;

void describe()
{
    std::printf("{\"build\": {\"compiler\": \"%s\", \"type\": \"%s\", \"boost\": \"%s\", \"libc\": \"%s\", "
                "\"openssl\": \"%u.%u\", \"sqlite\": \"%s\"}, \"subjects\": {",
                COMPILER, BUILD_TYPE, BOOST_LIB_VERSION, ::gnu_get_libc_version(), ::OPENSSL_version_major(),
                ::OPENSSL_version_minor(), ::sqlite3_libversion());
    const char* separator = "";
    for (const auto& each : micro::all_subjects()) {
        std::printf("%s\"%s\": %llu", separator, each.name.c_str(), static_cast<unsigned long long>(each.counted));
        separator = ", ";
    }
    std::printf("}}\n");
}

void count(const micro::subject& what)
{
    const auto repeat = what.make();
    const std::string once = "once " + std::to_string(what.counted);
    const std::string twice = "twice " + std::to_string(what.counted);
    CALLGRIND_START_INSTRUMENTATION;
    repeat(what.counted); // fills caches, and lets callgrind see all of the code
    CALLGRIND_ZERO_STATS;
    repeat(what.counted);
    CALLGRIND_DUMP_STATS_AT(once.c_str());
    repeat(2 * what.counted);
    CALLGRIND_DUMP_STATS_AT(twice.c_str());
    CALLGRIND_STOP_INSTRUMENTATION;
}

} // namespace

int main(int argc, char** argv)
try {
    core::log::open(core::log::level::error, core::log::format::text);
    if (argc == 1) {
        describe();
        return 0;
    }
    const auto all = micro::all_subjects();
    const auto named = [&](const micro::subject& s) { return s.name == std::string_view(argv[1]); };
    const auto found = std::find_if(all.begin(), all.end(), named);
    if (argc != 2 || found == all.end()) {
        std::fputs("usage: micro_count [NAME]\n", stderr);
        return 2;
    }
    count(*found);
    core::log::close();
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "micro_count: %s\n", e.what());
    return 1;
}
