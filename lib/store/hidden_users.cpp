#include "store/hidden_users.hpp"

#include "store/email_keys.hpp"
#include "store/nullable_text.hpp"
#include "store/profiles.hpp"
#include "store/session.hpp"

#include <cmath>
#include <limits>

namespace watchword::store {
namespace {

struct remove_query {
    long long id = 0;
    soci::statement statement;

    explicit remove_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM \"user\" WHERE id = :id", soci::use(id)))
    {}
};

struct set_public_id_query {
    std::string public_id;
    long long id = 0;
    soci::statement statement;

    explicit set_public_id_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE \"user\" SET public_id = :public_id WHERE id = :id", soci::use(public_id),
                     soci::use(id)))
    {}
};

struct last_id_query {
    long long id = 0;
    soci::statement statement;

    explicit last_id_query(soci::session& sql)
        : statement((sql.prepare << "SELECT COALESCE(MAX(id), 0) FROM \"user\"", soci::into(id)))
    {}
};

// Reads as much as is read of a user who is found by his address.
struct user_after_query {
    long long after = 0, id = 0;
    nullable_text public_id, name, email, password;
    soci::statement statement;

    explicit user_after_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" "
                                    "WHERE id > CAST(:after AS bigint) ORDER BY id LIMIT 1",
                     soci::use(after), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
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

// Removing a row takes a while, so one that stays is changed once more meanwhile: it gets the id that it is to have.
core::result<void> add_user_quietly(session& s, const new_user& u, same_address compared)
{
    const auto other_id = u.public_id + "-";
    const new_user real{other_id, u.name, u.email, u.password_hash, u.created};
    const new_user nobody{other_id, u.name, u.email + "-" + u.public_id, std::string(u.password_hash.size(), '-'),
                          u.created};
    if (compared == same_address::caseless) s.lock_name("email " + email_key(u.email));
    bool known = is_known(s, u.email, compared);
    auto added = add_user(s, known ? nobody : real);
    if (!added && !known) { // another server was faster
        known = true;
        added = add_user(s, nobody);
    }
    if (!added) return added.error();
    if (known) {
        auto& q = s.prepared<remove_query>();
        q.id = *added;
        q.statement.execute(true);
    } else {
        auto& q = s.prepared<set_public_id_query>();
        q.id = *added;
        q.public_id = u.public_id;
        q.statement.execute(true);
        if (u.created) keep_profile(s, *added, {*u.created, {}, u.created}).value(); // it was another one's
    }
    return {};
}

std::optional<std::string> hash_in_place_of(session& s, const core::result<user>& found, std::uint64_t number)
{
    auto& last = s.prepared<last_id_query>();
    fetch_one(last.statement);
    auto& q = s.prepared<user_after_query>();
    const auto place = place_of(number, last.id);
    q.after = found ? std::numeric_limits<long long>::max() : place;
    if (!fetch_one(q.statement)) return std::nullopt;
    user other{q.id, q.public_id.get(), q.name.get(), q.email.get(), q.password.get()};
    return std::move(other.password_hash);
}

} // namespace watchword::store
