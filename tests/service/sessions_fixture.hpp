#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/key_ring.hpp"
#include "accounts/sessions.hpp"
#include "accounts/user_changes.hpp"
#include "api/operations.hpp"
#include "api/own_user.hpp"
#include "api/sessions.hpp"
#include "core/text.hpp"
#include "service_fixture.hpp"
#include "store/user_states.hpp"
#include "support/once_idle.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <stdexcept>
#include <thread>

namespace watchword::test {

inline std::string text_at(const boost::json::value& v, std::string_view name)
{
    return boost::json::value_to<std::string>(v.at({name.data(), name.size()}));
}

// What a client has after signing in or refreshing.
struct signed_in {
    std::string access, refresh, user_id, session_id;
};

// The claims of an access token, unverified.
inline boost::json::value claims_in(std::string_view token)
{
    const auto first = token.find('.'), second = token.find('.', first + 1);
    return boost::json::parse(core::base64url_decode(token.substr(first + 1, second - first - 1)).value());
}

// Whether claims give a user neither roles nor scope.
inline bool grants_nothing(const boost::json::value& claims)
{
    const auto& all = claims.as_object();
    const auto* const roles = all.if_contains("roles");
    const auto* const scope = all.if_contains("scope");
    return (roles == nullptr || roles->as_array().empty()) && (scope == nullptr || scope->as_string().empty());
}

inline signed_in read_grant(const http::response& r)
{
    const auto body = boost::json::parse(std::string(r.body()));
    signed_in in;
    in.access = text_at(body, "access_token");
    in.refresh = text_at(body, "refresh_token");
    in.user_id = text_at(body.at("user"), "id");
    in.session_id = text_at(claims_in(in.access), "sid");
    return in;
}

// "status code" of a problem, else the status.
inline std::string outcome(const http::response& r)
{
    auto text = std::to_string(static_cast<int>(r.status()));
    if (r.content_type() != "application/problem+json") return text;
    return text + " " + text_at(boost::json::parse(std::string(r.body())), "code");
}

// The same service with the routes under /v1 beside the tutorial's.
struct sessions_service : service {
    static accounts::bearer_settings bearer_settings()
    {
        accounts::bearer_settings s;
        s.issuer = "https://id.test";
        s.audience = "https://api.test";
        return s;
    }

    core::secret_string secret{std::string(32, 's')};
    accounts::key_ring keys;
    core::workers signing{{"sign"}};
    accounts::bearer_tokens bearers{bearer_settings(), keys, database, signing, revoked, clock, random};
    accounts::sessions kept_sessions;
    accounts::user_changes user_changes;
    api::sessions session_routes{accounts, kept_sessions, bearers};
    api::own_user own_user_routes{accounts, user_changes, kept_sessions, bearers};

    explicit sessions_service(const accounts::session_settings& s = {}, const watchword::accounts::key_policy& k = {})
        : keys(k, secret, database, clock, random),
          kept_sessions(s, secret, database, clock, random, &revoked),
          user_changes(s, database, clock, &revoked)
    {
        if (!run_task(keys.start())) throw std::runtime_error("there are no keys");
        watchword::api::operations all_routes(routes);
        session_routes.add_routes(all_routes);
        own_user_routes.add_routes(all_routes);
    }

    http::response ask_v1(http::method m, std::string_view path, std::string_view access = {},
                          std::string_view json = {}, std::string_view agent = "Test/1")
    {
        const std::string bearer = "Bearer " + std::string(access);
        std::vector<http::header_field> headers{{"User-Agent", agent}};
        if (!access.empty()) headers.push_back({"Authorization", bearer});
        if (!json.empty()) headers.push_back({"Content-Type", "application/json"});
        http::request q;
        q.method = m;
        q.path = path;
        q.headers = std::move(headers);
        q.body = json;
        q.remote_address = "192.0.2.7";
        return run_task(routes.answer(q));
    }
    http::response post_v1(std::string_view path, std::string_view json)
    {
        return ask_v1(http::method::post, path, {}, json);
    }
    http::response try_sign_in(std::string_view email, std::string_view password = "pw")
    {
        boost::json::object form;
        form["email"] = boost::json::string(email.data(), email.size());
        form["password"] = boost::json::string(password.data(), password.size());
        return post_v1("/v1/sessions", boost::json::serialize(form));
    }
    // Of an account that is there, or is made now.
    signed_in sign_in(const std::string& email)
    {
        sign_up(email);
        return read_grant(try_sign_in(email));
    }
    http::response try_refresh(std::string_view token)
    {
        return post_v1("/v1/sessions/refresh", "{\"refresh_token\":\"" + std::string(token) + "\"}");
    }
    http::response list_sessions(std::string_view access) { return ask_v1(http::method::get, "/v1/sessions", access); }
    int check(std::string_view access) { return static_cast<int>(list_sessions(access).status()); }
    int end(std::string_view which, std::string_view access)
    {
        return static_cast<int>(ask_v1(http::method::delete_, "/v1/sessions/" + std::string(which), access).status());
    }

    // Whether a token is accepted, without a route.
    bool accepts(std::string_view token)
    {
        return bearers.check_known(token) || run_task(bearers.check(token)).has_value();
    }
    // How often the database has been asked, and told, something.
    std::uint64_t questions()
    {
        return once_idle([this] { return database.statistics().readers; }).executed;
    }
    std::uint64_t changes()
    {
        return once_idle([this] { return database.statistics().writer; }).executed;
    }
    std::int64_t row_id(const std::string& email)
    {
        const auto find = [&](store::session& s) { return store::find_user_by_email(s, email); };
        return run_task(database.read(find)).value().id;
    }
    void set_disabled(const std::string& email, bool disabled)
    {
        const auto id = row_id(email);
        const auto set = [&](store::session& s) {
            return store::set_disabled(s, id, disabled, clock.precise_now(), clock.now());
        };
        run_task(database.write(set)).value();
    }
    // Another program changes the file; returns when the service must have noticed.
    void change_from_outside(const std::string& sql)
    {
        const auto before = database.changes().foreign.load();
        {
            soci::session other(soci::sqlite3, "dbname=" + database_file + " timeout=5");
            other << sql;
        }
        while (database.changes().foreign.load() == before) std::this_thread::yield();
    }
};

} // namespace watchword::test
