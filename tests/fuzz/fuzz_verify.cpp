// A query and a user: who is let in has what the query asks for, as a reader that is more lenient reads it; no value
// ends its line, and each is what it was when its percent escapes are decoded.
#include "api/verify_answer.hpp"
#include "core/text.hpp"
#include "http/forms.hpp"
#include "http/percent.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace watchword;

namespace {

bool has_words(const std::string& scope, std::string_view words)
{
    const auto all = " " + scope + " ";
    while (!words.empty()) {
        const auto word = words.substr(0, words.find(' '));
        if (all.find(" " + std::string(word) + " ") == all.npos) return false;
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
    return true;
}

// Whether the user has everything that is asked, and nothing else is.
bool is_met(const accounts::bearer_identity& who, std::string_view query)
{
    const auto asked = http::parse_urlencoded(query);
    if (!asked) return false;
    return std::all_of(asked->fields().begin(), asked->fields().end(), [&](const http::form::field& f) {
        if (f.first == "scope") return has_words(who.scope, f.second);
        return f.first == "role" && std::find(who.roles.begin(), who.roles.end(), f.second) != who.roles.end();
    });
}

void check_fields(const http::response& r, const accounts::bearer_identity& who)
{
    const auto lines = r.lines();
    const auto is_line = [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; };
    if (!std::all_of(lines.begin(), lines.end(), is_line)) std::abort();
    const auto fields = 3 + (who.email->empty() ? 0 : 1);
    if (std::count(lines.begin(), lines.end(), '\n') != fields ||
        std::count(lines.begin(), lines.end(), '\r') != fields)
        std::abort();
    if (http::percent_decode(r.header("X-User-Email")).value() != *who.email) std::abort();
    const auto roles = r.header("X-User-Roles");
    const auto comma = roles.find(',');
    if (roles.substr(0, comma) != "admin") std::abort();
    if (http::percent_decode(roles.substr(comma + 1)).value() != who.roles.back()) std::abort();
}

} // namespace

// The query, a line end, and the user's address, which is a role of his, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto query = all.substr(0, all.find('\n'));
    accounts::bearer_identity who;
    who.public_id = "5e2cf1bb-d965-4235-982c-0933ef93c47c";
    who.email = std::string(all.substr(std::min(query.size() + 1, all.size())));
    who.roles = {"admin", who.email->empty() ? "editor" : *who.email};
    who.scope = "read write";

    const auto r = api::answer_verified(who, query);
    const auto met = is_met(who, query);
    switch (r.status()) {
    case http::status::ok:
        if (!met) std::abort();
        check_fields(r, who);
        break;
    case http::status::forbidden:
        if (met) std::abort();
        break;
    case http::status::bad_request:
        if (query.empty()) std::abort();
        break;
    default: std::abort();
    }
    if (r.status() != http::status::ok && r.has("X-User-Id")) std::abort();
    return 0;
}
