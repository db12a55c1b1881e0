#include "api/shared_schemas.hpp"

#include "accounts/accounts.hpp"

#include <utility>

namespace watchword::api {

schema time_schema()
{
    return text(1, schema::unlimited, "date-time");
}

schema password_schema()
{
    return text(1, accounts::password_limit, "password");
}

answer_shape no_content(std::string description)
{
    return {http::status::no_content, std::move(description)};
}

operation admin_operation(http::method m, std::string path, std::string id, std::string summary, std::string permission)
{
    operation o;
    o.method = m;
    o.path = std::move(path);
    o.id = std::move(id);
    o.group = "Administration";
    o.summary = std::move(summary);
    o.who = access::permission;
    o.permission = std::move(permission);
    return o;
}

parameter limit_parameter()
{
    return {"limit", integer(1, largest_page), "How many at most; 50 unless given."};
}

parameter cursor_parameter()
{
    return {"cursor", text(1, 1024), "Where to go on: what `next` was on the page before."};
}

schema next_schema()
{
    return text(1).or_null().about("The next page's cursor; null: this is the last. Link (rel=next) has the same.");
}

} // namespace watchword::api
