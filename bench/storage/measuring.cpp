#include "storage/measuring.hpp"

#include "core/log.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace watchword::storage {
namespace {

using timer = core::asio::basic_waitable_timer<steady_clock, core::asio::wait_traits<steady_clock>, core::io_executor>;

double microseconds(std::chrono::nanoseconds time)
{
    return static_cast<double>(time.count()) / 1e3;
}

} // namespace

core::task<> pause_until(time_point end)
{
    const auto executor = co_await core::asio::this_coro::executor;
    timer t(executor, end);
    co_await t.async_wait(core::use_task);
}

std::uint32_t wal_sequence(const std::string& file)
{
    constexpr std::streamoff offset = 12; // sqlite.org/fileformat2.html, section 4.1
    std::ifstream wal(file + "-wal", std::ios::binary);
    std::array<char, 4> bytes{};
    if (!wal.seekg(offset) || !wal.read(bytes.data(), bytes.size())) return 0;
    std::uint32_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

boost::json::object to_object(const load::histogram& h)
{
    return {{"count", h.count()},
            {"mean", microseconds(h.mean())},
            {"p50", microseconds(h.percentile(50))},
            {"p90", microseconds(h.percentile(90))},
            {"p99", microseconds(h.percentile(99))},
            {"max", microseconds(h.max())}};
}

double seconds_between(time_point begin, time_point end)
{
    return std::chrono::duration<double>(end - begin).count();
}

double to_number(std::string_view argument, double least, double most)
{
    double number = 0;
    const auto [end, failed] = std::from_chars(argument.data(), argument.data() + argument.size(), number);
    if (failed != std::errc() || end != argument.data() + argument.size() || !(number >= least && number <= most))
        throw std::runtime_error("cannot be: '" + std::string(argument) + "'");
    return number;
}

int print(std::string_view program, boost::json::object (*measure)(int argc, char** argv), int argc, char** argv)
{
    try {
        core::log::open(core::log::level::warning, core::log::format::text);
        const auto seen = measure(argc, argv);
        core::log::close();
        std::puts(boost::json::serialize(seen).c_str());
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", program.data(), e.what());
        return 1;
    }
}

} // namespace watchword::storage
