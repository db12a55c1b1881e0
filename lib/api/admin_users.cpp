#include "api/admin_users.hpp"

#include "api/admin_answers.hpp"
#include "api/admin_user_operations.hpp"
#include "api/input.hpp"
#include "api/pages.hpp"
#include "api/person_json.hpp"
#include "api/session_texts.hpp"
#include "api/shared_schemas.hpp"
#include "core/json.hpp"
#include "http/conditional.hpp"
#include "http/preferences.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace watchword::api {
namespace {

namespace declared = admin_user_operations;
using http::request;
using http::response;
using http::status;

std::optional<std::string> metadata_in(const boost::json::object& body)
{
    const auto* const given = body.if_contains("metadata");
    if (given == nullptr || !given->is_object()) return std::nullopt;
    return boost::json::serialize(*given);
}

// Null takes the name away.
std::optional<std::string> name_in(const boost::json::object& body)
{
    if (!body.contains("name")) return std::nullopt;
    return text_in(body, "name").value_or("");
}

accounts::new_person new_person_in(const boost::json::object& body)
{
    accounts::new_person p;
    p.email = text_in(body, "email").value_or("");
    p.password = secret_in(body, "password");
    p.name = text_in(body, "name");
    p.roles = texts_in(body, "roles");
    p.metadata = metadata_in(body);
    p.disabled = flag_in(body, "disabled").value_or(false);
    return p;
}

accounts::person_change change_in(const boost::json::object& body)
{
    accounts::person_change c;
    c.email = text_in(body, "email");
    c.name = name_in(body);
    c.metadata = metadata_in(body);
    c.disabled = flag_in(body, "disabled");
    if (body.contains("roles")) c.roles = texts_in(body, "roles");
    if (body.contains("password")) c.password = secret_in(body, "password");
    return c;
}

// A cursor is bound to the filter.
std::string_view flag_text(const std::optional<bool>& flag)
{
    return !flag ? "" : *flag ? "true" : "false";
}

std::optional<std::int64_t> position_in(const cursors& all, const accounts::people_filter& f, std::string_view cursor)
{
    return read_position(all, {"users", f.search, f.role, flag_text(f.disabled)}, cursor);
}

std::optional<std::string> cursor_behind(const cursors& all, const accounts::people_filter& f,
                                         const std::optional<std::int64_t>& position)
{
    return next_cursor(all, {"users", f.search, f.role, flag_text(f.disabled)}, position);
}

} // namespace

admin_users::admin_users(accounts::administration& a, const accounts::service& s, const cursors& c, core::json_limits l)
    : administration_(a), service_(s), cursors_(c), limits_(l)
{}

void admin_users::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, declared::list(), *this, &admin_users::list);
    guard.add(all, declared::create(), *this, &admin_users::create);
    guard.add(all, declared::show(), *this, &admin_users::show);
    guard.add(all, declared::update(), *this, &admin_users::update);
    guard.add(all, declared::remove(), *this, &admin_users::remove);
    guard.add(all, declared::list_sessions(), *this, &admin_users::list_sessions);
    guard.add(all, declared::end_sessions(), *this, &admin_users::end_sessions);
    guard.add(all, declared::end_session(), *this, &admin_users::end_session);
}

core::task<response> admin_users::list(request& q, accounts::actor)
{
    const auto given = read_query(q, declared::list());
    if (!given) co_return given.error();
    accounts::people_filter filter;
    filter.search = given->text("search").value_or("");
    filter.role = given->text("role").value_or("");
    filter.disabled = given->flag("disabled");
    const auto limit = static_cast<std::size_t>(given->integer("limit").value_or(usual_page));
    std::optional<std::int64_t> after;
    if (const auto cursor = given->text("cursor")) {
        after = position_in(cursors_, filter, *cursor);
        if (!after) co_return invalid_cursor();
    }
    auto asked = filter;
    const auto page = co_await administration_.list(std::move(asked), after, limit);
    if (!page) co_return refuse(page.error(), service_);
    boost::json::array users;
    for (const auto& each : page->people) users.emplace_back(to_json(each));
    co_return page_answer(q, "users", std::move(users), cursor_behind(cursors_, filter, page->next));
}

core::task<response> admin_users::create(request& q, accounts::actor who)
{
    auto given = read_body(q, declared::create(), limits_);
    if (!given) co_return given.error();
    auto wanted = new_person_in(*given);
    given->clear();
    if (const auto wrong = accounts::find_problem(wanted)) co_return refuse(*wrong);
    const auto made = co_await administration_.create(std::move(who), std::move(wanted));
    if (!made) co_return refuse(made.error(), service_);
    auto r = answer(status::created, *made);
    r.set("Location", "/v1/admin/users/" + made->public_id);
    co_return http::as_preferred(q, std::move(r));
}

core::task<response> admin_users::show(request& q, accounts::actor)
{
    std::string id(q.parameter("id"));
    const auto found = co_await administration_.find(std::move(id));
    if (!found) co_return refuse(found.error(), service_);
    auto r = answer(status::ok, *found);
    co_return http::not_modified_if_matched(q, std::move(r));
}

core::task<response> admin_users::update(request& q, accounts::actor who)
{
    auto given = read_body(q, declared::update(), limits_);
    if (!given) co_return given.error();
    auto change = change_in(*given);
    given->clear();
    if (const auto wrong = accounts::find_problem(change)) co_return refuse(*wrong);
    std::string id(q.parameter("id"));
    auto versions = versions_wanted(q);
    const auto changed =
        co_await administration_.update(std::move(who), std::move(id), std::move(change), std::move(versions));
    if (!changed) co_return refuse(changed.error(), service_);
    auto r = answer(status::ok, *changed);
    co_return http::as_preferred(q, std::move(r));
}

core::task<response> admin_users::remove(request& q, accounts::actor who)
{
    std::string id(q.parameter("id"));
    auto versions = versions_wanted(q);
    const auto removed = co_await administration_.remove(std::move(who), std::move(id), std::move(versions));
    if (!removed) co_return refuse(removed.error(), service_);
    co_return response(status::no_content);
}

core::task<response> admin_users::list_sessions(request& q, accounts::actor)
{
    std::string id(q.parameter("id"));
    const auto all = co_await administration_.list_sessions(std::move(id));
    if (!all) co_return refuse(all.error(), service_);
    co_return response(status::ok, "application/json", list_text(*all, std::string_view()));
}

core::task<response> admin_users::end_sessions(request& q, accounts::actor who)
{
    std::string id(q.parameter("id"));
    const auto ended = co_await administration_.end_sessions(std::move(who), std::move(id));
    if (!ended) co_return refuse(ended.error(), service_);
    co_return response(status::no_content);
}

core::task<response> admin_users::end_session(request& q, accounts::actor who)
{
    std::string id(q.parameter("id")), session(q.parameter("session"));
    const auto ended = co_await administration_.end_session(std::move(who), std::move(id), std::move(session));
    if (!ended) co_return refuse(ended.error(), service_);
    co_return response(status::no_content);
}

} // namespace watchword::api
