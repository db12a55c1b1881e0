#include "server/metric_list.hpp"
#include "server/process_figures.hpp"
#include "server/prometheus_text.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace watchword;

} // namespace

BOOST_AUTO_TEST_SUITE(metric_list)

BOOST_AUTO_TEST_CASE(families_are_written_as_prometheus_reads_them)
{
    server::load_prometheus();
    server::metric_list m;
    m.counter("a_total", "What is counted.").add({{"kind", "x"}}, std::uint64_t(7)).add({{"kind", "\"\\\n"}}, 0.5);
    m.gauge("b_bytes", "What is so.").add({}, std::uint64_t(1) << 40);
    BOOST_TEST(server::prometheus_text(m.take()) == "# HELP a_total What is counted.\n"
                                                    "# TYPE a_total counter\n"
                                                    "a_total{kind=\"x\"} 7\n"
                                                    "a_total{kind=\"\\\"\\\\\\n\"} 0.5\n"
                                                    "# HELP b_bytes What is so.\n"
                                                    "# TYPE b_bytes gauge\n"
                                                    "b_bytes 1099511627776\n");
    BOOST_TEST(server::prometheus_text(m.take()) == "");
}

BOOST_AUTO_TEST_CASE(buckets_are_cumulated_and_the_last_has_no_bound)
{
    server::load_prometheus();
    server::metric_list m;
    const std::array<double, 2> bounds{1, 2};
    const std::array<std::uint64_t, 3> counts{5, 0, 2};
    m.histogram("h", "Of three.").add({{"of", "x"}}, bounds, counts, 12.25);
    BOOST_TEST(server::prometheus_text(m.take()) == "# HELP h Of three.\n"
                                                    "# TYPE h histogram\n"
                                                    "h_count{of=\"x\"} 7\n"
                                                    "h_sum{of=\"x\"} 12.25\n"
                                                    "h_bucket{of=\"x\",le=\"1\"} 5\n"
                                                    "h_bucket{of=\"x\",le=\"2\"} 5\n"
                                                    "h_bucket{of=\"x\",le=\"+Inf\"} 7\n");
}

BOOST_AUTO_TEST_CASE(durations_are_in_seconds_with_bounds_as_they_are_written)
{
    server::load_prometheus();
    core::duration_counts d;
    d.add(std::chrono::microseconds(300));
    d.add(std::chrono::hours(1));
    server::metric_list m;
    m.histogram("d_seconds", "How long.").add({}, d);
    const auto text = server::prometheus_text(m.take());
    BOOST_TEST(text.find("d_seconds_bucket{le=\"0.0001\"} 0\n") != text.npos, text);
    BOOST_TEST(text.find("d_seconds_bucket{le=\"0.0005\"} 1\n") != text.npos, text);
    BOOST_TEST(text.find("d_seconds_bucket{le=\"10\"} 1\n") != text.npos, text);
    BOOST_TEST(text.find("d_seconds_bucket{le=\"+Inf\"} 2\n") != text.npos, text);
    BOOST_TEST(text.find("d_seconds_sum 3600.0003") != text.npos, text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(process_figures)

BOOST_AUTO_TEST_CASE(they_are_of_this_process)
{
    const auto before = server::read_process_figures();
    std::vector<int> files;
    for (int i = 0; i < 10; ++i) files.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::vector<char> touched(16 << 20, 'x');
    const auto after = server::read_process_figures();
    for (const int file : files) ::close(file);
    BOOST_TEST(after.open_files == before.open_files + 10);
    BOOST_TEST(after.most_files >= after.open_files);
    BOOST_TEST(after.resident_bytes >= before.resident_bytes + touched.size() / 2);
    BOOST_TEST(after.virtual_bytes > after.resident_bytes);
    BOOST_TEST(after.threads >= 1u);
    BOOST_TEST(after.cpu_seconds >= before.cpu_seconds);
    BOOST_TEST(after.start_time_seconds > 1.6e9);
}

BOOST_AUTO_TEST_SUITE_END()
