#include "api/setup.hpp"

#include "api/admin_answers.hpp"
#include "api/answers.hpp"
#include "api/client.hpp"
#include "api/idempotency.hpp"
#include "api/input.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "core/secret.hpp"
#include "http/middleware.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

const operation& show_operation()
{
    static const auto o = [] {
        operation made;
        made.path = "/v1/setup";
        made.id = "isSetUp";
        made.group = "Set-up";
        made.summary = "Whether there is an administrator";
        made.answers = {{status::ok, "Needed as long as nobody is.", object_of({{"needed", boolean()}})}};
        return made;
    }();
    return o;
}

const operation& complete_operation()
{
    static const auto o = [] {
        operation made;
        made.method = http::method::post;
        made.path = "/v1/setup";
        made.id = "setUp";
        made.group = "Set-up";
        made.summary = "Make the first administrator";
        made.body = object_of({{"token", text(1).about("As the server has printed it at its start.")},
                               {"email", text(1, accounts::email_limit, "email")},
                               {"password", password_schema()},
                               {"name", text(0, accounts::name_limit).or_null(), false}});
        made.answers = {{status::created, "The administrator: sign in with POST /v1/sessions.", person_schema()}};
        made.problems = {status::unauthorized, status::conflict, status::too_many_requests};
        made.keyed = true;
        return made;
    }();
    return o;
}

} // namespace

setup::setup(accounts::administration& a, const accounts::service& s, core::secret_string token, core::json_limits l)
    : administration_(a), service_(s), token_(std::move(token)), limits_(l)
{}

void setup::add_routes(operations& all, rate_limits* limits, accounts::idempotent_requests* once)
{
    http::handler h = [this](request& q) { return complete(q); };
    if (once) h = keyed(*once, std::move(h));
    if (limits) h = limits->around_tokens(std::move(h));
    all.add(show_operation(), http::no_store()([this](request& q) { return show(q); }));
    all.add(complete_operation(), http::no_store()(std::move(h)));
}

core::task<response> setup::show(request&)
{
    const auto needed = co_await administration_.find_first_admin_needed();
    if (!needed) co_return failure(needed.error());
    const boost::json::object body{{"needed", *needed}};
    co_return json_answer(status::ok, body);
}

core::task<response> setup::complete(request& q)
{
    auto given = read_body(q, complete_operation(), limits_);
    if (!given) co_return given.error();
    const auto token = secret_in(*given, "token");
    if (token_.empty() || !core::equal_in_constant_time(token.view(), token_.view()))
        co_return unauthorized("setup_token_invalid", "This is not the token that the server printed at its start.");
    accounts::new_person wanted;
    wanted.email = text_in(*given, "email").value_or("");
    wanted.password = secret_in(*given, "password");
    wanted.name = text_in(*given, "name");
    given->clear();
    if (const auto wrong = accounts::find_problem(wanted)) co_return refuse(*wrong);
    auto by = actor_of(q, accounts::actor_kind::system, "setup");
    const auto made = co_await administration_.create_first_admin(std::move(by), std::move(wanted));
    if (!made) co_return refuse(made.error(), service_);
    co_return answer(status::created, *made);
}

} // namespace watchword::api
