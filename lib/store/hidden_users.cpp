#include "store/hidden_users.hpp"

#include "store/email_keys.hpp"
#include "store/session.hpp"

#include <cmath>

namespace watchword::store {
namespace {

struct remove_by_email_query {
    std::string email;
    soci::statement statement;

    explicit remove_by_email_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM \"user\" WHERE email = :email", soci::use(email)))
    {}
};

struct last_id_query {
    long long id = 0;
    soci::statement statement;

    explicit last_id_query(soci::session& sql)
        : statement((sql.prepare << "SELECT COALESCE(MAX(id), 0) FROM \"user\"", soci::into(id)))
    {}
};

struct hash_after_query {
    long long after = 0;
    std::string hash;
    soci::indicator state = soci::i_null;
    soci::statement statement;

    explicit hash_after_query(soci::session& sql)
        : statement((sql.prepare << "SELECT password FROM \"user\" WHERE id > CAST(:after AS bigint) "
                                    "ORDER BY id LIMIT 1",
                     soci::use(after), soci::into(hash, state)))
    {}
};

// From 0 to places - 1: "A Fast, Minimal Memory, Consistent Hash Algorithm" of Lamping and Veach, 2014.
long long place_of(std::uint64_t number, long long places)
{
    double place = 0, next = 0;
    while (next < static_cast<double>(places)) {
        place = next;
        number = number * 2862933555777941757u + 1;
        next = std::floor((place + 1) * (0x1p31 / (static_cast<double>(number >> 33) + 1)));
    }
    return static_cast<long long>(place);
}

} // namespace

core::result<void> add_user_quietly(session& s, const new_user& u, same_address compared)
{
    const std::string nobodys = u.email + "-" + u.public_id; // which is new
    if (compared == same_address::caseless) s.lock_name("email " + email_key(u.email));
    // Another server may have been faster than this one could see.
    if (is_known(s, u.email, compared) || !add_user(s, u)) {
        const new_user row{u.public_id, u.name, nobodys, std::string(u.password_hash.size(), '-')};
        const auto added = add_user(s, row);
        if (!added) return added.error();
    }
    auto& q = s.prepared<remove_by_email_query>();
    q.email = nobodys;
    q.statement.execute(true);
    return {};
}

std::optional<std::string> somebodys_hash(session& s, std::uint64_t number)
{
    auto& last = s.prepared<last_id_query>();
    fetch_one(last.statement);
    auto& q = s.prepared<hash_after_query>();
    q.after = place_of(number, last.id);
    if (!fetch_one(q.statement) || q.state == soci::i_null) return std::nullopt;
    return q.hash;
}

} // namespace watchword::store
