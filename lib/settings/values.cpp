#include "settings/values.hpp"

#include "core/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace watchword::settings {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};
// Smallest first.
constexpr std::array<unit, 5> time_units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<unit, 3> size_units{{{"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30}}};

constexpr std::uint64_t largest = INT64_MAX;

template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<unit, N>& units,
                                             std::uint64_t factor_of_none) noexcept
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto name = text.substr(digits);
    auto factor = name.empty() ? factor_of_none : 0;
    for (const auto& u : units)
        if (u.name == name) factor = u.factor;
    const auto number = core::parse_unsigned(text.substr(0, digits));
    if (!number || factor == 0 || *number > largest / factor) return std::nullopt;
    return *number * factor;
}

template <std::size_t N> std::string format_with_unit(std::uint64_t value, const std::array<unit, N>& units)
{
    for (std::size_t i = N; i-- > 0;)
        if (value != 0 && value % units[i].factor == 0)
            return std::to_string(value / units[i].factor).append(units[i].name);
    return {};
}

// A name or IPv4 address in lower case, or an IPv6 address in brackets.
bool is_host(std::string_view host)
{
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        boost::system::error_code ec;
        const std::string address(host.substr(1, host.size() - 2));
        return boost::asio::ip::make_address_v6(address, ec).to_string() == address && !ec;
    }
    return !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") == host.npos;
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept
{
    const auto value = parse_with_unit(text, time_units, 1000);
    if (!value) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string format_duration(std::chrono::milliseconds value)
{
    if (value.count() == 0) return "0s";
    return format_with_unit(static_cast<std::uint64_t>(value.count()), time_units);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept
{
    return parse_with_unit(text, size_units, 1);
}

std::string format_bytes(std::uint64_t value)
{
    auto text = format_with_unit(value, size_units);
    return text.empty() ? std::to_string(value) : text;
}

std::optional<core::rate> parse_rate(std::string_view text) noexcept
{
    using std::chrono::seconds;
    if (text == "none" || text == "0") return core::rate();
    const auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    const auto count = core::parse_unsigned(text.substr(0, slash));
    const auto time = parse_duration(text.substr(slash + 1));
    if (!count || *count == 0 || !time) return std::nullopt;
    const auto period = std::chrono::duration_cast<seconds>(*time);
    if (period != *time || period < seconds(1) || period > std::chrono::days(1)) return std::nullopt;
    return core::rate{*count, period};
}

std::string format_rate(const core::rate& r)
{
    return r.is_limited() ? std::to_string(r.count) + "/" + format_duration(r.period) : "none";
}

std::optional<bool> parse_boolean(std::string_view text) noexcept
{
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

bool is_origin(std::string_view text)
{
    if (text == "*" || text == "null") return true;
    const bool secure = text.starts_with("https://");
    if (!secure && !text.starts_with("http://")) return false;
    text.remove_prefix(text.find("//") + 2);
    const auto colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
    if (colon != text.npos) {
        const auto digits = text.substr(colon + 1);
        const auto port = core::parse_unsigned(digits);
        if (!port || *port > 65535 || *port == (secure ? 443 : 80) || digits != std::to_string(*port)) return false;
    }
    return is_host(text.substr(0, colon));
}

bool is_field_name(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), core::is_token_character);
}

} // namespace watchword::settings
