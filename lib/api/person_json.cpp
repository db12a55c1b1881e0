#include "api/person_json.hpp"

#include "accounts/roles.hpp"
#include "accounts/versions.hpp"
#include "api/json_text.hpp"
#include "api/permissions_json.hpp"
#include "api/shared_schemas.hpp"
#include "api/time_text.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "core/words.hpp"
#include "http/conditional.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace watchword::api {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::optional<std::string>& text)
{
    if (!text) return nullptr;
    if (core::is_utf8(*text)) return json::value(core::json_string(*text));
    std::string repaired; // an adopted database may hold anything
    append_json_string(repaired, *text);
    return json::parse(repaired);
}

std::vector<member> person_members()
{
    return {{"id", text(1)},
            {"email", text().or_null()},
            {"name", text().or_null()},
            {"metadata", metadata_schema()},
            {"roles", list_of(text(1))},
            {"disabled", boolean()},
            {"created", time_schema().or_null().about("Null where nobody knows.")},
            {"updated", time_schema().or_null()}};
}

} // namespace

json::object to_json(const accounts::person& p)
{
    json::array roles;
    for (const auto& each : core::split_words(p.roles)) roles.emplace_back(core::json_string(each));
    const auto metadata = core::parse_json(p.metadata);
    return {{"id", p.public_id},
            {"email", text_or_null(p.email)},
            {"name", text_or_null(p.name)},
            {"metadata", metadata && metadata->is_object() ? *metadata : json::value(json::object())},
            {"roles", std::move(roles)},
            {"disabled", p.disabled},
            {"created", time_json(p.created)},
            {"updated", time_json(p.updated)}};
}

json::object to_json(const accounts::person& p, accounts::permission_set may)
{
    auto all = to_json(p);
    all["permissions"] = to_json(may);
    return all;
}

const schema& person_schema()
{
    static const schema s = named("User", object_of(person_members()));
    return s;
}

const schema& own_person_schema()
{
    static const schema s = [] {
        auto members = person_members();
        members.push_back({"permissions", permissions_schema()});
        return named("OwnUser", object_of(std::move(members)));
    }();
    return s;
}

schema roles_schema()
{
    return list_of(text(1, accounts::longest_role), accounts::most_roles)
        .about("Words of a-z, 0-9, ':', '_', '.' and '-'.");
}

schema permissions_schema()
{
    std::vector<std::string> names;
    for (const auto name : accounts::permission_set::all().names()) names.emplace_back(name);
    return list_of(named("Permission", one_of(std::move(names))), accounts::permission_count);
}

schema metadata_schema()
{
    return open_object().about("What applications keep about the user: 16 KiB of JSON at most.");
}

http::response answer(http::status s, const accounts::person& p)
{
    http::response r(s, "application/json", json::serialize(to_json(p)) + "\n");
    r.set("ETag", '"' + accounts::version_of(p) + '"');
    r.never_compress(); // which makes an ETag weak, and of no use for If-Match
    return r;
}

std::vector<std::string> versions_wanted(const http::request& q)
{
    std::vector<std::string> versions;
    for (const auto& [name, value] : q.headers) {
        if (!core::iequals(name, "If-Match")) continue;
        if (value == accounts::any_version) return {std::string(value)};
        auto rest = value;
        while (!rest.empty()) { // versions have no commas
            const auto end = std::min(rest.find(','), rest.size());
            auto element = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (element.starts_with(' ') || element.starts_with('\t')) element.remove_prefix(1);
            while (element.ends_with(' ') || element.ends_with('\t')) element.remove_suffix(1);
            const auto tag = http::parse_entity_tag(element);
            // "" and "*" are tags of nothing, and not what no_version and any_version mean; nor is "*.…" of a profile.
            const bool may_be_ours = tag && !tag->opaque.empty() && tag->opaque.find_first_of("*.") != 0;
            if (may_be_ours && !tag->weak) versions.emplace_back(tag->opaque);
        }
        if (versions.empty()) versions.emplace_back(","); // which nothing has
    }
    if (versions.empty() && q.header("If-None-Match") == "*") versions.emplace_back(accounts::no_version);
    return versions;
}

json::value time_json(const std::optional<core::precise_timestamp>& t)
{
    if (!t) return nullptr;
    return json::value(time_text(std::chrono::floor<std::chrono::seconds>(*t)));
}

std::optional<core::precise_timestamp> read_time(std::string_view text)
{
    constexpr std::string_view shape = "0000-00-00T00:00:00Z";
    if (text.size() != shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return std::nullopt;
    const auto number = [text](std::size_t at, std::size_t size) {
        unsigned n = 0;
        std::from_chars(text.data() + at, text.data() + at + size, n);
        return n;
    };
    using namespace std::chrono;
    const year_month_day date{year(int(number(0, 4))), month(number(5, 2)), day(number(8, 2))};
    const auto hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return core::precise_timestamp(sys_days(date) + hours(hour) + minutes(minute) + seconds(second));
}

} // namespace watchword::api
