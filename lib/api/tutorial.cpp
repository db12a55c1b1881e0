#include "api/tutorial.hpp"

#include "accounts/session_problem.hpp"
#include "api/answers.hpp"
#include "api/client.hpp"
#include "api/device_cookie.hpp"
#include "api/json_text.hpp"
#include "api/token_guard.hpp"
#include "http/middleware.hpp"

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

constexpr std::string_view text_type = "text/html; charset=utf-8"; // what Flask calls plain text

response could_not_verify(status s, std::string_view why)
{
    response r(s, text_type, "Could not verify");
    r.set("WWW-Authenticate", "Basic realm =\"" + std::string(why) + "\"");
    return r;
}

operation form_operation(std::string path, std::string id, std::string summary, std::vector<member> fields)
{
    operation o;
    o.method = http::method::post;
    o.path = std::move(path);
    o.id = std::move(id);
    o.group = "Tutorial";
    o.summary = std::move(summary);
    o.description = "Also as multipart/form-data or a JSON object.";
    o.body = object_of(std::move(fields));
    o.body->open = true;
    o.body_type = "application/x-www-form-urlencoded";
    o.negotiated = false;
    o.problems = {status::too_many_requests};
    return o;
}

operation sign_up_operation()
{
    auto o = form_operation("/signup", "tutorialSignUp", "Sign up",
                            {{"name", text(), false}, {"email", text(1)}, {"password", text(1)}});
    o.answers = {{status::created, "Successfully registered.", text(), "text/html"},
                 {status::accepted, "The address is known.", text(), "text/html"}};
    return o;
}

operation log_in_operation()
{
    auto o = form_operation("/login", "tutorialLogIn", "Log in", {{"email", text(1)}, {"password", text(1)}});
    o.answers = {{status::created, "A token for x-access-token.", object_of({{"token", text(1)}})},
                 {status::unauthorized, "There is no such user.", text(), "text/html"},
                 {status::forbidden, "The password is wrong, or the account disabled.", text(), "text/html"}};
    return o;
}

operation list_operation()
{
    operation o;
    o.path = "/user";
    o.id = "tutorialListUsers";
    o.group = "Tutorial";
    o.summary = "All users";
    o.who = access::tutorial;
    const auto user =
        object_of({{"email", text().or_null()}, {"name", text().or_null()}, {"public_id", text().or_null()}});
    o.answers = {{status::ok, "In the order in which they signed up.", object_of({{"users", list_of(user)}})},
                 {status::unauthorized, "No token, or none that is valid.", object_of({{"message", text()}})}};
    o.negotiated = false;
    return o;
}

} // namespace

tutorial::tutorial(accounts::service& a, accounts::token_checker& t, store::database& d, const body_limits& l,
                   accounts::terms terms, accounts::device_proofs* devices)
    : accounts_(a), tokens_(t), users_(d), limits_(l), terms_(terms), devices_(devices)
{}

void tutorial::add_routes(operations& all, rate_limits* limits, sign_in_counter* counter)
{
    const auto open = [this](auto endpoint) { return [this, endpoint](request& q) { return (this->*endpoint)(q); }; };
    const auto signed_in = [this](auto endpoint) {
        const auto next = [this, endpoint](request& q, accounts::caller who) { return (this->*endpoint)(q, who); };
        return require_token(tokens_, next);
    };
    const std::vector<http::middleware> personal{http::no_store()};

    http::handler signup = open(&tutorial::sign_up), login = http::compose(personal, open(&tutorial::log_in));
    if (limits) signup = limits->around_sign_ups(std::move(signup));
    if (limits) login = limits->around_sign_ins(std::move(login));
    if (counter) login = counter->around(std::move(login));
    all.add(sign_up_operation(), std::move(signup));
    all.add(log_in_operation(), std::move(login));
    all.add(list_operation(), http::compose(personal, signed_in(&tutorial::list_users)));
}

// POST /signup  name, email, password  ->  201, or 202 for an e-mail address that is known
core::task<response> tutorial::sign_up(request& q)
{
    auto form = read_credentials(q, limits_);
    if (!form) co_return failure(form.error());
    accounts::registration wanted{std::move(form->name), std::move(form->email).value_or(""),
                                  std::move(form->password).value_or(core::secret_string())};
    if (const auto bad = accounts::find_problem(wanted))
        co_return http::problem(status::bad_request, bad->code, bad->text);

    auto who = client_of(q);
    const auto added = co_await accounts_.sign_up(std::move(wanted), std::move(who), terms_);
    if (added) co_return response(status::created, text_type, "Successfully registered.");
    if (added.error() == core::errc::already_exists)
        co_return response(status::accepted, text_type, "User already exists. Please Log in.");
    if (const auto weak = accounts::weakness_of(added.error()))
        co_return http::problem(status::bad_request, accounts::code_of(*weak), accounts_.policy().explain(*weak));
    co_return failure(added.error(), accounts_.hashing_wait());
}

// POST /login  email, password  ->  201 {"token": ...}
core::task<response> tutorial::log_in(request& q)
{
    auto form = read_credentials(q, limits_);
    if (!form) co_return failure(form.error());
    if (!form->email || form->email->empty() || !form->password || form->password->empty())
        co_return could_not_verify(status::unauthorized, "Login required !!");

    auto who = client_of(q);
    const auto begun = tokens_.now();
    const auto user =
        co_await accounts_.sign_in(std::move(*form->email), std::move(*form->password), std::move(who), terms_);
    if (!user) {
        const auto why = user.error();
        if (why == core::errc::not_found) co_return could_not_verify(status::unauthorized, "User does not exist !!");
        if (why == core::errc::wrong_password) co_return could_not_verify(status::forbidden, "Wrong Password !!");
        if (why == accounts::session_problem::user_disabled)
            co_return could_not_verify(status::forbidden, "Account disabled !!");
        co_return failure(why, accounts_.hashing_wait());
    }
    const auto token = co_await tokens_.issue(user->public_id, begun, user->tutorial_until);
    if (!token) co_return failure(token.error());
    std::string body = "{\"token\":";
    append_json_string(body, *token);
    body.append("}\n");
    response signed_in(status::created, "application/json", std::move(body));
    if (devices_) remember_device(signed_in, q, *devices_, user->public_id);
    co_return signed_in;
}

// GET /user  ->  200 {"users": [{"email", "name", "public_id"} ...]}
core::task<response> tutorial::list_users(request&, accounts::caller)
{
    auto listed = co_await users_.answer();
    if (!listed) co_return failure(listed.error());
    co_return std::move(*listed);
}

} // namespace watchword::api
