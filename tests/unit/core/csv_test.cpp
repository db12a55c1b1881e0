#include "core/csv.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::core;

// Records as [a|b] with quoted fields in <>, errors as their message, each with its line.
std::string read_all(const std::string& text, csv_limits limits = {})
{
    std::istringstream in(text);
    csv_reader reader(in, limits);
    std::string all;
    for (auto r = reader.next(); r; r = reader.next()) {
        all += std::to_string(reader.line());
        if (!*r) {
            all += r->error() == errc::too_large ? "!large " : "!bad ";
            continue;
        }
        all += '[';
        for (const auto& f : r->value()) all += f.quoted ? "<" + f.text + ">|" : f.text + "|";
        all.back() = ']';
        all += ' ';
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(csv)

BOOST_AUTO_TEST_CASE(records_are_read_as_rfc_4180_has_them)
{
    BOOST_TEST(read_all("") == "");
    BOOST_TEST(read_all("a,b\r\nc,d\r\n") == "1[a|b] 2[c|d] ");
    BOOST_TEST(read_all("a,b\nc,d") == "1[a|b] 2[c|d] ");
    BOOST_TEST(read_all(",\n,,") == "1[|] 2[||] ");
    BOOST_TEST(read_all("\"a\"\"b\",\"\",\n") == "1[<a\"b>|<>|] ");
    BOOST_TEST(read_all("\"a,\r\nb\"\nc\n") == "1[<a,\r\nb>] 3[c] ");
    BOOST_TEST(read_all(" a , b ") == "1[ a | b ] ");
    BOOST_TEST(read_all(std::string("a\0b,\xff\n", 6)) == std::string("1[a\0b|\xff] ", 9));
}

BOOST_AUTO_TEST_CASE(empty_lines_and_a_byte_order_mark_are_passed_over)
{
    BOOST_TEST(read_all("\n\r\na\n\n\nb\n\n") == "3[a] 6[b] ");
    BOOST_TEST(read_all("\"\"\n") == "1[<>] ");
    BOOST_TEST(read_all("\xEF\xBB\xBF\"a\",b\n") == "1[<a>|b] ");
    BOOST_TEST(read_all("\xEF\xBB\n") == "1!bad ");
    BOOST_TEST(read_all("\xEF") == "1!bad ");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_costs_one_record)
{
    BOOST_TEST(read_all("a\"b\nc\n") == "1!bad 2[c] ");
    BOOST_TEST(read_all("\"a\"b,c\nd\n") == "1!bad 2[d] ");
    BOOST_TEST(read_all("\"a\"\"b\"c\nd\n") == "1!bad 2[d] ");
    BOOST_TEST(read_all("a\rb\nc\n") == "1!bad 2[c] ");
    BOOST_TEST(read_all("\"a\"\rb\nc\n") == "1!bad 2[c] ");
    BOOST_TEST(read_all("a\n\"b\nc\n") == "1[a] 2!bad ");
}

BOOST_AUTO_TEST_CASE(records_are_bounded)
{
    const csv_limits limits{10, 3};
    BOOST_TEST(read_all("0123456789\na\n", limits) == "1[0123456789] 2[a] ");
    BOOST_TEST(read_all("01234567890\na\n", limits) == "1!large 2[a] ");
    BOOST_TEST(read_all("012345,67890\na\n", limits) == "1!large 2[a] ");
    BOOST_TEST(read_all("\"01234\n67890\"\na\n", limits) == "1!large 3[a] ");
    BOOST_TEST(read_all("1,2,3\na\n", limits) == "1[1|2|3] 2[a] ");
    BOOST_TEST(read_all("1,2,3,4\na\n", limits) == "1!large 2[a] ");
}

BOOST_AUTO_TEST_CASE(any_text_is_read_as_it_was_written)
{
    for (const std::string text :
         {"", "a", " a ", "a,b", "a\"b", "\"", "\"\"", "a\nb", "a\r", "\r\n", "\xEF\xBB\xBF", "příklad"})
        for (const bool first : {true, false}) {
            std::istringstream in(first ? csv_text(text) + ",x\n" : "x," + csv_text(text));
            csv_reader reader(in);
            const auto record = reader.next();
            BOOST_TEST_REQUIRE((record && *record));
            BOOST_TEST(record->value().at(first ? 0 : 1).text == text);
            BOOST_TEST(!reader.next().has_value());
        }
    BOOST_TEST(csv_text("plain") == "plain");
}

BOOST_AUTO_TEST_SUITE_END()
