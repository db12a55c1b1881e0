#include "store/accounts.hpp"

#include "store/failure.hpp"
#include "store/nullable_text.hpp"
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

namespace {

void require_tables(session& s)
{
    if (!s.has_table("watchword_user_state") || !s.has_table("watchword_email_key"))
        throw std::runtime_error("the database's schema is of an older version; see watchword migrate");
}

std::string in_small_letters(std::string_view text)
{
    std::string small(text);
    for (auto& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

// A state whose public id is another's is of a user before.
std::string listing(dialect kind)
{
    const std::string position = kind == dialect::sqlite ? "instr" : "strpos";
    return "SELECT u.id, u.public_id, u.name, u.email, COALESCE(s.disabled, 0), COALESCE(s.roles, '') FROM \"user\" u "
           "LEFT JOIN watchword_user_state s ON s.user_id = u.id AND s.public_id = u.public_id "
           "WHERE (:all = 1 OR " +
           position + "(lower(COALESCE(u.email, '')), :search) > 0 OR " + position +
           "(lower(COALESCE(u.name, '')), :search2) > 0) AND (:any = 1 OR " + position +
           "(' ' || COALESCE(s.roles, '') || ' ', :role) > 0) ORDER BY u.id LIMIT :limit";
}

std::vector<account> list(session& s, const account_filter& f)
{
    const int all = f.search.empty(), any = f.role.empty();
    const auto search = in_small_letters(f.search), role = " " + f.role + " ";
    const auto limit = static_cast<long long>(f.limit);
    long long id = 0, disabled = 0;
    nullable_text public_id, name, email;
    std::string roles;
    soci::statement each = (s.sql().prepare << listing(s.kind()), soci::use(all), soci::use(search), soci::use(search),
                            soci::use(any), soci::use(role), soci::use(limit), soci::into(id),
                            soci::into(public_id.value, public_id.state), soci::into(name.value, name.state),
                            soci::into(email.value, email.state), soci::into(disabled), soci::into(roles));
    std::vector<account> found;
    each.execute();
    while (each.fetch()) {
        account a;
        a.who = {id, public_id.get(), name.get(), email.get(), std::nullopt};
        a.state.user_id = id;
        a.state.disabled = disabled != 0;
        a.state.roles = roles;
        found.push_back(std::move(a));
    }
    return found;
}

} // namespace

std::vector<account> read_accounts(const database_settings& settings, const account_filter& f)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    reader->begin();
    require_tables(*reader);
    return list(*reader, f);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

core::result<account> read_account(const database_settings& settings, std::string_view email)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    reader->begin();
    require_tables(*reader);
    return find_account(*reader, email);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
