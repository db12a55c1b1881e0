#include "store/copy_tables.hpp"

#include "core/text.hpp"

#include <bit>

namespace watchword::store {

std::span<const copied_table> copied_tables()
{
    constexpr auto integer = copied_column::kind::integer;
    constexpr auto text = copied_column::kind::text;
    static const copied_table all[] = {
        {"user",
         {{"id", integer},
          {"public_id", text, true},
          {"name", text, true},
          {"email", text, true},
          {"password", text, true}},
         true},
        {"watchword_email_key", {{"user_id", integer}, {"email_key", text}}, false, "user"},
        {"watchword_setting", {{"name", text}, {"value", text}}},
        {"watchword_session",
         {{"id", text},
          {"user_id", integer},
          {"public_id", text},
          {"created", integer},
          {"last_used", integer},
          {"expires", integer},
          {"delete_after", integer},
          {"counter", integer},
          {"uses", text},
          {"device", text},
          {"address", text},
          {"amr", text},
          {"scope", text},
          {"auth_time", integer},
          {"ended", integer, true},
          {"end_reason", text, true}},
         false,
         "user",
         1},
        {"watchword_user_state",
         {{"user_id", integer},
          {"public_id", text},
          {"generation", integer},
          {"disabled", integer},
          {"roles", text},
          {"tutorial_until", integer},
          {"changed", integer}},
         false,
         "user"},
        {"watchword_signing_key",
         {{"kid", text},
          {"algorithm", text},
          {"sealed", text},
          {"created", integer},
          {"signs_from", integer},
          {"signs_until", integer, true},
          {"verifies_until", integer, true},
          {"longest_lifetime", integer}}},
        {"watchword_profile",
         {{"user_id", integer},
          {"public_id", text},
          {"metadata", text},
          {"created", integer, true},
          {"updated", integer},
          {"version", integer}},
         false,
         "user"},
        {"watchword_role", {{"name", text}, {"permissions", text}}},
        {"watchword_api_key",
         {{"id", text},
          {"name", text},
          {"prefix", text},
          {"digest", text},
          {"permissions", text},
          {"created", integer},
          {"expires", integer, true},
          {"last_used", integer, true},
          {"created_by", text}}},
        {"watchword_audit",
         {{"id", integer},
          {"time", integer},
          {"actor_kind", text},
          {"actor_id", text},
          {"action", text},
          {"subject", text},
          {"details", text},
          {"address", text},
          {"request_id", text},
          {"chain", text}},
         true},
        {"watchword_idempotency",
         {{"number", integer},
          {"key", text},
          {"caller", text},
          {"request", text},
          {"created", integer},
          {"expires", integer},
          {"answer", text, true}},
         true},
        {"watchword_audit_checkpoint", {{"event", integer}, {"time", integer}, {"jws", text}}},
    };
    return all;
}

std::string printable(const stored_value& v)
{
    constexpr std::size_t longest = 60;
    switch (v.type) {
    case stored_value::kind::null: return "NULL";
    case stored_value::kind::integer: return std::to_string(v.number);
    case stored_value::kind::real: return std::to_string(std::bit_cast<double>(v.number));
    case stored_value::kind::blob: return "x'" + core::hex_encode(v.bytes.substr(0, longest / 2)) + "'";
    case stored_value::kind::text: break;
    }
    std::string shown = "'";
    for (const char c : v.bytes.substr(0, longest)) {
        const bool plain = c >= ' ' && c <= '~';
        shown += plain ? c : '?';
    }
    return shown + (v.bytes.size() > longest ? "…'" : "'");
}

std::string quoted(std::string_view name)
{
    return "\"" + std::string(name) + "\"";
}

std::string column_list(const copied_table& t)
{
    std::string list;
    for (const auto& c : t.columns) list += (list.empty() ? "" : ", ") + quoted(c.name);
    return list;
}

} // namespace watchword::store
