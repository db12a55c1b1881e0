#include "api/sign_up.hpp"

#include "api/admin_answers.hpp"
#include "api/client.hpp"
#include "api/idempotency.hpp"
#include "api/input.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "http/middleware.hpp"
#include "http/preferences.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

constexpr accounts::terms hiding{accounts::addresses::caseless, accounts::password_rules::strict,
                                 accounts::existence::hidden};

const operation& create_operation()
{
    static const auto o = [] {
        operation made;
        made.method = http::method::post;
        made.path = "/v1/users";
        made.id = "signUp";
        made.group = "Account";
        made.summary = "Sign up";
        made.description = "Nobody learns whether the address has an account already: then the answer is the same, and "
                           "nothing has changed.";
        made.body = object_of({{"email", text(1, accounts::email_limit, "email")},
                               {"password", password_schema()},
                               {"name", text(0, accounts::name_limit).or_null(), false}});
        made.body_example = {{"email", "ada@example.org"}, {"password", "correct horse battery"}, {"name", "Ada"}};
        made.answers = {{status::created, "The new account: sign in with POST /v1/sessions.", person_schema()}};
        made.problems = {status::too_many_requests};
        made.keyed = true;
        made.preferring = true;
        return made;
    }();
    return o;
}

} // namespace

sign_up::sign_up(accounts::service& s, const core::clock& c, core::json_limits l) : service_(s), clock_(c), limits_(l)
{}

void sign_up::add_routes(operations& all, rate_limits* limits, accounts::idempotent_requests* once)
{
    http::handler h = [this](request& q) { return create(q); };
    if (once) h = keyed(*once, std::move(h));
    if (limits) h = limits->around_sign_ups(std::move(h));
    all.add(create_operation(), http::no_store()(std::move(h)));
}

core::task<response> sign_up::create(request& q)
{
    auto given = read_body(q, create_operation(), limits_);
    if (!given) co_return given.error();
    accounts::registration wanted;
    wanted.email = text_in(*given, "email").value_or("");
    wanted.password = secret_in(*given, "password");
    wanted.name = text_in(*given, "name");
    if (wanted.name == "") wanted.name.reset();
    given->clear();
    if (const auto wrong = accounts::find_problem(wanted)) co_return refuse(*wrong);
    accounts::person shown;
    shown.email = wanted.email;
    shown.name = wanted.name;
    shown.created = shown.updated = clock_.precise_now();
    auto from = client_of(q);
    auto added = co_await service_.sign_up(std::move(wanted), std::move(from), hiding);
    if (!added) co_return refuse(added.error(), service_);
    shown.public_id = std::move(*added);
    auto r = json_answer(status::created, to_json(shown));
    r.set("Location", "/v1/users/me");
    co_return http::as_preferred(q, std::move(r));
}

} // namespace watchword::api
