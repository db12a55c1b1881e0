#pragma once

#include "accounts/accounts.hpp"
#include "accounts/revocations.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/operations.hpp"
#include "api/tutorial.hpp"
#include "http/router.hpp"
#include "store/users.hpp"
#include "support/repeatable.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

#include <string>

namespace watchword::test {

// Stands where the test puts it.
class manual_clock final : public core::clock {
public:
    core::timestamp time{std::chrono::seconds(1'800'000'000)};
    core::timestamp now() const noexcept override { return time; }
};

// What server/ puts together, on a new SQLite file, with hashes that cost little.
struct service {
    temporary_directory directory;
    manual_clock clock;
    repeatable_random random;
    std::string database_file = (directory.path() / "service.db").string();
    store::database database{{"sqlite:" + database_file, 2, 64, std::chrono::seconds(5)}};
    crypto::hs256_tokens tokens{core::secret_string(std::string(32, 'k'))};
    crypto::password_hasher passwords{{{64, 1}}};
    core::workers hashing{{"hash", 1, 16}};
    accounts::service accounts{{std::chrono::seconds(10), true}, database, hashing, passwords, random};
    accounts::revocations revoked{{}, clock, random};
    accounts::token_checker checker{tokens, std::chrono::seconds(1800), database, revoked, clock, random};
    api::tutorial tutorial{accounts, checker, database};
    http::router routes;

    service()
    {
        watchword::api::operations all_routes(routes);
        tutorial.add_routes(all_routes);
        api::add_health_routes(all_routes);
    }

    http::response ask(http::method m, std::string_view path, std::vector<http::header_field> headers = {},
                       std::string_view body = {})
    {
        http::request q;
        q.method = m;
        q.path = path;
        q.headers = std::move(headers);
        q.body = body;
        return run_task(routes.answer(q));
    }
    http::response post(std::string_view path, std::string_view form)
    {
        return ask(http::method::post, path, {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
    }
    int sign_up(const std::string& email, const std::string& password = "pw")
    {
        return static_cast<int>(post("/signup", "name=N&email=" + email + "&password=" + password).status());
    }
    // The token, or the status as text.
    std::string log_in(const std::string& email, const std::string& password = "pw")
    {
        const auto r = post("/login", "email=" + email + "&password=" + password);
        if (r.status() != http::status::created) return std::to_string(static_cast<int>(r.status()));
        const std::string body(r.body());
        return body.substr(10, body.size() - 13); // {"token":"..."}\n
    }
    http::response list(std::string_view token) { return ask(http::method::get, "/user", {{"x-access-token", token}}); }
    int list_status(std::string_view token) { return static_cast<int>(list(token).status()); }
};

} // namespace watchword::test
