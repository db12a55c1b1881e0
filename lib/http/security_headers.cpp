#include "http/security_headers.hpp"

#include "core/text.hpp"

#include <array>

namespace watchword::http {
namespace {

constexpr std::string_view for_data = "X-Content-Type-Options: nosniff\r\n";
constexpr std::string_view for_pages = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                                       "Referrer-Policy: no-referrer\r\n"
                                       "X-Frame-Options: DENY\r\n";

constexpr std::array<std::string_view, 5> names{"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy",
                                                "X-Frame-Options", "Strict-Transport-Security"};

bool is_page(std::string_view content_type) noexcept
{
    if (content_type.ends_with("json")) return false;
    for (const std::string_view type : {"text/html", "application/xhtml", "image/svg", "text/xml", "application/xml"})
        if (core::iequals(content_type.substr(0, type.size()), type)) return true;
    return false;
}

} // namespace

security_lines::security_lines(bool tls, std::chrono::seconds hsts) : data_(for_data)
{
    if (tls && hsts.count() > 0)
        data_ += "Strict-Transport-Security: max-age=" + std::to_string(hsts.count()) + "; includeSubDomains\r\n";
    page_ = data_;
    page_ += for_pages;
}

std::string_view security_lines::of(const response& r) const noexcept
{
    return is_page(r.content_type()) ? page_ : data_;
}

bool is_security_field(std::string_view name) noexcept
{
    for (const auto each : names)
        if (core::iequals(name, each)) return true;
    return false;
}

void append_security_lines(std::string& out, std::string_view lines, const response& r)
{
    if (!r.has_security_fields()) {
        out.append(lines);
        return;
    }
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n') + 1);
        if (!r.has(line.substr(0, line.find(':')))) out.append(line);
        lines.remove_prefix(line.size());
    }
}

} // namespace watchword::http
