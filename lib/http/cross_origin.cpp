#include "http/cross_origin.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::http {
namespace {

bool is_own(std::string_view origin, const request& q) noexcept
{
    const auto names_host_after = [&](std::string_view scheme) {
        return origin.starts_with(scheme) && core::iequals(origin.substr(scheme.size()), q.header("Host"));
    };
    return names_host_after("https://") || (!q.secure && names_host_after("http://"));
}

} // namespace

bool is_cross_origin(const request& q, const std::vector<std::string>& trusted) noexcept
{
    const auto origin = q.header("Origin"), site = q.header("Sec-Fetch-Site");
    if (std::find(trusted.begin(), trusted.end(), origin) != trusted.end()) return false;
    if (!site.empty()) return site != "same-origin" && site != "none";
    return !origin.empty() && !is_own(origin, q);
}

} // namespace watchword::http
