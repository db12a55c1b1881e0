#include "api/own_user.hpp"

#include "accounts/administration_problem.hpp"
#include "api/answers.hpp"
#include "api/bearer_guard.hpp"
#include "api/client.hpp"
#include "api/device_cookie.hpp"
#include "api/input.hpp"
#include "api/own_user_operations.hpp"
#include "http/middleware.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;
namespace declared = own_user_operations;

} // namespace

own_user::own_user(accounts::service& a, accounts::user_changes& c, accounts::sessions& s, accounts::bearer_tokens& t,
                   core::json_limits l, accounts::device_proofs* devices, session_cookies* cookies)
    : accounts_(a),
      changes_(c),
      sessions_(s),
      tokens_(t),
      limits_(l),
      devices_(devices),
      cookies_(cookies),
      answers_(t, cookies)
{}

void own_user::add_routes(operations& all, rate_limits* limits)
{
    const auto add = [&](const operation& o, auto endpoint) {
        const auto next = [this, endpoint](request& q, accounts::bearer who) {
            return (this->*endpoint)(q, std::move(who));
        };
        auto handler = require_bearer(tokens_, next, cookies_);
        if (limits) handler = limits->around_sign_ins(std::move(handler), rate_limits::told::always);
        all.add(o, http::no_store()(std::move(handler)));
    };
    add(declared::change_password(), &own_user::change_password);
    add(declared::remove(), &own_user::remove);
}

response own_user::refuse(core::error_code ec) const
{
    if (ec == core::errc::wrong_password)
        return http::problem(status::forbidden, "wrong_password", "The password is wrong.");
    if (ec == core::errc::not_found) return unauthorized("token_invalid", "The account is gone.");
    if (ec == accounts::administration_problem::last_admin)
        return http::problem(status::conflict, "last_admin",
                             "Nobody else is an administrator: give somebody the role admin first.");
    if (const auto weak = accounts::weakness_of(ec))
        return refuse_input("/new_password", accounts::code_of(*weak), std::string(accounts_.policy().explain(*weak)));
    return failure(ec, accounts_.hashing_wait());
}

// PUT /v1/users/me/password  {"current_password", "new_password"}  ->  200, what signing in answers: all sessions have
// ended, and this client goes on in a new one (S44). 204: it was changed, but a session could not be begun: sign in.
core::task<response> own_user::change_password(request& q, accounts::bearer who)
{
    auto given = read_body(q, declared::change_password(), limits_);
    if (!given) co_return given.error();
    auto current = secret_in(*given, "current_password"), next = secret_in(*given, "new_password");
    given->clear();
    auto from = client_of(q), again = client_of(q);
    const auto proven = co_await accounts_.confirm(who->public_id, std::move(current), std::move(from));
    if (!proven) co_return refuse(proven.error());
    auto hash = co_await accounts_.hash_new_password(*proven, std::move(next), std::move(again));
    if (!hash) co_return refuse(hash.error());
    auto self = actor_of(q, accounts::actor_kind::user, who->public_id);
    const auto generation =
        co_await changes_.change_password(*proven, std::move(self), std::move(*hash), who->session_id);
    if (!generation) co_return refuse(generation.error());
    auto begun = co_await begin_session(q, *who, *generation);
    if (devices_ && begun.status() == status::ok) remember_device(begun, q, *devices_, who->public_id);
    co_return begun;
}

core::task<response> own_user::begin_session(const request& q, const accounts::bearer_identity& who,
                                             std::uint64_t generation)
{
    accounts::session_request wanted;
    wanted.public_id = who.public_id;
    wanted.generation = generation;
    wanted.from.address = address_of(q);
    wanted.from.device = q.header("User-Agent");
    wanted.amr = "pwd"; // RFC 8176
    wanted.scope = who.scope;
    auto opened = co_await sessions_.open(std::move(wanted));
    if (!opened) co_return answers_.signed_out(q);
    auto granted = co_await answers_.grant(status::ok, std::move(*opened), answers_.carrier_of(q));
    if (granted.status() != status::ok) co_return answers_.signed_out(q);
    co_return granted;
}

// DELETE /v1/users/me  {"password"}  ->  204
core::task<response> own_user::remove(request& q, accounts::bearer who)
{
    auto given = read_body(q, declared::remove(), limits_);
    if (!given) co_return given.error();
    auto password = secret_in(*given, "password");
    given->clear();
    auto from = client_of(q);
    const auto proven = co_await accounts_.confirm(who->public_id, std::move(password), std::move(from));
    if (!proven) co_return refuse(proven.error());
    auto self = actor_of(q, accounts::actor_kind::user, who->public_id);
    const auto deleted = co_await changes_.delete_user(*proven, std::move(self), who->session_id);
    if (!deleted) co_return refuse(deleted.error());
    co_return answers_.signed_out(q);
}

} // namespace watchword::api
