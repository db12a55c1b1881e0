#include "api/admin_audit.hpp"

#include "api/admin_answers.hpp"
#include "api/input.hpp"
#include "api/pages.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "core/json.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

schema event_schema()
{
    const auto actor = object_of({{"kind", one_of({"user", "api_key", "system", "shell"})}, {"id", text()}});
    return named("AuditEvent", object_of({{"id", text(1)},
                                          {"time", time_schema()},
                                          {"actor", actor},
                                          {"action", text(1)},
                                          {"subject", text()},
                                          {"details", open_object()},
                                          {"address", text()},
                                          {"request_id", text()}}));
}

const operation& list_operation()
{
    static const auto o = [] {
        auto made = admin_operation(http::method::get, "/v1/admin/audit", "listAuditEvents", "Read the audit log",
                                    "audit.read");
        made.query = {{"actor", text(1, 256), "Only what this one has done: an id."},
                      {"subject", text(1, 256), "Only what was done to this: an id or a name."},
                      {"action", text(1, 64), "Only such, \"user.created\" for example."},
                      limit_parameter(),
                      cursor_parameter()};
        made.answers = {{status::ok, "A page, the newest first.",
                         object_of({{"events", list_of(event_schema())}, {"next", next_schema()}})}};
        return made;
    }();
    return o;
}

boost::json::object to_json(const accounts::audit_event& e)
{
    const auto details = core::parse_json(e.details);
    return {{"id", std::to_string(e.id)},
            {"time", time_json(e.time)},
            {"actor", boost::json::object{{"kind", e.actor_kind}, {"id", e.actor_id}}},
            {"action", e.action},
            {"subject", e.subject},
            {"details", details && details->is_object() ? *details : boost::json::value(boost::json::object())},
            {"address", e.address},
            {"request_id", e.request_id}};
}

std::optional<std::int64_t> position_in(const cursors& all, const accounts::audit_filter& f, std::string_view cursor)
{
    return read_position(all, {"audit", f.actor, f.subject, f.action}, cursor);
}

std::optional<std::string> cursor_behind(const cursors& all, const accounts::audit_filter& f,
                                         const std::optional<std::int64_t>& position)
{
    return next_cursor(all, {"audit", f.actor, f.subject, f.action}, position);
}

} // namespace

admin_audit::admin_audit(accounts::administration& a, const accounts::service& s, const cursors& c)
    : administration_(a), service_(s), cursors_(c)
{}

void admin_audit::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, list_operation(), *this, &admin_audit::list);
}

core::task<response> admin_audit::list(request& q, accounts::actor)
{
    const auto given = read_query(q, list_operation());
    if (!given) co_return given.error();
    accounts::audit_filter filter;
    filter.actor = given->text("actor").value_or("");
    filter.subject = given->text("subject").value_or("");
    filter.action = given->text("action").value_or("");
    const auto limit = static_cast<std::size_t>(given->integer("limit").value_or(usual_page));
    std::optional<std::int64_t> before;
    if (const auto cursor = given->text("cursor")) {
        before = position_in(cursors_, filter, *cursor);
        if (!before) co_return invalid_cursor();
    }
    auto asked = filter;
    const auto page = co_await administration_.list_audit(std::move(asked), before, limit);
    if (!page) co_return refuse(page.error(), service_);
    boost::json::array events;
    for (const auto& each : page->events) events.emplace_back(to_json(each));
    co_return page_answer(q, "events", std::move(events), cursor_behind(cursors_, filter, page->next));
}

} // namespace watchword::api
