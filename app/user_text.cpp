#include "user_text.hpp"

#include "core/words.hpp"
#include "text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace watchword::app {
namespace {

using store::account;

boost::json::array roles_of(const account& a)
{
    boost::json::array listed;
    for (const auto& each : core::split_words(a.state.roles)) listed.emplace_back(each);
    return listed;
}

boost::json::object to_json(const account& a)
{
    boost::json::object o{{"id", a.who.public_id.value_or(std::string())},
                          {"email", a.who.email.value_or(std::string())}};
    auto& name = o["name"];
    if (a.who.name) name = *a.who.name;
    o["disabled"] = a.state.disabled;
    o["roles"] = roles_of(a);
    return o;
}

std::string_view word_of(const account& a)
{
    return a.state.disabled ? "disabled" : "enabled";
}

using row = std::vector<std::string>;

row to_row(const account& a)
{
    return {harmless(a.who.email.value_or(std::string())), harmless(a.who.name.value_or(std::string())),
            std::string(word_of(a)), a.state.roles.empty() ? "-" : harmless(a.state.roles),
            harmless(a.who.public_id.value_or(std::string()))};
}

} // namespace

void print_state(const account& a, bool as_json)
{
    if (as_json) {
        auto o = to_json(a);
        o.erase("name");
        std::cout << boost::json::serialize(o) << "\n";
        return;
    }
    std::cout << harmless(a.who.email.value_or(std::string())) << " is " << word_of(a)
              << ", roles: " << (a.state.roles.empty() ? std::string("none") : a.state.roles) << "\n";
}

void print_user(const account& a, bool as_json)
{
    if (as_json) {
        std::cout << boost::json::serialize(to_json(a)) << "\n";
        return;
    }
    const auto shown = to_row(a);
    std::cout << "e-mail  " << shown[0] << "\nname    " << (shown[1].empty() ? "-" : shown[1]) << "\nstate   "
              << shown[2] << "\nroles   " << shown[3] << "\nid      " << shown[4] << "\n";
}

void print_users(const std::vector<account>& all, bool as_json)
{
    if (as_json) {
        boost::json::array out;
        for (const auto& each : all) out.push_back(to_json(each));
        std::cout << boost::json::serialize(out) << "\n";
        return;
    }
    std::vector<row> rows{{"e-mail", "name", "state", "roles", "id"}};
    for (const auto& each : all) rows.push_back(to_row(each));
    print_table(rows);
}

} // namespace watchword::app
