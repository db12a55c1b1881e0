#include "store/accounts.hpp"

#include "store/failure.hpp"
#include "store/open.hpp"

#include <stdexcept>

namespace watchword::store {

core::result<account> find_account(session& s, std::string_view email)
{
    auto found = find_user_by_similar_email(s, email);
    if (!found) return found.error();
    auto state = find_user_state(s, found->id);
    if (!state) return state.error();
    return account{std::move(*found), std::move(*state)};
}

core::result<account> read_account(const database_settings& settings, std::string_view email)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    reader->begin();
    if (!reader->has_table("watchword_user_state") || !reader->has_table("watchword_email_key"))
        throw std::runtime_error("the database's schema is of an older version; see watchword migrate");
    return find_account(*reader, email);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
