#include "accounts/user_file.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::accounts;

// LINE:FIELDS of each record, or LINE!PROBLEM.
std::string read_all(const std::string& text, file_format format)
{
    std::istringstream in(text);
    user_file file(in, format);
    std::string all;
    for (auto r = file.next(); r; r = file.next())
        all += std::to_string(r->line) +
               (r->problem.empty() ? ":" + boost::json::serialize(r->fields) : "!" + r->problem) + "\n";
    return all;
}

std::string refusal(const std::string& csv)
{
    try {
        return read_all(csv, file_format::csv);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_files)

BOOST_AUTO_TEST_CASE(csv_tells_nothing_from_an_empty_text)
{
    BOOST_TEST(read_all("a,b\n1,\n\"\",2\n", file_format::csv) ==
               "2:{\"a\":\"1\",\"b\":null}\n3:{\"a\":\"\",\"b\":\"2\"}\n");
    BOOST_TEST(read_all("a,b\n1\n1,2,3\n1,\xff\n\"x\n1,2\n", file_format::csv) ==
               "2!it has 1 fields, the first line 2\n3!it has 3 fields, the first line 2\n"
               "4!its field 2 is not UTF-8\n5!it is not CSV\n");
    BOOST_TEST(read_all("a\n" + std::string(longest_record + 1, 'x') + "\ny\n", file_format::csv) ==
               "2!it is longer than 1 MiB or has more than 1000 fields\n3:{\"a\":\"y\"}\n");
}

BOOST_AUTO_TEST_CASE(csv_must_name_its_columns)
{
    BOOST_TEST(refusal("").find("the file is empty") == 0u);
    BOOST_TEST(refusal("\"a").find("the first line is not CSV") == 0u);
    for (const std::string bad : {"a,a\n", "a,,b\n", "\xff\n"})
        BOOST_TEST(refusal(bad).find("the first line must name the columns") == 0u, bad);
}

BOOST_AUTO_TEST_CASE(json_lines_are_objects)
{
    BOOST_TEST(read_all("{\"a\":1}\n\n \r\n{}\r\n[]\n{\n{\"a\":1,\"a\":2}\n{\"b\":null}", file_format::json_lines) ==
               "1:{\"a\":1}\n4:{}\n5!it is not a JSON object\n6!it is not strict JSON in UTF-8\n"
               "7!it is not strict JSON in UTF-8\n8:{\"b\":null}\n");
    BOOST_TEST(read_all("\xEF\xBB\xBF{}\n", file_format::json_lines) == "1:{}\n");
    const std::string longest = "{\"a\":\"" + std::string(longest_record - 8, 'x') + "\"}";
    BOOST_TEST(read_all(longest + "\n{}", file_format::json_lines) == "1:" + longest + "\n2:{}\n");
    BOOST_TEST(read_all(" " + longest + "\n{}", file_format::json_lines) ==
               "1!it is longer than 1 MiB or has more than 1000 fields\n2:{}\n");
}

BOOST_AUTO_TEST_CASE(json_is_an_array_of_objects)
{
    BOOST_TEST(read_all("[{\"a\":1},\n5,\n{\"b\":}]", file_format::json) ==
               "1:{\"a\":1}\n2!it is not a JSON object\n3!it is not strict JSON in UTF-8\n");
    BOOST_TEST(read_all("{\"x\":[{}],\"users\":[{\"a\":1}]}", file_format::json) == "1:{\"a\":1}\n");
    BOOST_TEST(read_all("{}", file_format::json).find("0!the file is no JSON array of users") == 0u);
}

BOOST_AUTO_TEST_CASE(formats_have_names)
{
    BOOST_TEST((find_file_format("CSV") == file_format::csv));
    BOOST_TEST((find_file_format("ndjson") == file_format::json_lines));
    BOOST_TEST((find_file_format("json") == file_format::json));
    BOOST_TEST(!find_file_format("xlsx").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
