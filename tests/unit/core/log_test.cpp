#include "core/json.hpp"
#include "core/log.hpp"
#include "support/temporary_directory.hpp"
#include "support/test_form.hpp"
#include "support/vectors.hpp"

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace watchword::core;
namespace test = watchword::test;
using std::chrono::steady_clock;

class test_pipe {
public:
    test_pipe() { BOOST_REQUIRE_EQUAL(::pipe2(ends_.data(), O_CLOEXEC), 0); }
    ~test_pipe()
    {
        close_reader();
        close_writer();
    }
    int writer() const { return ends_[1]; }
    void close_reader() { close_end(ends_[0]); }
    void close_writer() { close_end(ends_[1]); }
    // What is there now, or all up to the end if the writer is closed.
    std::string read_some(std::size_t most = 1 << 20)
    {
        std::string all(most, '\0');
        const ssize_t size = ::read(ends_[0], all.data(), all.size());
        all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return all;
    }
    std::string read_all()
    {
        close_writer();
        std::string all;
        for (std::string some = read_some(); !some.empty(); some = read_some()) all += some;
        return all;
    }

private:
    static void close_end(int& fd)
    {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }
    std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> split_lines(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        BOOST_REQUIRE_NE(end, text.npos); // the last line is complete too
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

boost::json::object parse_line(const std::string& line)
{
    auto value = parse_json(line);
    BOOST_REQUIRE_MESSAGE(value, line);
    return value->as_object();
}

// What is logged by `act`, with a log opened for it.
template <class Act> std::vector<std::string> lines_of(log::level least, log::format how, Act act)
{
    test_pipe pipe;
    log::open(least, how, pipe.writer());
    act();
    log::close();
    return split_lines(pipe.read_all());
}
template <class Act> boost::json::object json_line_of(Act act)
{
    const auto lines = lines_of(log::level::trace, log::format::json, act);
    BOOST_REQUIRE_EQUAL(lines.size(), 1);
    return parse_line(lines[0]);
}
// Without the time in front.
template <class Act> std::string text_line_of(Act act)
{
    const auto lines = lines_of(log::level::trace, log::format::text, act);
    BOOST_REQUIRE_EQUAL(lines.size(), 1);
    BOOST_REQUIRE_GT(lines[0].size(), 25);
    return lines[0].substr(25);
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(a_json_line_has_time_level_message_and_typed_fields)
{
    const std::string name = "a string";
    const auto line = json_line_of([&] {
        log::warning("something", {{"string", name},
                                   {"literal", "text"},
                                   {"signed", -3},
                                   {"unsigned", std::numeric_limits<std::uint64_t>::max()},
                                   {"real", 1.5},
                                   {"flag", true}});
    });
    BOOST_TEST(line.at("level").as_string() == "warning");
    BOOST_TEST(line.at("message").as_string() == "something");
    BOOST_TEST(line.at("string").as_string() == name);
    BOOST_TEST(line.at("literal").as_string() == "text");
    BOOST_TEST(line.at("signed").as_int64() == -3);
    BOOST_TEST(line.at("unsigned").as_uint64() == std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(line.at("real").as_double() == 1.5);
    BOOST_TEST(line.at("flag").as_bool());
}

BOOST_AUTO_TEST_CASE(the_time_is_utc_with_milliseconds)
{
    const auto line = json_line_of([] { log::info("now"); });
    const std::string time(line.at("time").as_string().c_str());
    BOOST_REQUIRE_EQUAL(time.size(), 24);
    const std::string shape = "dddd-dd-ddTdd:dd:dd.dddZ";
    for (std::size_t i = 0; i < shape.size(); ++i)
        BOOST_TEST((shape[i] == 'd' ? time[i] >= '0' && time[i] <= '9' : time[i] == shape[i]), time);
}

BOOST_AUTO_TEST_CASE(a_text_line_quotes_only_what_needs_it)
{
    BOOST_TEST(text_line_of([] {
                   log::info("ready", {{"listen", "127.0.0.1:5000"}, {"name", "two words"}, {"empty", ""}, {"n", 7}});
               }) == "info    ready listen=127.0.0.1:5000 name=\"two words\" empty=\"\" n=7");
}

BOOST_AUTO_TEST_CASE(an_access_line_is_an_info_line_named_request)
{
    const auto line = json_line_of([] { log::access({{"status", 200}}); });
    BOOST_TEST(line.at("level").as_string() == "info");
    BOOST_TEST(line.at("message").as_string() == "request");
    BOOST_TEST(line.at("status").as_int64() == 200);
}

void tell_event(log::level l = log::level::info)
{
    log::security(l, "sign_in.failed", "somebody could not", {{"user", "u"}, {"trace_id", ""}, {"n", 7}});
}

BOOST_AUTO_TEST_CASE(security_events_are_written_where_they_are_wanted)
{
    BOOST_TEST(lines_of(log::level::trace, log::format::json, [] { tell_event(); }).empty());

    const auto line = json_line_of([] {
        log::write_security_to_log();
        tell_event(log::level::warning);
    });
    BOOST_TEST(line.at("level").as_string() == "warning");
    BOOST_TEST(line.at("stream").as_string() == "security");
    BOOST_TEST(line.at("event").as_string() == "sign_in.failed");
    BOOST_TEST(line.at("user").as_string() == "u");
    BOOST_TEST(line.at("n").as_int64() == 7);
    BOOST_TEST(!line.contains("trace_id"));

    const auto unwanted = [] {
        log::write_security_to_log();
        tell_event();
    };
    BOOST_TEST(lines_of(log::level::warning, log::format::json, unwanted).empty());
    BOOST_TEST(lines_of(log::level::info, log::format::text, unwanted).at(0).substr(25) ==
               "info    somebody could not stream=security event=sign_in.failed user=u n=7");
}

// Written by another thread.
void await_lines(const std::string& file, std::size_t count)
{
    const auto limit = steady_clock::now() + std::chrono::seconds(20);
    while (split_lines(test::read_file(file)).size() < count && steady_clock::now() < limit) std::this_thread::yield();
    BOOST_TEST(split_lines(test::read_file(file)).size() == count);
}

BOOST_AUTO_TEST_CASE(security_events_have_a_file_of_their_own_that_may_be_moved_away)
{
    const test::temporary_directory directory;
    const std::string file = directory / "security.jsonl", old = file + ".1";
    const auto in_log = lines_of(log::level::error, log::format::text, [&] {
        log::write_security_to_file(file);
        tell_event(); // below the log's level
        await_lines(file, 1);
        std::filesystem::rename(file, old);
        tell_event();
        await_lines(old, 2);
        log::reopen_security_file();
        for (int i = 0; i < 100; ++i) tell_event();
        log::error("another line");
    });
    BOOST_REQUIRE_EQUAL(in_log.size(), 1);
    BOOST_TEST(in_log[0].ends_with("another line"));
    BOOST_TEST(split_lines(test::read_file(old)).size() == 2u);
    const auto lines = split_lines(test::read_file(file));
    BOOST_REQUIRE_EQUAL(lines.size(), 100u); // closing has waited for them
    BOOST_TEST(parse_line(lines[0]).at("event").as_string() == "sign_in.failed");
    BOOST_TEST((std::filesystem::status(file).permissions() == std::filesystem::perms(0600)));
}

BOOST_AUTO_TEST_CASE(a_file_of_security_events_that_cannot_be_made_is_said)
{
    const test::temporary_directory directory;
    const std::string nowhere = directory / "no/such/file";
    const auto try_it = [&] { BOOST_CHECK_THROW(log::write_security_to_file(nowhere), std::system_error); };
    BOOST_TEST(lines_of(log::level::trace, log::format::text, try_it).empty());
    log::reopen_security_file(); // there is none
}

BOOST_AUTO_TEST_CASE(numbers_that_json_cannot_say_are_null)
{
    const auto line = json_line_of([] {
        log::info("n", {{"nan", std::numeric_limits<double>::quiet_NaN()},
                        {"inf", -std::numeric_limits<double>::infinity()},
                        {"huge", 1e300}});
    });
    BOOST_TEST(line.at("nan").is_null());
    BOOST_TEST(line.at("inf").is_null());
    BOOST_TEST(line.at("huge").as_double() == 1e300);
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_on_one_line_and_comes_back_from_json_as_it_was)
{
    std::string controls;
    for (char c = 0; c < 0x20; ++c) controls.push_back(c);
    const std::vector<std::string> hostile{controls,
                                           "a\r\n2026-11-24T10:00:00.000Z error   forged",
                                           "\x1b[2J\x1b]0;title\x07",
                                           "\x7f\xc2\x9b[31m",
                                           "quote \" backslash \\ slash /",
                                           "line\u2028separator\u202eoverride\u2066isolate",
                                           "grüße 漢字 🔑"};
    for (const auto& text : hostile) {
        const auto line = json_line_of([&] { log::error(text, {{"text", text}}); });
        BOOST_TEST(std::string_view(line.at("text").as_string()) == text);
        BOOST_TEST(std::string_view(line.at("message").as_string()) == text);

        const auto plain = text_line_of([&] { log::error(text, {{"text", text}}); });
        for (const char c : plain) BOOST_TEST((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f), plain);
        for (const auto* bad : {"\xc2\x9b", "\u2028", "\u202e", "\u2066"}) BOOST_TEST(plain.find(bad) == plain.npos);
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_become_the_replacement_character)
{
    const auto line = json_line_of([] { log::info("x", {{"text", "a\xff\xc0\x80\xed\xa0\x80z\xe2\x82"}}); });
    const std::string text(line.at("text").as_string().c_str());
    BOOST_TEST(text.starts_with("a\ufffd"));
    BOOST_TEST(text.find("z\ufffd") != text.npos);
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_characters)
{
    const std::string text = std::string(log::longest_text - 1, 'a') + "ü" + std::string(100'000, 'b');
    const auto line = json_line_of([&] { log::info(text, {{"text", text}}); });
    const std::string expected = std::string(log::longest_text - 1, 'a') + "…";
    BOOST_TEST(std::string_view(line.at("text").as_string()) == expected);
    BOOST_TEST(std::string_view(line.at("message").as_string()) == expected);
}

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_not_written)
{
    const auto all = [] {
        log::trace("t");
        log::debug("d");
        log::info("i");
        log::warning("w");
        log::error("e");
        BOOST_TEST(!log::enabled(log::level::info));
    };
    const auto lines = lines_of(log::level::warning, log::format::json, all);
    BOOST_REQUIRE_EQUAL(lines.size(), 2);
    BOOST_TEST(parse_line(lines[0]).at("message").as_string() == "w");
    BOOST_TEST(parse_line(lines[1]).at("message").as_string() == "e");
    BOOST_TEST(lines_of(log::level::off, log::format::json, all).empty());
}

BOOST_AUTO_TEST_CASE(automatic_is_json_where_there_is_no_terminal)
{
    const auto lines = lines_of(log::level::info, log::format::automatic, [] { log::info("x"); });
    BOOST_REQUIRE_EQUAL(lines.size(), 1);
    BOOST_TEST(lines[0].front() == '{');
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_arrive_whole_and_in_the_order_of_each)
{
    constexpr int threads = 4, each = 100; // all fit into the pipe
    const auto lines = lines_of(log::level::info, log::format::json, [] {
        std::vector<std::thread> all;
        for (int t = 0; t < threads; ++t)
            all.emplace_back([t] {
                for (int i = 0; i < each; ++i) log::info("line", {{"thread", t}, {"i", i}});
            });
        for (auto& t : all) t.join();
    });
    BOOST_TEST(lines.size() == threads * each);
    std::array<std::int64_t, threads> next{};
    for (const auto& text : lines) {
        const auto line = parse_line(text);
        auto& expected = next[static_cast<std::size_t>(line.at("thread").as_int64())];
        BOOST_TEST(line.at("i").as_int64() == expected++);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_output_that_fails)

BOOST_AUTO_TEST_CASE(a_full_disk_costs_lines_only)
{
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    BOOST_REQUIRE_GE(full, 0);
    const auto before = log::dropped();
    log::open(log::level::info, log::format::json, full);
    for (int i = 0; i < 100; ++i) log::info("lost");
    log::close();
    ::close(full);
    BOOST_TEST(log::dropped() - before == 100);
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_costs_lines_only)
{
    const auto before = log::dropped();
    log::open(log::level::info, log::format::json, 1'000'000);
    for (int i = 0; i < 100; ++i) log::info("lost");
    log::close();
    BOOST_TEST(log::dropped() - before == 100);
}

BOOST_AUTO_TEST_CASE(a_reader_that_went_away_costs_lines_only)
{
    test_pipe pipe;
    pipe.close_reader();
    const auto before = log::dropped();
    log::open(log::level::info, log::format::json, pipe.writer());
    for (int i = 0; i < 100; ++i) log::info("lost"); // without SIGPIPE being ignored
    log::close();
    BOOST_TEST(log::dropped() - before == 100);
}

BOOST_AUTO_TEST_CASE(a_reader_that_stopped_delays_neither_the_callers_nor_the_end_by_much)
{
    test_pipe pipe;
    const auto before = log::dropped();
    log::open(log::level::info, log::format::json, pipe.writer());
    const auto start = steady_clock::now();
    constexpr int lines = 50'000;
    const std::string text(200, 'x');
    for (int i = 0; i < lines; ++i) log::info("line", {{"text", text}});
    const auto logged = steady_clock::now();
    log::close();
    const auto closed = steady_clock::now();
    BOOST_TEST((logged - start < watchword::test::at_most(std::chrono::seconds(5))));
    BOOST_TEST((closed - logged < std::chrono::seconds(3)));
    const auto dropped = log::dropped() - before;
    BOOST_TEST(dropped > lines / 2);

    const auto written = split_lines(pipe.read_all() + '\n'); // its last line was cut where the pipe was full
    BOOST_TEST(written.size() + dropped >= lines);
    for (std::size_t i = 0; i + 2 < written.size(); ++i) parse_line(written[i]);
}

BOOST_AUTO_TEST_CASE(a_reader_that_comes_back_is_told_how_many_lines_are_missing)
{
    test_pipe pipe;
    const auto before = log::dropped();
    log::open(log::level::info, log::format::json, pipe.writer());
    const std::string text(200, 'x');
    constexpr std::int64_t lines = 20'000;
    for (int i = 0; i < lines; ++i) log::info("line", {{"text", text}});

    std::string all;
    std::thread reader([&] {
        for (std::string some = pipe.read_some(); !some.empty(); some = pipe.read_some()) all += some;
    });
    log::info("the last line");
    log::close();
    pipe.close_writer();
    reader.join();

    std::int64_t seen = 0, missing = 0;
    for (const auto& line : split_lines(all)) {
        const auto parsed = parse_line(line);
        if (parsed.at("message").as_string() == "line") ++seen;
        if (parsed.at("message").as_string() == "log lines were dropped")
            missing += parsed.at("count").to_number<std::int64_t>();
    }
    BOOST_TEST(missing > 0);
    BOOST_TEST(seen + missing == lines);
    BOOST_TEST(static_cast<std::int64_t>(log::dropped() - before) == missing);
    BOOST_TEST(all.find("the last line") != all.npos);
}

BOOST_AUTO_TEST_CASE(threads_may_log_while_the_log_is_closed)
{
    test_pipe pipe;
    log::open(log::level::error, log::format::json, pipe.writer());
    std::atomic<bool> stop{false};
    std::thread other([&] {
        while (!stop) {
            log::info("below the level");
            std::this_thread::yield();
        }
    });
    log::error("x");
    log::close();
    stop = true;
    other.join();
    BOOST_TEST(split_lines(pipe.read_all()).size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
