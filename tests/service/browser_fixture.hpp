#pragma once

#include "api/operations.hpp"
#include "api/session_cookies.hpp"
#include "sessions_fixture.hpp"
#include "support/cookie_jar.hpp"

#include <utility>

namespace watchword::test {

inline const std::string access_cookie = "__Host-watchword-access", refresh_cookie = "__Host-watchword-refresh",
                         csrf_cookie = "__Host-watchword-csrf";

using extra_headers = std::vector<std::pair<std::string, std::string>>;

// The service with session cookies, for browsers.
struct cookies_service : sessions_service {
    api::session_cookies cookies{secret, {"https://app.id.test"}};
    api::sessions browser_sessions{accounts, kept_sessions, bearers, {}, nullptr, &cookies};
    http::router browser_routes;

    explicit cookies_service(const accounts::session_settings& s = {}) : sessions_service(s)
    {
        watchword::api::operations all_browser_routes(browser_routes);
        browser_sessions.add_routes(all_browser_routes);
    }

    // Sends the jar's cookies and keeps those of the answer.
    http::response ask_with(cookie_jar& jar, http::method m, std::string_view path, std::string_view json = {},
                            const extra_headers& more = {})
    {
        const auto field = jar.field();
        http::request q;
        q.method = m;
        q.path = path;
        q.headers = {{"Host", "id.test"}, {"User-Agent", "Test/1"}};
        if (!jar.empty()) q.headers.push_back({"Cookie", field});
        if (!json.empty()) q.headers.push_back({"Content-Type", "application/json"});
        for (const auto& [name, value] : more) q.headers.push_back({name, value});
        q.body = json;
        q.secure = true;
        q.remote_address = "192.0.2.7";
        auto answered = run_task(browser_routes.answer(q));
        keep_cookies(jar, answered);
        return answered;
    }
    http::response try_cookie_sign_in(cookie_jar& jar, const std::string& email, const std::string& password = "pw",
                                      const extra_headers& more = {})
    {
        const auto form = R"({"email":")" + email + R"(","password":")" + password + R"(","cookies":true})";
        return ask_with(jar, http::method::post, "/v1/sessions", form, more);
    }
    cookie_jar sign_in_by_cookies(const std::string& email)
    {
        sign_up(email);
        cookie_jar jar;
        if (outcome(try_cookie_sign_in(jar, email)) != "201") throw std::runtime_error("nobody signed in");
        return jar;
    }
    // What a page does: with its CSRF token.
    http::response change(cookie_jar& jar, http::method m, std::string_view path)
    {
        return ask_with(jar, m, path, {}, {{"X-CSRF-Token", jar.value(csrf_cookie)}});
    }
    http::response refresh(cookie_jar& jar) { return change(jar, http::method::post, "/v1/sessions/refresh"); }
    std::string check_with(cookie_jar& jar) { return outcome(ask_with(jar, http::method::get, "/v1/sessions")); }

    static std::string session_in(const cookie_jar& jar) { return text_at(claims_in(jar.value(access_cookie)), "sid"); }
    static void keep_cookies(cookie_jar& jar, const http::response& r)
    {
        constexpr std::string_view name = "Set-Cookie: ";
        for (auto lines = r.lines(); !lines.empty(); lines.remove_prefix(lines.find("\r\n") + 2))
            if (lines.starts_with(name)) jar.take(lines.substr(name.size(), lines.find("\r\n") - name.size()));
    }
};

} // namespace watchword::test
