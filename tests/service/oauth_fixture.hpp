#pragma once

#include "accounts/client_file.hpp"
#include "api/oauth.hpp"
#include "api/operations.hpp"
#include "sessions_fixture.hpp"

#include <algorithm>

namespace watchword::test {

// What a Basic field is made of.
inline std::string basic_field(const std::string& id, const std::string& secret)
{
    auto text = core::base64url_encode(id + ":" + secret);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.resize((text.size() + 3) / 4 * 4, '=');
    return "Basic " + text;
}

inline accounts::registered_client client_that_may(const std::string& id, const std::string& secret, bool introspect,
                                                   bool revoke)
{
    accounts::registered_client c;
    c.id = id;
    c.secret_hash = crypto::sha256()(secret);
    c.may_introspect = introspect;
    c.may_revoke = revoke;
    return c;
}

// The service with clients: "api" may do both, "reader" and "revoker" one of it.
struct oauth_service : sessions_service {
    accounts::registered_clients clients{{client_that_may("api", "api-secret", true, true),
                                          client_that_may("reader", "reader-secret", true, false),
                                          client_that_may("revoker", "revoker-secret", false, true)}};
    api::oauth oauth_routes{kept_sessions, bearers, clients, random};

    explicit oauth_service(const accounts::session_settings& s = {}) : sessions_service(s)
    {
        watchword::api::operations all_routes(routes);
        oauth_routes.add_routes(all_routes);
    }

    // Of any body and fields; the form's Content-Type is among them unless one is given.
    http::response ask_as(http::router& r, const std::string& path, const std::string& body,
                          std::vector<http::header_field> fields, std::string_view address = "192.0.2.7")
    {
        const auto is_type = [](const auto& field) { return field.name == "Content-Type"; };
        if (std::none_of(fields.begin(), fields.end(), is_type))
            fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        http::request q;
        q.method = http::method::post;
        q.path = path;
        q.headers = std::move(fields);
        q.body = body;
        q.remote_address = address;
        return run_task(r.answer(q));
    }
    http::response introspect_as(const std::string& field, const std::string& body)
    {
        return ask_as(routes, "/v1/oauth/introspect", body, {{"Authorization", field}});
    }
    http::response introspect_form(const std::string& body)
    {
        return introspect_as(basic_field("api", "api-secret"), body);
    }
    boost::json::object introspect(const std::string& token)
    {
        const auto r = introspect_form("token=" + token);
        if (r.status() != http::status::ok) throw std::runtime_error("introspection: " + std::string(r.body()));
        return boost::json::parse(std::string(r.body())).as_object();
    }
    bool is_active(const std::string& token) { return introspect(token).at("active").as_bool(); }

    http::response revoke_form(const std::string& body)
    {
        return ask_as(routes, "/v1/oauth/revoke", body, {{"Authorization", basic_field("api", "api-secret")}});
    }
    int revoke(const std::string& token) { return static_cast<int>(revoke_form("token=" + token).status()); }
};

// "status error", of an error of RFC 6749 section 5.2.
inline std::string oauth_outcome(const http::response& r)
{
    const auto status = std::to_string(static_cast<int>(r.status()));
    if (r.status() == http::status::ok) return status;
    if (r.content_type() != "application/json") return status + " " + std::string(r.content_type());
    const auto body = boost::json::parse(std::string(r.body())).as_object();
    if (body.size() != 2 || text_at(body, "error_description").empty()) return status + " of another form";
    return status + " " + text_at(body, "error");
}

} // namespace watchword::test
