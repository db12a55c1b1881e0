#include "api/admin_signing_keys.hpp"

#include "accounts/key_problem.hpp"
#include "api/admin_answers.hpp"
#include "api/input.hpp"
#include "api/person_json.hpp"
#include "api/shared_schemas.hpp"
#include "core/json.hpp"
#include "core/log.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace watchword::api {
namespace {

using accounts::key_life;
using http::method;
using http::request;
using http::response;
using http::status;

schema key_schema()
{
    return named("SigningKey",
                 object_of({{"kid", text(1)},
                            {"algorithm", text(1)},
                            {"state", one_of({"waiting", "signing", "verifying", "ended", "retired"})},
                            {"created", time_schema()},
                            {"signs_from", time_schema()},
                            {"signs_until", time_schema().or_null().about("Null: no end is planned.")},
                            {"verifies_until", time_schema().or_null().about("Null: no end is planned.")}}));
}

const operation& list_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::get, "/v1/admin/signing-keys", "listSigningKeys",
                                    "The keys that sign access tokens", "signing_keys.read");
        made.answers = {
            {status::ok, "In the order in which they were made.", object_of({{"keys", list_of(key_schema())}})}};
        return made;
    }();
    return o;
}

const operation& rotate_operation()
{
    static const auto o = [] {
        auto made = admin_operation(method::post, "/v1/admin/signing-keys", "rotateSigningKey", "A new key takes over",
                                    "signing_keys.write");
        made.description = "It is published now and signs once everybody can know it; `at_once` does not wait, so that "
                           "whoever keeps a copy of the public keys must fetch them again.";
        made.body = object_of({{"at_once", boolean(), false}});
        made.body_example = boost::json::object();
        made.answers = {{status::created, "The key that signs now.", key_schema()}};
        made.problems = {status::conflict};
        made.keyed = true;
        return made;
    }();
    return o;
}

std::optional<core::precise_timestamp> end_of(core::precise_timestamp t)
{
    if (t == accounts::never) return std::nullopt;
    return t;
}

boost::json::object to_json(const key_life& k, std::span<const key_life> all, core::precise_timestamp now)
{
    return {{"kid", k.kid},
            {"algorithm", core::json_string(crypto::facts_of(k.algorithm).name)},
            {"state", core::json_string(accounts::name_of(accounts::state_of(k, all, now)))},
            {"created", time_json(k.created)},
            {"signs_from", time_json(k.signs_from)},
            {"signs_until", time_json(end_of(k.signs_until))},
            {"verifies_until", time_json(end_of(k.verifies_until))}};
}

response waiting()
{
    return http::problem(status::conflict, "key_waiting", "The next key is published already, and will sign soon.");
}

} // namespace

admin_signing_keys::admin_signing_keys(accounts::administration& a, const accounts::service& s, accounts::key_ring& k,
                                       const core::clock& c, core::json_limits l)
    : administration_(a), service_(s), keys_(k), clock_(c), limits_(l)
{}

void admin_signing_keys::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, list_operation(), *this, &admin_signing_keys::list);
    guard.add(all, rotate_operation(), *this, &admin_signing_keys::rotate);
}

core::task<response> admin_signing_keys::list(request&, accounts::actor)
{
    const auto lives = co_await keys_.list();
    if (!lives) co_return refuse(lives.error(), service_);
    const auto now = clock_.precise_now();
    boost::json::array keys;
    for (const auto& each : *lives) keys.emplace_back(to_json(each, *lives, now));
    const boost::json::object body{{"keys", std::move(keys)}};
    co_return json_answer(status::ok, body);
}

// The event follows the change: if it cannot be written, the log of the server has it.
core::task<response> admin_signing_keys::rotate(request& q, accounts::actor who)
{
    const auto given = read_body(q, rotate_operation(), limits_);
    if (!given) co_return given.error();
    const auto start = flag_in(*given, "at_once").value_or(false) ? accounts::key_start::at_once
                                                                  : accounts::key_start::published_ahead;
    const auto signing = co_await keys_.rotate(start);
    if (!signing && signing.error() == accounts::key_problem::waiting) co_return waiting();
    if (!signing) co_return refuse(signing.error(), service_);
    auto kid = signing->kid;
    std::string action = "signing_key.rotated";
    const auto noted = co_await administration_.note(std::move(who), std::move(action), std::move(kid));
    if (!noted)
        core::log::warning("the audit log does not say that the signing key was rotated",
                           {{"kid", signing->kid}, {"reason", noted.error().message()}});
    const std::span<const key_life> itself(&*signing, 1);
    co_return json_answer(status::created, to_json(*signing, itself, clock_.precise_now()));
}

} // namespace watchword::api
