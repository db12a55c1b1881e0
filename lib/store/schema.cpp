#include "store/schema.hpp"

#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

schema_state examine(session& s)
{
    schema_state found;
    const auto known = migrations_for(s.kind());
    for (const auto& m : known) found.known.emplace_back(m.name);
    found.applied = static_cast<std::size_t>(schema_version(s, known));
    found.has_users = s.has_table("user");
    return found;
}

} // namespace

schema_state read_schema(const database_settings& settings)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    return examine(*reader);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

schema_state update_schema(const database_settings& settings)
try {
    const auto opened = open_backend(settings);
    const auto writer = opened->connect(access::write);
    migrate(*writer, migrations_for(opened->kind()));
    check_user_table(*writer);
    return examine(*writer);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be used: " + describe(e));
}

} // namespace watchword::store
