#include "http/forms.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::string_literals;
using core::errc;
using fields = std::vector<std::pair<std::string, std::string>>;
using http::parse_multipart;
using http::parse_urlencoded;

fields copied(const http::form& form)
{
    return {form.fields().begin(), form.fields().end()};
}

fields urlencoded(std::string_view body)
{
    const auto form = parse_urlencoded(body).value();
    return copied(form);
}

constexpr std::string_view boundary = "XbOuNdX";

std::string part(std::string_view header, std::string_view value)
{
    std::string text = "--XbOuNdX\r\n";
    return text.append(header).append("\r\n\r\n").append(value).append("\r\n");
}
std::string field(std::string_view name, std::string_view value)
{
    return part("Content-Disposition: form-data; name=\"" + std::string(name) + "\"", value);
}
const std::string end = "--XbOuNdX--\r\n";

fields multipart(std::string_view body, std::string_view b = boundary)
{
    const auto form = parse_multipart(body, b);
    BOOST_REQUIRE_MESSAGE(form.has_value(), "refused: " << body.substr(0, 300));
    return copied(*form);
}
void refuse(std::string_view body, errc why = errc::invalid_input, const http::form_limits& limits = {})
{
    const auto form = parse_multipart(body, boundary, limits);
    BOOST_TEST((form.has_error() && form.error() == why), "read: " << body.substr(0, 300));
}

} // namespace

BOOST_AUTO_TEST_SUITE(urlencoded_forms)

BOOST_AUTO_TEST_CASE(names_and_values_are_decoded)
{
    BOOST_TEST((urlencoded("a=1&b=2") == fields{{"a", "1"}, {"b", "2"}}));
    BOOST_TEST((urlencoded("a+b=c+d%2B") == fields{{"a b", "c d+"}}));
    BOOST_TEST((urlencoded("%65mail=a%40b.test") == fields{{"email", "a@b.test"}}));
    BOOST_TEST((urlencoded("email=a@b.test") == fields{{"email", "a@b.test"}}));
    BOOST_TEST((urlencoded("a=%26%3d%25") == fields{{"a", "&=%"}}));
}

BOOST_AUTO_TEST_CASE(a_percent_sign_that_starts_no_escape_stays)
{
    BOOST_TEST((urlencoded("a=100%&b=%zz&c=%4") == fields{{"a", "100%"}, {"b", "%zz"}, {"c", "%4"}}));
}

BOOST_AUTO_TEST_CASE(only_the_first_equals_sign_separates)
{
    BOOST_TEST((urlencoded("a=b=c") == fields{{"a", "b=c"}}));
    BOOST_TEST((urlencoded("a==") == fields{{"a", "="}}));
    BOOST_TEST((urlencoded("=x") == fields{{"", "x"}}));
}

BOOST_AUTO_TEST_CASE(names_and_values_outlive_the_body_and_a_move)
{
    std::string body = "a+longer+name+than+fits+in+a+small+string=%41&b=2";
    auto form = parse_urlencoded(body).value();
    body.assign(body.size(), 'x');
    const auto moved = std::move(form);
    BOOST_TEST((copied(moved) == fields{{"a longer name than fits in a small string", "A"}, {"b", "2"}}));
}

BOOST_AUTO_TEST_CASE(a_name_alone_has_an_empty_value)
{
    BOOST_TEST((urlencoded("a&b=") == fields{{"a", ""}, {"b", ""}}));
}

BOOST_AUTO_TEST_CASE(empty_pairs_are_skipped)
{
    BOOST_TEST((urlencoded("&&a=1&&&b=2&") == fields{{"a", "1"}, {"b", "2"}}));
    BOOST_TEST(urlencoded("").empty());
    BOOST_TEST(urlencoded("&").empty());
}

BOOST_AUTO_TEST_CASE(a_semicolon_does_not_separate)
{
    BOOST_TEST((urlencoded("a=1;b=2") == fields{{"a", "1;b=2"}}));
}

BOOST_AUTO_TEST_CASE(bytes_are_kept_as_they_are)
{
    BOOST_TEST((urlencoded("a=x%00y&b=%ff\xfe&c=\xc3\xa9&d=z\r\n") ==
                fields{{"a", "x\0y"s}, {"b", "\xff\xfe"}, {"c", "\xc3\xa9"}, {"d", "z\r\n"}}));
}

BOOST_AUTO_TEST_CASE(the_first_of_equal_fields_counts)
{
    const auto form = parse_urlencoded("a=1&b=2&a=3").value();
    BOOST_TEST(*form.get("a") == "1");
    BOOST_TEST(form.fields().size() == 3);
    BOOST_TEST(!form.get("A"));
    BOOST_TEST(!form.get(""));
}

BOOST_AUTO_TEST_CASE(the_number_of_fields_is_limited)
{
    std::string body;
    for (int i = 0; i < 1000; ++i) body += "a=b&";
    BOOST_TEST(urlencoded(body).size() == 1000u);
    BOOST_TEST((parse_urlencoded(body + "a").error() == errc::too_large));
    BOOST_TEST((parse_urlencoded("a&b", {.fields = 1}).error() == errc::too_large));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(multipart_forms)

BOOST_AUTO_TEST_CASE(fields_come_in_the_order_sent)
{
    BOOST_TEST((multipart(field("b", "1") + field("a", "") + field("b", "2") + end) ==
                fields{{"b", "1"}, {"a", ""}, {"b", "2"}}));
    const auto body = field("b", "1") + field("b", "2") + end;
    const auto form = parse_multipart(body, boundary);
    BOOST_TEST(*form->get("b") == "1");
    BOOST_TEST((form->get("b")->data() > body.data() && form->get("b")->data() < body.data() + body.size())); // no copy
}

BOOST_AUTO_TEST_CASE(names_outlive_a_move)
{
    const auto body = field("a", "1") + field("a longer name than fits in a small string", "2") + end;
    auto form = parse_multipart(body, boundary).value();
    const auto moved = std::move(form);
    BOOST_TEST((copied(moved) == fields{{"a", "1"}, {"a longer name than fits in a small string", "2"}}));
}

BOOST_AUTO_TEST_CASE(values_are_literal_bytes)
{
    const auto value = "a+b%41&=\0\xff\n\r\r\n\r\n--XbOuNd\r\n--XbOuNdXX\r\n--XbOuNdX-\r\n --XbOuNdX--\r\n--"s;
    BOOST_TEST((multipart(field("a", value) + end) == fields{{"a", value}}));
    BOOST_TEST((multipart(field("a", "x--XbOuNdX--") + end) == fields{{"a", "x--XbOuNdX--"}}));
    BOOST_TEST((multipart(field("a", "\r\n") + end) == fields{{"a", "\r\n"}}));
}

BOOST_AUTO_TEST_CASE(a_form_may_have_no_parts)
{
    BOOST_TEST(multipart(end).empty());
    BOOST_TEST(multipart("--XbOuNdX--").empty());
    BOOST_TEST(multipart("preamble\r\n--XbOuNdX--").empty());
}

BOOST_AUTO_TEST_CASE(text_around_the_parts_is_skipped)
{
    const fields one{{"a", "1"}};
    BOOST_TEST((multipart("\r\n" + field("a", "1") + end) == one));
    BOOST_TEST((multipart("hello\r\n--XbOuNd\r\nworld\r\n" + field("a", "1") + end) == one));
    BOOST_TEST((multipart("--XbOuNdXjunk\r\n" + field("a", "1") + end) == one));
    BOOST_TEST((multipart(field("a", "1") + end + "epilogue" + field("b", "2") + end) == one));
    BOOST_TEST((multipart(field("a", "1") + "--XbOuNdX--") == one)); // no CRLF at the end
}

BOOST_AUTO_TEST_CASE(blanks_after_a_delimiter_belong_to_it)
{
    BOOST_TEST((multipart("--XbOuNdX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XbOuNdX--  \r\n") ==
                fields{{"a", "1"}}));
}

BOOST_AUTO_TEST_CASE(without_its_closing_delimiter_the_whole_form_is_refused)
{
    const auto whole = field("a", "1") + field("b", "2") + "--XbOuNdX--";
    for (std::size_t size = 0; size < whole.size(); ++size) refuse(std::string_view(whole).substr(0, size));
    BOOST_TEST(multipart(whole).size() == 2);
    refuse(field("a", "1") + "--XbOuNdX--junk");
    refuse("--other\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--other--\r\n");
}

BOOST_AUTO_TEST_CASE(line_ends_are_crlf_and_nothing_else)
{
    refuse("--XbOuNdX\nContent-Disposition: form-data; name=\"a\"\n\n1\n--XbOuNdX--\n");
    refuse("--XbOuNdX\rContent-Disposition: form-data; name=\"a\"\r\r1\r--XbOuNdX--\r");
    refuse("--XbOuNdX\r\nContent-Disposition: form-data; name=\"a\"\n\n1\r\n--XbOuNdX--\r\n");
    refuse("--XbOuNdX\r\nContent-Disposition: form-data; name=\"a\"\n\r\n\r\n1\r\n--XbOuNdX--\r\n");
}

BOOST_AUTO_TEST_CASE(header_names_are_case_insensitive_and_in_any_order)
{
    const auto p = part("x-other: 1\r\nCONTENT-TYPE: text/plain\r\ncontent-disposition:FORM-DATA ;NAME=a", "1");
    BOOST_TEST((multipart(p + end) == fields{{"a", "1"}}));
}

BOOST_AUTO_TEST_CASE(names_may_be_quoted_or_not)
{
    const auto name_of = [](const std::string& parameter) {
        return multipart(part("Content-Disposition: form-data; " + parameter, "1") + end).at(0).first;
    };
    BOOST_TEST(name_of("name=email") == "email");
    BOOST_TEST(name_of("name=\"e;m a=il\"") == "e;m a=il");
    BOOST_TEST(name_of("name=\"e\\\"mail\"") == "e\"mail");
    BOOST_TEST(name_of("name=\"%65mail\"") == "%65mail"); // not decoded
    BOOST_TEST(name_of("name=\"\"") == "");
}

BOOST_AUTO_TEST_CASE(a_part_that_names_no_field_is_refused)
{
    for (const auto* header :
         {"Content-Type: text/plain", "Content-Disposition: form-data", "Content-Disposition: attachment; name=a",
          "Content-Disposition: form-data; name*=UTF-8''a", "Content-Disposition: form-data; name=\"a",
          "Content-Disposition: form-data; name=a; name=b", "Content-Disposition: form-data; name=a b",
          "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
          "Content-Disposition: form-data;\r\n name=a", "Content-Disposition form-data; name=a",
          "Content-Disposition : form-data; name=a", "Content-Disposition: form-data; name=a\r\nno-colon",
          "Content-Disposition: form-data; name=a\r\n: x", "Content-Disposition: form-data; name=a\r\nb\xc3\xa9: x",
          "Content-Disposition: form-data; name=a\r\nb: \rx", "Content-Disposition: form-data; name=a\r\nb: \nx"})
        refuse(part(header, "1") + end);
    refuse(part("Content-Disposition: form-data; name=\"a\0\""s, "1") + end);
    refuse("--XbOuNdX\r\n\r\n1\r\n" + end);
    refuse("--XbOuNdX\r\n--XbOuNdX--");
}

BOOST_AUTO_TEST_CASE(files_are_left_out)
{
    const auto file = [](const std::string& parameter, const std::string& more = "") {
        return part("Content-Disposition: form-data; name=\"email\"; " + parameter + more, "x");
    };
    const auto body = file("filename=\"a.png\"") + file("filename=\"\"") + file("filename*=UTF-8''a") +
                      file("filename=\"C:\\dir\\x\"") + field("email", "1") + end;
    BOOST_TEST((multipart(body) == fields{{"email", "1"}}));
    const auto odd = file("filename=a", "\r\nContent-Type: text/plain; charset=utf-16") +
                     file("filename=b", "\r\nContent-Type: multipart/mixed; boundary=in") +
                     file("filename=c", "\r\nContent-Transfer-Encoding: base64");
    BOOST_TEST(multipart(odd + end).empty());
}

BOOST_AUTO_TEST_CASE(a_field_is_plain_text_in_utf8)
{
    const auto typed = [](const std::string& header) {
        return part("Content-Disposition: form-data; name=a\r\n" + header, "1") + end;
    };
    for (const auto* header :
         {"Content-Type: text/plain", "Content-Type: text/plain; charset=UTF-8",
          "Content-Type: text/plain;charset=utf8", "Content-Type: text/plain; charset=\"us-ascii\"",
          "Content-Type: application/json", "Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: BINARY"})
        BOOST_TEST((multipart(typed(header)) == fields{{"a", "1"}}), header);
    for (const auto* header :
         {"Content-Type: text/plain; charset=iso-8859-1", "Content-Type: text/plain; charset=utf-7",
          "Content-Type: text/plain; charset=", "Content-Type: text/plain; charset=utf-8; charset=utf-7",
          "Content-Type: multipart/mixed; boundary=in", "Content-Type: nonsense", "Content-Transfer-Encoding: base64",
          "Content-Transfer-Encoding: quoted-printable"})
        refuse(typed(header));
}

BOOST_AUTO_TEST_CASE(a_boundary_has_1_to_70_characters_of_the_legal_ones)
{
    const auto with = [](const std::string& b) {
        return parse_multipart("--" + b + "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--" + b + "--", b)
            .has_value();
    };
    for (const auto& b : {"a"s, "'()+_,-./:=?"s, "a b"s, "-"s, "--"s, std::string(70, 'x')}) BOOST_TEST(with(b), b);
    for (const auto& b : {""s, std::string(71, 'x'), "a "s, " "s, "a\r\nb"s, "a\"b"s, "a;b"s, "a\0b"s, "\xc3\xa9"s})
        BOOST_TEST(!with(b), b);
}

BOOST_AUTO_TEST_CASE(the_number_of_parts_is_limited_files_too)
{
    std::string body;
    for (int i = 0; i < 999; ++i) body += field("a", "1");
    body += part("Content-Disposition: form-data; name=a; filename=f", "");
    BOOST_TEST(multipart(body + end).size() == 999);
    refuse(body + field("a", "1") + end, errc::too_large);
    refuse(field("a", "1") + field("b", "1") + end, errc::too_large, {.fields = 1});
}

BOOST_AUTO_TEST_CASE(the_header_of_a_part_is_limited)
{
    const std::string header = "Content-Disposition: form-data; name=a\r\nx: ";
    const auto with = [&](std::size_t size) {
        return part(header + std::string(size - header.size() - 2, 'y'), "1") + end;
    };
    BOOST_TEST(multipart(with(8192)).size() == 1);
    refuse(with(8193), errc::too_large);
    refuse(with(100'000), errc::too_large);
    std::string many = "Content-Disposition: form-data; name=a";
    for (int i = 0; i < 5000; ++i) many += "\r\nx:";
    refuse(part(many, "1") + end, errc::too_large);
}

BOOST_AUTO_TEST_SUITE_END()
