#include "apikey_text.hpp"

#include "core/json.hpp"
#include "core/words.hpp"
#include "key.hpp"
#include "text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <optional>

namespace watchword::app {
namespace {

using store::api_key_row;

boost::json::value time_json(const std::optional<core::precise_timestamp>& t)
{
    if (!t) return nullptr;
    return core::json_string(time_text(*t));
}

// As /v1/admin/api-keys has it.
boost::json::object to_json(const api_key_row& k)
{
    boost::json::array permissions;
    for (const auto& each : core::split_words(k.permissions)) permissions.emplace_back(core::json_string(each));
    return {{"id", core::json_string(k.id)},         {"name", core::json_string(k.name)},
            {"prefix", core::json_string(k.prefix)}, {"permissions", std::move(permissions)},
            {"created", time_json(k.created)},       {"expires", time_json(k.expires)},
            {"last_used", time_json(k.last_used)}};
}

std::string shown(const std::optional<core::precise_timestamp>& t)
{
    return t ? time_text(*t) : "-";
}

} // namespace

std::string state_of(const api_key_row& k, core::precise_timestamp now)
{
    return k.expires && now >= *k.expires ? "expired" : "active";
}

void print_api_keys(const std::vector<api_key_row>& all, core::precise_timestamp now, bool as_json)
{
    if (as_json) {
        boost::json::array out;
        for (const auto& each : all) {
            auto o = to_json(each);
            o["state"] = core::json_string(state_of(each, now));
            out.push_back(std::move(o));
        }
        std::cout << boost::json::serialize(out) << "\n";
        return;
    }
    std::vector<std::vector<std::string>> rows{
        {"name", "begins", "state", "created", "expires", "last used", "id", "permissions"}};
    for (const auto& each : all)
        rows.push_back({harmless(each.name), harmless(each.prefix), state_of(each, now), time_text(each.created),
                        shown(each.expires), shown(each.last_used), harmless(each.id),
                        each.permissions.empty() ? "-" : harmless(each.permissions)});
    print_table(rows);
}

void print_api_key_json(const api_key_row& k, const core::secret_string& text)
{
    auto object = boost::json::serialize(to_json(k));
    if (!text.empty()) object.pop_back();
    std::cout << object;
    // Written by hand, so that no library keeps the key, which has nothing to escape.
    if (!text.empty()) std::cout << ",\"key\":\"" << text.view() << "\"}";
    std::cout << "\n";
}

} // namespace watchword::app
