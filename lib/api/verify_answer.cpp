#include "api/verify_answer.hpp"

#include "core/text.hpp"
#include "core/words.hpp"
#include "http/percent.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace watchword::api {
namespace {

using http::problem;
using http::response;
using http::status;

constexpr std::size_t longest_query = 1024;
constexpr std::size_t most_conditions = 16;

// --- who it is

bool is_plain(char c) noexcept
{
    return c > ' ' && c <= '~' && c != '%';
}
bool is_plain_in_role(char c) noexcept
{
    return is_plain(c) && c != ',';
}
bool is_plain_in_scope(char c) noexcept
{
    return is_plain(c) || c == ' ';
}

void append_encoded(std::string& out, std::string_view text, bool (*stands_for_itself)(char))
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (stands_for_itself(c)) {
            out.push_back(c);
            continue;
        }
        const std::size_t byte = static_cast<unsigned char>(c);
        out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value, bool (*stands_for_itself)(char))
{
    if (value.empty()) return;
    out.append(name);
    append_encoded(out, value, stands_for_itself);
    out.append("\r\n");
}

void append_roles(std::string& out, const std::vector<std::string>& roles)
{
    if (roles.empty()) return;
    out.append("X-User-Roles: ");
    for (const auto& role : roles) {
        if (&role != &roles.front()) out.push_back(',');
        append_encoded(out, role, is_plain_in_role);
    }
    out.append("\r\n");
}

response name_user(const accounts::bearer_identity& who)
{
    std::string lines;
    lines.reserve(256); // enough for most
    append_field(lines, "X-User-Id: ", who.public_id, is_plain);
    if (who.email) append_field(lines, "X-User-Email: ", *who.email, is_plain);
    append_roles(lines, who.roles);
    append_field(lines, "X-User-Scope: ", who.scope, is_plain_in_scope);
    response r;
    r.append_lines(lines);
    return r;
}

// --- conditions

enum class verdict { met, malformed, role_missing, scope_missing };

bool has_role(const accounts::bearer_identity& who, std::string_view role)
{
    return std::find(who.roles.begin(), who.roles.end(), role) != who.roles.end();
}

bool has_word(std::string_view scope, std::string_view word) noexcept
{
    while (!scope.empty())
        if (core::take_word(scope) == word) return true;
    return false;
}

bool has_words(std::string_view scope, std::string_view words) noexcept
{
    while (!words.empty())
        if (!has_word(scope, core::take_word(words))) return false;
    return true;
}

bool has_broken_escape(std::string_view text) noexcept
{
    for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 3))
        if (at + 2 >= text.size() || core::hex_value(text[at + 1]) < 0 || core::hex_value(text[at + 2]) < 0)
            return true;
    return false;
}

// Whether it can be a role at all.
bool is_role(std::string_view text) noexcept
{
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; };
    return !text.empty() && core::is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

// RFC 6749 section 3.3: words with one space between.
bool is_scope(std::string_view text) noexcept
{
    const auto is_allowed = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    return !text.empty() && text.front() != ' ' && text.back() != ' ' && text.find("  ") == text.npos &&
           std::all_of(text.begin(), text.end(), is_allowed);
}

verdict judge_one(const accounts::bearer_identity& who, std::string_view condition)
{
    const auto equals = std::min(condition.find('='), condition.size());
    const auto name = condition.substr(0, equals), escaped = condition.substr(std::min(equals + 1, condition.size()));
    if (has_broken_escape(escaped)) return verdict::malformed;
    std::array<char, longest_query> space;
    const auto value = http::form_decode(escaped, space.data());
    if (name == "role" && is_role(value)) return has_role(who, value) ? verdict::met : verdict::role_missing;
    if (name == "scope" && is_scope(value)) return has_words(who.scope, value) ? verdict::met : verdict::scope_missing;
    return verdict::malformed;
}

// All are looked at: a malformed one behind one that is not met is malformed all the same.
verdict judge(const accounts::bearer_identity& who, std::string_view query)
{
    if (query.size() > longest_query) return verdict::malformed;
    auto all = verdict::met;
    for (std::size_t count = 0, begin = 0; begin <= query.size(); ++count) {
        const auto end = std::min(query.find('&', begin), query.size());
        const auto one = judge_one(who, query.substr(begin, end - begin));
        if (one == verdict::malformed || count == most_conditions) return verdict::malformed;
        if (all == verdict::met) all = one;
        begin = end + 1;
    }
    return all;
}

response scope_missing()
{
    auto r = problem(status::forbidden, "scope_missing", "The access token does not have a scope that this needs.");
    r.set("WWW-Authenticate", "Bearer error=\"insufficient_scope\""); // RFC 6750 section 3.1
    return r;
}

} // namespace

response refuse_conditions()
{
    return problem(status::bad_request, "invalid_query",
                   "The query may have up to 16 conditions role=NAME and scope=WORDS, and nothing else.");
}

response answer_verified(const accounts::bearer_identity& who, std::string_view conditions)
{
    switch (conditions.empty() ? verdict::met : judge(who, conditions)) {
    case verdict::met: break;
    case verdict::malformed: return refuse_conditions();
    case verdict::role_missing:
        return problem(status::forbidden, "role_missing", "The user does not have a role that this needs.");
    case verdict::scope_missing: return scope_missing();
    }
    return name_user(who);
}

} // namespace watchword::api
