#include "http/response_writer.hpp"

#include "http/security_headers.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace watchword::http {
namespace {

void append_number(std::string& out, std::size_t value, int base = 10)
{
    std::array<char, 20> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
    out.append(digits.data(), end);
}

// 204 has no body, and the length of a 304 would be that of the body it stands for (RFC 9110 section 8.6).
bool has_length(status s) noexcept
{
    return s != status::no_content && s != status::not_modified;
}

} // namespace

std::string_view date_line::at(core::timestamp now)
{
    if (now == second_) return text_;
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    std::array<char, 64> text;
    const int size =
        std::snprintf(text.data(), text.size(), "Date: %s, %02u %s %04d %02d:%02d:%02d GMT\r\n",
                      days[std::chrono::weekday(day).c_encoding()], unsigned(date.day()),
                      months[unsigned(date.month()) - 1], int(date.year()), static_cast<int>(time.hours().count()),
                      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    text_.assign(text.data(), static_cast<std::size_t>(size));
    second_ = now;
    return text_;
}

void append_head(std::string& out, const response& r, framing f, std::string_view date, std::string_view connection,
                 std::string_view security)
{
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(r.status()));
    out.append(" ").append(reason(r.status())).append("\r\n").append(date);
    if (!connection.empty()) out.append("Connection: ").append(connection).append("\r\n");
    if (!r.content_type().empty()) out.append("Content-Type: ").append(r.content_type()).append("\r\n");
    const bool has_body = r.status() != status::no_content; // or neither field may stand there (RFC 9110 section 8.6)
    if (has_body && f == framing::chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else if (has_body && f == framing::content_length && has_length(r.status())) {
        out.append("Content-Length: ");
        append_number(out, r.body().size());
        out.append("\r\n");
    }
    append_security_lines(out, security, r);
    out.append(r.literal_lines()).append(r.lines()).append("\r\n");
}

void append_chunk(std::string& out, std::string_view piece)
{
    append_number(out, piece.size(), 16);
    out.append("\r\n").append(piece).append("\r\n");
}

} // namespace watchword::http
