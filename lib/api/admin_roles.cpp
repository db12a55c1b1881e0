#include "api/admin_roles.hpp"

#include "accounts/roles.hpp"
#include "api/admin_answers.hpp"
#include "api/input.hpp"
#include "api/permissions_json.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "http/conditional.hpp"
#include "http/preferences.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace watchword::api {
namespace {

using http::method;
using http::request;
using http::response;
using http::status;

schema role_schema()
{
    return named("Role", object_of({{"name", text(1)}, {"permissions", permissions_schema()}}));
}

boost::json::object to_json(const accounts::role& r)
{
    return {{"name", r.name}, {"permissions", api::to_json(r.permissions)}};
}

response answer(const accounts::role& r)
{
    auto all = json_answer(status::ok, to_json(r));
    all.set("ETag", '"' + accounts::version_of(r) + '"');
    return all;
}

std::vector<parameter> name_parameter()
{
    return {{"name", text(1, accounts::longest_role), "The role's name: a-z, 0-9, ':', '_', '.' and '-'."}};
}

const operation& list_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::get, "/v1/admin/roles", "listRoles", "What roles permit", "roles.read");
        made.answers = {
            {status::ok, "All that permit something, admin first.", object_of({{"roles", list_of(role_schema())}})}};
        return made;
    }();
    return o;
}

const operation& show_operation()
{
    static const auto o = [] {
        auto made =
            admin_operation(method::get, "/v1/admin/roles/{name}", "showRole", "What a role permits", "roles.read");
        made.tagged = true;
        made.path_parameters = name_parameter();
        made.answers = {{status::ok, "With an ETag for If-Match.", role_schema()}};
        made.problems = {status::not_found};
        return made;
    }();
    return o;
}

const operation& set_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::put, "/v1/admin/roles/{name}", "setRole",
                                    "Make a role, or set what it permits", "roles.write");
        made.path_parameters = name_parameter();
        made.body = object_of({{"permissions", permissions_schema()}});
        made.body_example = {{"permissions", {"users.read", "audit.read"}}};
        made.answers = {{status::ok, "The role as it is now.", role_schema()}};
        made.preferring = true;
        made.problems = {status::conflict};
        made.conditional = true;
        return made;
    }();
    return o;
}

const operation& remove_operation()
{
    static const auto o = [] {
        auto made =
            admin_operation(method::delete_, "/v1/admin/roles/{name}", "deleteRole", "Delete a role", "roles.write");
        made.description = "Users may still have it: then it permits nothing.";
        made.path_parameters = name_parameter();
        made.answers = {no_content("It permits nothing any more.")};
        made.problems = {status::not_found, status::conflict};
        made.conditional = true;
        return made;
    }();
    return o;
}

} // namespace

admin_roles::admin_roles(accounts::administration& a, const accounts::service& s, core::json_limits l)
    : administration_(a), service_(s), limits_(l)
{}

void admin_roles::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, list_operation(), *this, &admin_roles::list);
    guard.add(all, show_operation(), *this, &admin_roles::show);
    guard.add(all, set_operation(), *this, &admin_roles::set);
    guard.add(all, remove_operation(), *this, &admin_roles::remove);
}

core::task<response> admin_roles::list(request&, accounts::actor)
{
    const auto all = co_await administration_.list_roles();
    if (!all) co_return refuse(all.error(), service_);
    boost::json::array roles;
    for (const auto& each : *all) roles.emplace_back(to_json(each));
    const boost::json::object body{{"roles", std::move(roles)}};
    co_return json_answer(status::ok, body);
}

core::task<response> admin_roles::show(request& q, accounts::actor)
{
    const auto all = co_await administration_.list_roles();
    if (!all) co_return refuse(all.error(), service_);
    const auto is_it = [name = q.parameter("name")](const accounts::role& each) { return each.name == name; };
    const auto found = std::find_if(all->begin(), all->end(), is_it);
    if (found == all->end()) co_return refuse(core::errc::not_found, service_);
    auto r = answer(*found);
    co_return http::not_modified_if_matched(q, std::move(r));
}

core::task<response> admin_roles::set(request& q, accounts::actor who)
{
    const auto given = read_body(q, set_operation(), limits_);
    if (!given) co_return given.error();
    std::string name(q.parameter("name"));
    auto permissions = texts_in(*given, "permissions");
    auto versions = versions_wanted(q);
    const auto now =
        co_await administration_.set_role(std::move(who), std::move(name), std::move(permissions), std::move(versions));
    if (!now && now.error() == core::errc::invalid_input)
        co_return refuse_input("name", "invalid_value", "A role is 1 to 64 of a-z, 0-9, ':', '_', '.' and '-'.");
    if (!now) co_return refuse(now.error(), service_);
    auto r = answer(*now);
    co_return http::as_preferred(q, std::move(r));
}

core::task<response> admin_roles::remove(request& q, accounts::actor who)
{
    std::string name(q.parameter("name"));
    auto versions = versions_wanted(q);
    const auto removed = co_await administration_.remove_role(std::move(who), std::move(name), std::move(versions));
    if (!removed) co_return refuse(removed.error(), service_);
    co_return response(status::no_content);
}

} // namespace watchword::api
