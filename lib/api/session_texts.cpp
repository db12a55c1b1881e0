#include "api/session_texts.hpp"

#include "api/json_text.hpp"
#include "api/time_text.hpp"

#include <optional>

namespace watchword::api {
namespace {

void append_text_or_null(std::string& out, std::string_view before, const std::optional<std::string>& text)
{
    if (text) return append_json_string(out, before, *text);
    out.append(before).append("null");
}

void append_time(std::string& out, std::string_view before, core::precise_timestamp t)
{
    append_json_string(out, before, time_text(std::chrono::floor<std::chrono::seconds>(t)));
}

void append_expiry(std::string& out, const accounts::bearer_tokens::issued& token)
{
    out.append("\"expires_in\":").append(std::to_string(token.expires_in.count()));
    append_json_string(out, ",\"expires_at\":", time_text(token.expires));
}

void append_user(std::string& out, const accounts::session_user& user)
{
    append_json_string(out, "\"user\":{\"id\":", user.public_id);
    append_text_or_null(out, ",\"email\":", user.email);
    append_text_or_null(out, ",\"name\":", user.name);
    out.append("}");
}

void append_session(std::string& out, const accounts::session_info& s, bool is_current)
{
    append_json_string(out, "{\"id\":", s.id);
    out.append(is_current ? ",\"current\":true" : ",\"current\":false");
    append_json_string(out, ",\"device\":", s.device);
    append_json_string(out, ",\"address\":", s.address);
    append_time(out, ",\"created\":", s.created);
    append_time(out, ",\"last_used\":", s.last_used);
    append_time(out, ",\"expires\":", s.expires);
    append_json_words(out, ",\"amr\":", s.amr);
    out.append("}");
}

} // namespace

std::string grant_text(const accounts::session_grant& g, const accounts::bearer_tokens::issued& token)
{
    std::string out;
    append_json_string(out, "{\"access_token\":", token.text);
    out.append(",\"token_type\":\"Bearer\",");
    append_expiry(out, token);
    append_json_string(out, ",\"refresh_token\":", g.refresh_token.view());
    out.append(",");
    append_user(out, g.user);
    out.append("}\n");
    return out;
}

std::string cookie_grant_text(const accounts::session_grant& g, const accounts::bearer_tokens::issued& token,
                              std::string_view csrf_token)
{
    std::string out = "{";
    append_expiry(out, token);
    append_json_string(out, ",\"csrf_token\":", csrf_token);
    out.append(",");
    append_user(out, g.user);
    out.append("}\n");
    return out;
}

std::string list_text(const std::vector<accounts::session_info>& all, std::string_view current)
{
    std::string out = "{\"sessions\":[";
    for (const auto& each : all) {
        if (&each != &all.front()) out.push_back(',');
        append_session(out, each, each.id == current);
    }
    out.append("]}\n");
    return out;
}

} // namespace watchword::api
