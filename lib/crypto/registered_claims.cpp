#include "crypto/registered_claims.hpp"

#include "core/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace watchword::crypto {
namespace {

namespace json = boost::json;
using core::view;

// Far enough for any use, and exact in every type that holds it.
constexpr double last_date = 253402300799.0; // 9999-12-31T23:59:59Z

bool is_text(const json::value* value, std::string_view text)
{
    return value && value->is_string() && view(value->get_string()) == text;
}

bool names(const json::value* audiences, std::string_view one)
{
    if (!audiences || !audiences->is_array()) return is_text(audiences, one);
    const auto& all = audiences->get_array();
    if (!std::all_of(all.begin(), all.end(), [](const json::value& v) { return v.is_string(); })) return false;
    return std::any_of(all.begin(), all.end(), [one](const json::value& v) { return is_text(&v, one); });
}

bool is_meant_for(const json::object& claims, const token_expectations& expected)
{
    const auto* const subject = claims.if_contains("sub");
    return is_text(claims.if_contains("iss"), expected.issuer) && names(claims.if_contains("aud"), expected.audience) &&
           subject && subject->is_string() && !subject->get_string().empty();
}

core::timestamp at(double whole_date)
{
    return core::timestamp(std::chrono::seconds(static_cast<std::int64_t>(std::clamp(whole_date, 0.0, last_date))));
}

} // namespace

std::optional<double> numeric_date(const json::value* v) noexcept
{
    if (!v) return std::nullopt;
    if (v->is_int64()) return static_cast<double>(v->get_int64());
    if (v->is_uint64()) return static_cast<double>(v->get_uint64());
    if (v->is_double()) return v->get_double();
    return std::nullopt;
}

bool is_past_or_absent(const json::object& claims, std::string_view name, double latest) noexcept
{
    const auto* const value = claims.if_contains({name.data(), name.size()});
    if (!value) return true;
    const auto date = numeric_date(value);
    return date && *date <= latest;
}

core::timestamp round_down(double date) noexcept
{
    return at(std::floor(date));
}

core::timestamp round_up(double date) noexcept
{
    return at(std::ceil(date));
}

core::error_code check_registered_claims(const json::object& claims, const token_expectations& expected,
                                         core::timestamp now)
{
    const auto seconds = static_cast<double>(now.time_since_epoch().count());
    const auto leeway = static_cast<double>(expected.leeway.count());
    const auto expires = numeric_date(claims.if_contains("exp"));
    if (!expires || !is_meant_for(claims, expected)) return core::errc::invalid_token;
    if (!is_past_or_absent(claims, "nbf", seconds + leeway) || !is_past_or_absent(claims, "iat", seconds + leeway))
        return core::errc::invalid_token;
    if (*expires + leeway <= seconds) return core::errc::expired_token;
    return {};
}

} // namespace watchword::crypto
