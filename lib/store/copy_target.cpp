#include "store/copy_target.hpp"

namespace watchword::store {

std::unique_ptr<copy_target> open_copy_target(const database_settings& s, refusal_listener& listener)
{
    if (s.url.starts_with("sqlite:")) return open_sqlite_target(s, listener);
    return open_postgresql_target(s, listener);
}

std::string_view general_objection(const copied_column& c, const stored_value& v)
{
    using kind = stored_value::kind;
    if (v.type == kind::null) return c.may_be_null ? "" : "there is no value";
    if (c.type == copied_column::kind::integer) return v.type == kind::integer ? "" : "it is no whole number";
    if (v.type == kind::integer || v.type == kind::real) return "it is a number, not a text";
    return {};
}

} // namespace watchword::store
