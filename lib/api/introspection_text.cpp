#include "api/introspection_text.hpp"

#include "api/json_text.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace watchword::api {
namespace {

constexpr std::size_t usual_size = 768; // more than nearly all of them have

void append_given(std::string& out, std::string_view before, std::string_view text)
{
    if (!text.empty()) append_json_string(out, before, text);
}

void append_username(std::string& out, const std::optional<std::string>& email)
{
    if (email) append_json_string(out, ",\"username\":", *email);
}

void append_time(std::string& out, std::string_view before, core::timestamp t)
{
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), t.time_since_epoch().count()).ptr;
    out.append(before).append(digits.data(), end);
}

void append_time(std::string& out, std::string_view before, core::precise_timestamp t)
{
    append_time(out, before, std::chrono::floor<std::chrono::seconds>(t));
}

void append_list(std::string& out, std::string_view before, const std::vector<std::string>& all)
{
    if (all.empty()) return;
    std::string_view separator = "[";
    out.append(before);
    for (const auto& each : all) {
        append_json_string(out, separator, each);
        separator = ",";
    }
    out.push_back(']');
}

} // namespace

std::string introspection_text(const accounts::bearer_identity& who, std::string_view issuer, std::string_view audience)
{
    std::string out;
    out.reserve(usual_size);
    out.append("{\"active\":true,\"token_type\":\"Bearer\"");
    append_given(out, ",\"scope\":", who.scope);
    append_username(out, who.email);
    append_time(out, ",\"exp\":", who.expires);
    append_time(out, ",\"iat\":", who.issued);
    append_time(out, ",\"nbf\":", who.not_before);
    append_json_string(out, ",\"sub\":", who.public_id);
    append_json_string(out, ",\"aud\":", audience);
    append_json_string(out, ",\"iss\":", issuer);
    append_json_string(out, ",\"jti\":", who.id);
    append_json_string(out, ",\"sid\":", who.session_id);
    append_list(out, ",\"roles\":", who.roles);
    append_list(out, ",\"amr\":", who.methods);
    append_time(out, ",\"auth_time\":", who.authenticated);
    out.append("}\n");
    return out;
}

std::string introspection_text(const accounts::sessions::live_session& s, std::string_view issuer)
{
    std::string out;
    out.reserve(usual_size);
    out.append("{\"active\":true,\"token_type\":\"refresh_token\"");
    append_given(out, ",\"scope\":", s.session.scope);
    append_username(out, s.user.email);
    append_time(out, ",\"exp\":", s.session.expires);
    append_json_string(out, ",\"sub\":", s.user.public_id);
    append_json_string(out, ",\"iss\":", issuer);
    append_json_string(out, ",\"sid\":", s.session.id);
    if (!s.session.amr.empty()) append_json_words(out, ",\"amr\":", s.session.amr);
    append_time(out, ",\"auth_time\":", s.session.auth_time);
    out.append("}\n");
    return out;
}

} // namespace watchword::api
