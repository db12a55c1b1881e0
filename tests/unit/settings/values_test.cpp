#include "settings/nearest.hpp"
#include "settings/values.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::settings;
using std::chrono::milliseconds;

} // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(durations_are_seconds_or_have_a_unit)
{
    BOOST_TEST((parse_duration("30") == milliseconds(30'000)));
    BOOST_TEST((parse_duration("0") == milliseconds(0)));
    BOOST_TEST((parse_duration("1500ms") == milliseconds(1500)));
    BOOST_TEST((parse_duration("30s") == milliseconds(30'000)));
    BOOST_TEST((parse_duration("5m") == milliseconds(300'000)));
    BOOST_TEST((parse_duration("1h") == milliseconds(3'600'000)));
    BOOST_TEST((parse_duration("7d") == milliseconds(604'800'000)));
}

BOOST_AUTO_TEST_CASE(other_spellings_of_durations_are_refused)
{
    for (const auto* bad : {"", "s", "-1", "+1", "1.5", "1 s", " 1", "1S", "1sec", "1s1s", "0x10", "1e3",
                            "9223372036854775807", "18446744073709551616", "9223372036854775d"})
        BOOST_TEST(!parse_duration(bad), bad);
}

BOOST_AUTO_TEST_CASE(sizes_are_bytes_or_have_a_binary_unit)
{
    BOOST_TEST((parse_bytes("8000") == 8000u));
    BOOST_TEST((parse_bytes("64KiB") == 65'536u));
    BOOST_TEST((parse_bytes("1MiB") == 1'048'576u));
    BOOST_TEST((parse_bytes("2GiB") == 2'147'483'648u));
    for (const auto* bad : {"", "KiB", "1kb", "1K", "1MB", "-1", "1.5MiB", "1 MiB", "18446744073709551615GiB"})
        BOOST_TEST(!parse_bytes(bad), bad);
}

BOOST_AUTO_TEST_CASE(what_is_formatted_is_parsed_to_the_same)
{
    for (const long ms : {0L, 1L, 999L, 1000L, 1500L, 60'000L, 90'000L, 3'600'000L, 86'400'000L, 86'400'001L})
        BOOST_TEST((parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms)), ms);
    for (const std::uint64_t size : {0ul, 1ul, 1023ul, 1024ul, 1025ul, 1'048'576ul, 3'221'225'472ul})
        BOOST_TEST((parse_bytes(format_bytes(size)) == size), size);
    BOOST_TEST(format_duration(milliseconds(75'000)) == "75s");
    BOOST_TEST(format_duration(milliseconds(1'800'000)) == "30m");
    BOOST_TEST(format_bytes(16'384) == "16KiB");
    BOOST_TEST(format_bytes(8000) == "8000");
}

BOOST_AUTO_TEST_CASE(rates_are_a_count_in_a_time)
{
    using std::chrono::seconds;
    using watchword::core::rate;
    BOOST_TEST((parse_rate("600/1m") == rate{600, seconds(60)}));
    BOOST_TEST((parse_rate("1/1") == rate{1, seconds(1)}));
    BOOST_TEST((parse_rate("20000/10m") == rate{20'000, seconds(600)}));
    BOOST_TEST((parse_rate("5/1d") == rate{5, seconds(86'400)}));
    BOOST_TEST((parse_rate("3/2000ms") == rate{3, seconds(2)}));
    BOOST_TEST((parse_rate("none") == rate()));
    BOOST_TEST((parse_rate("0") == rate()));
    BOOST_TEST(!parse_rate("0")->is_limited());
    for (const auto* bad : {"",         "600",     "1m",     "/1m",       "600/",
                            "/",        "0/1m",    "-1/1m",  "+1/1m",     "1.5/1m",
                            "600 / 1m", "600/1m ", "600/0s", "600/500ms", "600/1500ms",
                            "600/25h",  "600/-1s", "600/m",  "600/1m/1m", "99999999999999999999/1m",
                            "None"})
        BOOST_TEST(!parse_rate(bad), bad);
    for (const auto* good : {"600/1m", "1/1s", "7/90s", "1000000000/1d", "none"})
        BOOST_TEST(format_rate(*parse_rate(good)) == good);
}

BOOST_AUTO_TEST_CASE(booleans_are_true_and_false_only)
{
    BOOST_TEST((parse_boolean("true") == true));
    BOOST_TEST((parse_boolean("false") == false));
    for (const auto* bad : {"", "1", "0", "yes", "on", "True", "TRUE"}) BOOST_TEST(!parse_boolean(bad), bad);
}

BOOST_AUTO_TEST_CASE(origins_are_written_as_browsers_send_them)
{
    for (const auto* good : {"*", "null", "https://app.example", "http://localhost:3000", "http://127.0.0.1:8080",
                             "https://xn--bcher-kva.example", "http://[::1]:3000", "https://[2001:db8::1]",
                             "http://a.example:443", "https://a.example:80", "http://a_b:65535"})
        BOOST_TEST(is_origin(good), good);
    for (const auto* bad : {"",
                            "app.example",
                            "https://",
                            "https://app.example/",
                            "https://App.example",
                            "HTTPS://app.example",
                            "https://app.example:443",
                            "http://app.example:80",
                            "https://app.example:",
                            "https://app.example:080",
                            "https://app.example:99999",
                            "https://app.example:x",
                            "https://*.example",
                            "https://user@app.example",
                            "https://app.example?x",
                            "https://b\xc3\xbc"
                            "cher.example",
                            "ftp://app.example",
                            "file://",
                            "https://[::1",
                            "https://::1",
                            "https://[0:0:0:0:0:0:0:1]",
                            "https://[x]",
                            "https://a b",
                            "https://a\r\nb",
                            "NULL",
                            "**",
                            "https:app.example"})
        BOOST_TEST(!is_origin(bad), bad);
}

BOOST_AUTO_TEST_CASE(field_names_are_tokens)
{
    for (const auto* good : {"Content-Type", "x-access-token", "DNT", "a1!"}) BOOST_TEST(is_field_name(good), good);
    for (const auto* bad : {"", "a b", "a:", "a\r\n", "\"a\"", "(a)", "\xe4"}) BOOST_TEST(!is_field_name(bad), bad);
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_found_by_single_letter_mistakes)
{
    const std::vector<std::string> known{"serve", "--listen", "server.threads", "log.level"};
    BOOST_TEST(nearest("serv", known) == "serve");
    BOOST_TEST(nearest("sevre", known) == "serve"); // swapped neighbours are one mistake
    BOOST_TEST(nearest("SERVE", known) == "serve");
    BOOST_TEST(nearest("--lisetn", known) == "--listen");
    BOOST_TEST(nearest("server.treads", known) == "server.threads");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_not_near_to_any_is_left_alone)
{
    const std::vector<std::string> known{"serve", "config"};
    BOOST_TEST(nearest("", known).empty());
    BOOST_TEST(nearest("database", known).empty());
    BOOST_TEST(nearest(std::string(1'000'000, 's'), known).empty());
    BOOST_TEST(nearest("serve", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
