#include "crypto/access_token_claims.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace watchword::crypto {
namespace {

namespace json = boost::json;
using core::json_string;

constexpr std::size_t longest_name = 1024, longest_id = 128, longest_scope = 1024;
constexpr std::size_t most_roles = 32, longest_role = 64;
constexpr std::size_t most_methods = 8, longest_method = 32;

bool is_plain(std::string_view text) noexcept
{
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return std::none_of(text.begin(), text.end(), is_control) && core::is_utf8(text);
}

bool is_name(std::string_view text, std::size_t longest) noexcept
{
    return !text.empty() && text.size() <= longest && is_plain(text);
}

bool are_names(const std::vector<std::string>& all, std::size_t most, std::size_t longest) noexcept
{
    return all.size() <= most &&
           std::all_of(all.begin(), all.end(), [longest](std::string_view one) { return is_name(one, longest); });
}

// RFC 6749 section 3.3: no quotation mark, no backslash, one space between two tokens.
bool is_scope(std::string_view text) noexcept
{
    if (text.empty()) return true;
    const auto is_allowed = [](char c) { return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; };
    return text.size() <= longest_scope && text.front() != ' ' && text.back() != ' ' && text.find("  ") == text.npos &&
           std::all_of(text.begin(), text.end(), is_allowed);
}

std::int64_t seconds(core::timestamp t)
{
    return t.time_since_epoch().count();
}

json::array to_json(const std::vector<std::string>& all)
{
    json::array out;
    out.reserve(all.size());
    for (const auto& one : all) out.emplace_back(json_string(one));
    return out;
}

std::optional<std::string> read_text(const json::value* value)
{
    if (!value || !value->is_string()) return std::nullopt;
    return std::string(core::view(value->get_string()));
}

std::optional<std::vector<std::string>> read_texts(const json::value* value)
{
    if (!value) return std::vector<std::string>();
    if (!value->is_array()) return std::nullopt;
    std::vector<std::string> out;
    for (const auto& one : value->get_array()) {
        auto text = read_text(&one);
        if (!text) return std::nullopt;
        out.push_back(std::move(*text));
    }
    return out;
}

std::optional<std::uint64_t> read_count(const json::value* value)
{
    if (!value) return std::nullopt;
    if (value->is_uint64()) return value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    return std::nullopt;
}

// Takes what was read, if it was; false once something was not.
class reading {
public:
    template <class T> void take(std::optional<T> from, T& to)
    {
        good_ = good_ && from;
        if (from) to = std::move(*from);
    }
    void take(std::optional<double> date, core::timestamp& to, core::timestamp (*round)(double))
    {
        good_ = good_ && date;
        if (date) to = round(*date);
    }
    bool good() const noexcept { return good_; }

private:
    bool good_ = true;
};

} // namespace

bool are_within_limits(const access_token_claims& c) noexcept
{
    return is_name(c.issuer, longest_name) && is_name(c.subject, longest_name) && is_name(c.audience, longest_name) &&
           is_name(c.id, longest_id) && is_name(c.session_id, longest_id) && is_scope(c.scope) &&
           are_names(c.roles, most_roles, longest_role) && are_names(c.methods, most_methods, longest_method);
}

std::string write_claims(const access_token_claims& c)
{
    json::object out;
    out.reserve(13);
    out["iss"] = json_string(c.issuer);
    out["sub"] = json_string(c.subject);
    out["aud"] = json_string(c.audience);
    out["exp"] = seconds(c.expires);
    out["nbf"] = seconds(c.not_before);
    out["iat"] = seconds(c.issued);
    out["jti"] = json_string(c.id);
    out["sid"] = json_string(c.session_id);
    out["auth_time"] = seconds(c.authenticated);
    out["gen"] = c.generation;
    if (!c.scope.empty()) out["scope"] = json_string(c.scope);
    if (!c.roles.empty()) out["roles"] = to_json(c.roles);
    if (!c.methods.empty()) out["amr"] = to_json(c.methods);
    return json::serialize(out);
}

std::optional<access_token_claims> read_claims(const json::object& in, const std::string& audience)
{
    access_token_claims out;
    out.audience = audience;
    reading r;
    r.take(read_text(in.if_contains("iss")), out.issuer);
    r.take(read_text(in.if_contains("sub")), out.subject);
    r.take(read_text(in.if_contains("jti")), out.id);
    r.take(read_text(in.if_contains("sid")), out.session_id);
    r.take(numeric_date(in.if_contains("exp")), out.expires, round_up);
    r.take(numeric_date(in.if_contains("nbf")), out.not_before, round_down);
    r.take(numeric_date(in.if_contains("iat")), out.issued, round_down);
    r.take(numeric_date(in.if_contains("auth_time")), out.authenticated, round_down);
    r.take(read_count(in.if_contains("gen")), out.generation);
    if (const auto* const scope = in.if_contains("scope")) r.take(read_text(scope), out.scope);
    r.take(read_texts(in.if_contains("roles")), out.roles);
    r.take(read_texts(in.if_contains("amr")), out.methods);
    if (!r.good()) return std::nullopt;
    return out;
}

} // namespace watchword::crypto
