#include "store/signing_keys.hpp"

#include "store/failure.hpp"
#include "store/nullable_time.hpp"
#include "store/open.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

struct list_keys_query {
    std::string kid, algorithm, sealed;
    long long created = 0, signs_from = 0, longest_lifetime = 0;
    nullable_time signs_until, verifies_until;
    soci::statement statement;

    explicit list_keys_query(soci::session& sql)
        : statement((sql.prepare << "SELECT kid, algorithm, sealed, created, signs_from, signs_until, verifies_until, "
                                    "longest_lifetime FROM watchword_signing_key ORDER BY created, kid",
                     soci::into(kid), soci::into(algorithm), soci::into(sealed), soci::into(created),
                     soci::into(signs_from), soci::into(signs_until.value, signs_until.state),
                     soci::into(verifies_until.value, verifies_until.state), soci::into(longest_lifetime)))
    {}
};

// What may be changed.
struct key_times {
    long long signs_from = 0, longest_lifetime = 0;
    nullable_time signs_until, verifies_until;

    void set(const signing_key_row& r)
    {
        signs_from = to_stored(r.signs_from);
        signs_until.set(r.signs_until);
        verifies_until.set(r.verifies_until);
        longest_lifetime = r.longest_lifetime.count();
    }
};

struct add_key_query : key_times {
    std::string kid, algorithm, sealed, added;
    long long created = 0;
    soci::statement statement;

    explicit add_key_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_signing_key (kid, algorithm, sealed, created, signs_from, "
                                    "signs_until, verifies_until, longest_lifetime) VALUES (:kid, :algorithm, :sealed, "
                                    ":created, :signs_from, :signs_until, :verifies_until, :longest_lifetime) "
                                    "ON CONFLICT (kid) DO NOTHING RETURNING kid",
                     soci::use(kid), soci::use(algorithm), soci::use(sealed), soci::use(created), soci::use(signs_from),
                     soci::use(signs_until.value, signs_until.state),
                     soci::use(verifies_until.value, verifies_until.state), soci::use(longest_lifetime),
                     soci::into(added)))
    {}
};

struct set_times_query : key_times {
    std::string kid, changed;
    soci::statement statement;

    explicit set_times_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_signing_key SET signs_from = :signs_from, "
                                    "signs_until = :signs_until, verifies_until = :verifies_until, "
                                    "longest_lifetime = :longest_lifetime WHERE kid = :kid RETURNING kid",
                     soci::use(signs_from), soci::use(signs_until.value, signs_until.state),
                     soci::use(verifies_until.value, verifies_until.state), soci::use(longest_lifetime), soci::use(kid),
                     soci::into(changed)))
    {}
};

struct remove_key_query {
    std::string kid;
    soci::statement statement;

    explicit remove_key_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_signing_key WHERE kid = :kid", soci::use(kid)))
    {}
};

// Nodes keep copies of the keys, as they do of what is revoked.
void tell_others(session& s)
{
    s.mark_revoked();
}

} // namespace

std::vector<signing_key_row> list_signing_keys(session& s)
{
    auto& q = s.prepared<list_keys_query>();
    std::vector<signing_key_row> all;
    q.statement.execute();
    while (q.statement.fetch())
        all.push_back({q.kid, q.algorithm, q.sealed, from_stored(q.created), from_stored(q.signs_from),
                       q.signs_until.get(), q.verifies_until.get(), std::chrono::milliseconds(q.longest_lifetime)});
    return all;
}

void lock_signing_keys(session& s)
{
    s.lock_name("signing keys");
}

core::result<void> add_signing_key(session& s, const signing_key_row& r)
{
    auto& q = s.prepared<add_key_query>();
    q.kid = r.kid;
    q.algorithm = r.algorithm;
    q.sealed = r.sealed;
    q.created = to_stored(r.created);
    q.set(r);
    if (!fetch_one(q.statement)) return core::errc::already_exists;
    tell_others(s);
    return {};
}

core::result<void> set_signing_times(session& s, const signing_key_row& r)
{
    auto& q = s.prepared<set_times_query>();
    q.kid = r.kid;
    q.set(r);
    if (!fetch_one(q.statement)) return core::errc::not_found;
    tell_others(s);
    return {};
}

void remove_signing_key(session& s, std::string_view kid)
{
    auto& q = s.prepared<remove_key_query>();
    q.kid = kid;
    q.statement.execute(true);
    tell_others(s);
}

std::vector<signing_key_row> read_signing_keys(const database_settings& settings)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    if (!reader->has_table("watchword_signing_key")) return {};
    return list_signing_keys(*reader);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
