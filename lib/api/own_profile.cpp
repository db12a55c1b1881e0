#include "api/own_profile.hpp"

#include "api/admin_answers.hpp"
#include "api/answers.hpp"
#include "api/bearer_guard.hpp"
#include "api/client.hpp"
#include "api/input.hpp"
#include "api/person_json.hpp"
#include "core/words.hpp"
#include "http/conditional.hpp"
#include "http/middleware.hpp"
#include "http/preferences.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace watchword::api {
namespace {

using http::method;
using http::request;
using http::response;
using http::status;

const operation& show_operation()
{
    static const auto o = [] {
        operation made;
        made.path = "/v1/users/me";
        made.id = "showAccount";
        made.tagged = true;
        made.group = "Account";
        made.summary = "The own account";
        made.who = access::token;
        made.answers = {{status::ok, "With what its roles permit, and an ETag for If-Match.", own_person_schema()}};
        return made;
    }();
    return o;
}

const operation& update_operation()
{
    static const auto o = [] {
        operation made;
        made.method = method::patch;
        made.path = "/v1/users/me";
        made.id = "updateAccount";
        made.preferring = true;
        made.group = "Account";
        made.summary = "Change the own name and metadata";
        made.who = access::token;
        made.body = object_of(
            {{"name", text(0, accounts::name_limit).or_null(), false}, {"metadata", metadata_schema(), false}});
        made.body_example = {{"name", "Ada"}, {"metadata", {{"theme", "dark"}}}};
        made.answers = {{status::ok, "The account as it is now.", own_person_schema()}};
        made.conditional = true;
        return made;
    }();
    return o;
}

accounts::profile_change change_in(const boost::json::object& body)
{
    accounts::profile_change c;
    if (body.contains("name")) c.name = text_in(body, "name").value_or("");
    if (const auto* const metadata = body.if_contains("metadata")) c.metadata = boost::json::serialize(*metadata);
    return c;
}

// An ETag of the account names what its roles permit, too, which is nothing that is changed here.
constexpr char shown_permissions = '.';

std::vector<std::string> profiles_wanted(const request& q)
{
    auto versions = versions_wanted(q);
    for (auto& each : versions) each.resize(std::min(each.find(shown_permissions), each.size()));
    return versions;
}

response refuse_gone()
{
    return unauthorized("token_invalid", "The account is gone.");
}

} // namespace

own_profile::own_profile(accounts::administration& a, const accounts::service& s, accounts::bearer_tokens& t,
                         core::json_limits l, session_cookies* c)
    : administration_(a), service_(s), tokens_(t), limits_(l), cookies_(c)
{}

void own_profile::add_routes(operations& all)
{
    const auto add = [&](const operation& o, auto endpoint) {
        const auto next = [this, endpoint](request& q, accounts::bearer who) {
            return (this->*endpoint)(q, std::move(who));
        };
        all.add(o, http::no_store()(require_bearer(tokens_, next, cookies_)));
    };
    add(show_operation(), &own_profile::show);
    add(update_operation(), &own_profile::update);
}

core::task<response> own_profile::show(request& q, accounts::bearer who)
{
    auto found = co_await administration_.find_own(who->public_id);
    if (!found && found.error() == core::errc::not_found) co_return refuse_gone();
    if (!found) co_return refuse(found.error(), service_);
    co_return co_await answer_own(q, std::move(*found));
}

core::task<response> own_profile::update(request& q, accounts::bearer who)
{
    const auto given = read_body(q, update_operation(), limits_);
    if (!given) co_return given.error();
    auto change = change_in(*given);
    if (const auto wrong = accounts::find_problem(change)) co_return refuse(*wrong);
    auto self = actor_of(q, accounts::actor_kind::user, who->public_id);
    auto versions = profiles_wanted(q);
    auto changed =
        co_await administration_.update_own(std::move(self), who->public_id, std::move(change), std::move(versions));
    if (!changed && changed.error() == core::errc::not_found) co_return refuse_gone();
    if (!changed) co_return refuse(changed.error(), service_);
    auto r = co_await answer_own(q, std::move(*changed));
    co_return http::as_preferred(q, std::move(r));
}

core::task<response> own_profile::answer_own(request& q, accounts::person p)
{
    auto roles = core::split_words(p.roles);
    const auto may = co_await administration_.permissions_of(std::move(roles));
    if (!may) co_return refuse(may.error(), service_);
    auto r = json_answer(status::ok, to_json(p, *may));
    r.set("ETag", '"' + accounts::version_of(p) + shown_permissions + accounts::version_of({{}, *may}) + '"');
    r.never_compress(); // which makes an ETag weak, and of no use for If-Match
    co_return http::not_modified_if_matched(q, std::move(r));
}

} // namespace watchword::api
