#include "api/admin_api_keys.hpp"

#include "api/admin_answers.hpp"
#include "api/input.hpp"
#include "api/permissions_json.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "core/json.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace watchword::api {
namespace {

using http::method;
using http::request;
using http::response;
using http::status;

constexpr std::size_t longest_name = 100;

std::vector<member> key_members()
{
    return {{"id", text(1)},
            {"name", text(1)},
            {"prefix", text(1).about("How the key begins.")},
            {"permissions", permissions_schema()},
            {"created", time_schema()},
            {"expires", time_schema().or_null()},
            {"last_used", time_schema().or_null().about("To the minute.")}};
}

schema key_schema()
{
    return named("ApiKey", object_of(key_members()));
}

schema made_key_schema()
{
    auto members = key_members();
    members.push_back({"key", text(1).about("The key itself, which nobody can show again.")});
    return named("NewApiKey", object_of(std::move(members)));
}

boost::json::object to_json(const accounts::api_key& k)
{
    return {{"id", k.id},
            {"name", k.name},
            {"prefix", k.prefix},
            {"permissions", api::to_json(k.permissions)},
            {"created", time_json(k.created)},
            {"expires", time_json(k.expires)},
            {"last_used", time_json(k.last_used)}};
}

const operation& list_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::get, "/v1/admin/api-keys", "listApiKeys", "List API keys", "api_keys.read");
        made.answers = {{status::ok, "All of them, by their age.", object_of({{"api_keys", list_of(key_schema())}})}};
        return made;
    }();
    return o;
}

const operation& create_operation()
{
    static const auto o = [] {
        auto made =
            admin_operation(method::post, "/v1/admin/api-keys", "createApiKey", "Make an API key", "api_keys.write");
        made.description = "Nobody gives a key permissions that he does not have himself.";
        made.body = object_of({{"name", text(1, longest_name)},
                               {"permissions", permissions_schema()},
                               {"expires", time_schema().or_null().about("As 2027-01-31T12:00:00Z, in UTC."), false}});
        made.body_example = {{"name", "backup job"}, {"permissions", {"users.read"}}};
        made.answers = {{status::created, "The key, for the only time.", made_key_schema()}};
        made.problems = {status::conflict};
        made.keyed = true;
        return made;
    }();
    return o;
}

const operation& revoke_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::delete_, "/v1/admin/api-keys/{id}", "revokeApiKey", "Revoke an API key",
                                    "api_keys.write");
        made.path_parameters = {{"id", text(1), "The key's id."}};
        made.answers = {no_content("It is not accepted any more.")};
        made.problems = {status::not_found};
        return made;
    }();
    return o;
}

} // namespace

admin_api_keys::admin_api_keys(accounts::administration& a, const accounts::service& s, core::json_limits l)
    : administration_(a), service_(s), limits_(l)
{}

void admin_api_keys::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, list_operation(), *this, &admin_api_keys::list);
    guard.add(all, create_operation(), *this, &admin_api_keys::create);
    guard.add(all, revoke_operation(), *this, &admin_api_keys::revoke);
}

core::task<response> admin_api_keys::list(request&, accounts::actor)
{
    const auto all = co_await administration_.list_api_keys();
    if (!all) co_return refuse(all.error(), service_);
    boost::json::array keys;
    for (const auto& each : *all) keys.emplace_back(to_json(each));
    const boost::json::object body{{"api_keys", std::move(keys)}};
    co_return json_answer(status::ok, body);
}

core::task<response> admin_api_keys::create(request& q, accounts::actor who)
{
    const auto given = read_body(q, create_operation(), limits_);
    if (!given) co_return given.error();
    accounts::new_api_key wanted;
    wanted.name = text_in(*given, "name").value_or("");
    wanted.permissions = texts_in(*given, "permissions");
    if (const auto expires = text_in(*given, "expires")) {
        wanted.expires = read_time(*expires);
        if (!wanted.expires)
            co_return refuse_input("/expires", "invalid_value", "This must be a time such as 2027-01-31T12:00:00Z.");
    }
    const auto made = co_await administration_.create_api_key(std::move(who), std::move(wanted));
    if (!made && made.error() == core::errc::invalid_input)
        co_return refuse_input("/expires", "invalid_value", "This must be a time that has not passed.");
    if (!made && made.error() == core::errc::too_large)
        co_return http::problem(status::conflict, "too_many", "There are 1,000 API keys; revoke one that nobody uses.");
    if (!made) co_return refuse(made.error(), service_);
    auto body = to_json(made->key);
    body["key"] = core::json_string(made->text.view());
    auto r = json_answer(status::created, body);
    r.never_compress();
    co_return r;
}

core::task<response> admin_api_keys::revoke(request& q, accounts::actor who)
{
    std::string id(q.parameter("id"));
    const auto revoked = co_await administration_.revoke_api_key(std::move(who), std::move(id));
    if (!revoked) co_return refuse(revoked.error(), service_);
    co_return response(status::no_content);
}

} // namespace watchword::api
