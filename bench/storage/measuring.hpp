#pragma once

#include "core/task.hpp"
#include "load/histogram.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

// What the programs that measure lib/store share.
namespace watchword::storage {

using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

// Suspends the calling coroutine.
core::task<> pause_until(time_point);

// How often the write-ahead log of a SQLite file has begun anew, which it does after a checkpoint that moved all of it
// into the file; 0 while there is none.
std::uint32_t wal_sequence(const std::string& file);

// {"count", "mean", "p50", "p90", "p99", "max"} in microseconds.
boost::json::object to_object(const load::histogram&);

double seconds_between(time_point begin, time_point end);

// Throws std::runtime_error that names it.
double to_number(std::string_view argument, double least, double most);

// Throws when a task of co_spawn ended by an exception; the program then has nothing to tell.
inline constexpr auto rethrow = [](const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
};

// Runs `measure`, which returns JSON, and prints that. -> the exit code
int print(std::string_view program, boost::json::object (*measure)(int argc, char** argv), int argc, char** argv);

} // namespace watchword::storage
