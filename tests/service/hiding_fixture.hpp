#pragma once

#include "api/operations.hpp"
#include "service_fixture.hpp"
#include "store/session.hpp"

#include <stdexcept>

namespace watchword::test {

inline constexpr accounts::terms hidden_terms{accounts::addresses::exact, accounts::password_rules::lenient,
                                              accounts::existence::hidden};

// The same service with routes that hide which accounts exist, beside the tutorial's own.
struct hiding_service : service {
    api::tutorial hiding{accounts, checker, database, {}, hidden_terms};
    http::router hiding_routes;

    hiding_service()
    {
        watchword::api::operations all_hiding_routes(hiding_routes);
        hiding.add_routes(all_hiding_routes);
    }

    http::response post_hidden(std::string_view path, std::string_view form)
    {
        const std::vector<http::header_field> type{{"Content-Type", "application/x-www-form-urlencoded"}};
        http::request q;
        q.method = http::method::post;
        q.path = path;
        q.headers = type;
        q.body = form;
        return run_task(hiding_routes.answer(q));
    }
    core::result<std::string> sign_in_hidden(const std::string& email, std::string_view password,
                                             const watchword::accounts::terms& t = hidden_terms)
    {
        auto proven = run_task(accounts.sign_in(email, core::secret_string(password), {}, t));
        if (!proven) return proven.error();
        return std::move(proven->public_id);
    }
    core::result<std::string> sign_up_hidden(const std::string& email, std::string_view password,
                                             const watchword::accounts::terms& t = hidden_terms)
    {
        return run_task(accounts.sign_up({"N", email, core::secret_string(password)}, {}, t));
    }
    // The first one's; `value` as SQL has it.
    void set_column(const std::string& email, const std::string& column, const std::string& value)
    {
        const auto change = [&](store::session& s) -> core::result<void> {
            s.execute("UPDATE \"user\" SET " + column + " = " + value + " WHERE email = '" + email + "'");
            return {};
        };
        if (!run_task(database.write(change))) throw std::runtime_error("the row cannot be changed");
    }
    std::string stored_hash(const std::string& email)
    {
        const auto find = [&](store::session& s) { return store::find_user_by_email(s, email); };
        return run_task(database.read(find)).value().password_hash.value_or("");
    }
};

} // namespace watchword::test
