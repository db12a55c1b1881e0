#pragma once

#include "accounts/device_proofs.hpp"
#include "api/operations.hpp"
#include "api/reference.hpp"
#include "http/traffic.hpp"
#include "server/v1.hpp"
#include "sessions_fixture.hpp"

namespace watchword::test {

// Everything under /v1 as server/ puts it together, on a router of its own.
struct administered_service : sessions_service {
    settings::settings configured;
    accounts::device_proofs devices{secret, tokens, std::chrono::seconds(1800), clock, random};
    api::rate_limits limits{{}, random};
    http::traffic traffic;
    http::router all_routes;
    api::operations all{all_routes};
    server::v1_service v1{configured, secret, keys, signing, database, accounts, devices, revoked, clock, random};

    administered_service()
    {
        traffic.count_in(all_routes);
        v1.add_routes(all, limits, {traffic, hashing, database, [] { return std::size_t(1); }});
    }

    using fields = std::vector<http::header_field>;
    http::response ask(http::method m, std::string_view target, std::string_view credential, std::string_view json = {},
                       fields more = {})
    {
        const std::string bearer = "Bearer " + std::string(credential);
        http::request q;
        q.method = m;
        q.target = target;
        q.path = target.substr(0, target.find('?'));
        if (q.path.size() < target.size()) q.query = target.substr(q.path.size() + 1);
        q.headers = std::move(more);
        if (!credential.empty()) q.headers.push_back({"Authorization", bearer});
        if (!json.empty()) q.headers.push_back({"Content-Type", "application/json"});
        q.body = json;
        q.remote_address = "192.0.2.7";
        return run_task(all_routes.answer(q));
    }
    static boost::json::object body_of(const http::response& r)
    {
        return boost::json::parse(std::string(r.body())).as_object();
    }

    // The access token of a new session.
    std::string token_of(const std::string& email, const std::string& password = "a password of the tests")
    {
        const boost::json::object form{{"email", email}, {"password", password}};
        const auto r = ask(http::method::post, "/v1/sessions", {}, boost::json::serialize(form));
        if (r.status() != http::status::created) throw std::runtime_error(std::string(r.body()));
        return text_at(body_of(r), "access_token");
    }
    // The same of the first administrator, who is made.
    std::string admin()
    {
        const boost::json::object form{{"token", std::string(v1.setup_token().view())},
                                       {"email", "root@x.test"},
                                       {"password", "a password of the tests"}};
        const auto r = ask(http::method::post, "/v1/setup", {}, boost::json::serialize(form));
        if (r.status() != http::status::created) throw std::runtime_error(std::string(r.body()));
        return token_of("root@x.test");
    }
    // The id of a new user.
    std::string create(std::string_view credential, const std::string& email, boost::json::array roles = {})
    {
        const boost::json::object form{
            {"email", email}, {"password", "a password of the tests"}, {"roles", std::move(roles)}};
        const auto r = ask(http::method::post, "/v1/admin/users", credential, boost::json::serialize(form));
        if (r.status() != http::status::created) throw std::runtime_error(std::string(r.body()));
        return text_at(body_of(r), "id");
    }
};

} // namespace watchword::test
