#include "store/user_import.hpp"

#include "store/copy_reader.hpp"
#include "store/email_keys.hpp"
#include "store/failure.hpp"
#include "store/known_users.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <thread>

namespace watchword::store {
namespace {

// A batch goes to the database as one JSON text, which both kinds take apart: a statement for each user would wait for
// a server as many times.
bool is_sqlite(soci::session& sql)
{
    return sql.get_backend_name() == "sqlite3";
}

std::string rows_of_batch(soci::session& sql)
{
    return is_sqlite(sql) ? "json_each(:batch)" : "jsonb_array_elements(CAST(:batch AS jsonb)) AS value";
}

// Those whose rows are [public id, address, the address's key].
std::string select_batch(soci::session& sql)
{
    return "SELECT value->>0 AS public_id, value->>1 AS email, value->>2 AS email_key FROM " + rows_of_batch(sql);
}

std::string text_of_batch(std::span<const new_user> users)
{
    boost::json::array rows;
    for (const auto& u : users) rows.push_back(boost::json::array{u.public_id, u.email, email_key(u.email)});
    return boost::json::serialize(rows);
}

// Everybody whose address or public id is one of the batch's, or whose address's key is.
std::string select_colliding(soci::session& sql, bool with_keys)
{
    const auto given = "WITH given AS MATERIALIZED (" + select_batch(sql) + ") ";
    if (is_sqlite(sql))
        return given +
               "SELECT public_id, email FROM \"user\" WHERE email IN (SELECT email FROM given) "
               "UNION ALL SELECT public_id, email FROM \"user\" WHERE email IN (SELECT email_key FROM given) "
               "UNION ALL SELECT public_id, email FROM \"user\" WHERE public_id IN (SELECT public_id FROM given)" +
               (with_keys ? " UNION ALL SELECT u.public_id, u.email FROM watchword_email_key AS k JOIN \"user\" AS u "
                            "ON u.id = k.user_id WHERE k.email_key IN (SELECT email_key FROM given)"
                          : "");
    // PostgreSQL, which has no statistics of a table that is being filled, would read all of it each time; what stands
    // behind LATERAL and has a LIMIT is looked up in an index, row by row.
    return given +
           "SELECT f.public_id, f.email FROM given AS g CROSS JOIN LATERAL ("
           "(SELECT public_id, email FROM \"user\" WHERE email = g.email LIMIT 1) "
           "UNION ALL (SELECT public_id, email FROM \"user\" WHERE email = g.email_key LIMIT 1) "
           "UNION ALL (SELECT public_id, email FROM \"user\" WHERE public_id = g.public_id LIMIT 1)" +
           (with_keys ? " UNION ALL (SELECT u.public_id, u.email FROM watchword_email_key AS k JOIN \"user\" AS u "
                        "ON u.id = k.user_id WHERE k.email_key = g.email_key LIMIT 10)"
                      : "") +
           ") AS f";
}

// Without keys: for a database that has none yet.
template <bool WithKeys> struct colliding_query {
    std::string batch, public_id, email;
    soci::indicator has_id = soci::i_null, has_email = soci::i_null;
    soci::statement statement;

    explicit colliding_query(soci::session& sql)
        : statement((sql.prepare << select_colliding(sql, WithKeys), soci::use(batch), soci::into(public_id, has_id),
                     soci::into(email, has_email)))
    {}
};

template <class Query> void add_colliding(session& s, const std::string& batch, known_users& known)
{
    auto& q = s.prepared<Query>();
    q.batch = batch;
    q.statement.execute();
    while (q.statement.fetch())
        known.add(q.has_id == soci::i_ok ? q.public_id : "", q.has_email == soci::i_ok ? q.email : "");
}

struct spelled_query {
    long long after = 0, id = 0;
    std::string public_id, email;
    soci::indicator has_id = soci::i_null, has_email = soci::i_null;
    soci::statement statement;

    explicit spelled_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, email FROM \"user\" WHERE id > CAST(:after AS bigint) "
                                    "ORDER BY id LIMIT 10000",
                     soci::use(after), soci::into(id), soci::into(public_id, has_id), soci::into(email, has_email)))
    {}
};

// Those of the users behind `after` who need a key for their address and may have none.
void add_without_keys(session& s, std::int64_t after, known_users& known)
{
    auto& q = s.prepared<spelled_query>();
    for (bool more = true; more;) {
        more = false;
        q.after = after;
        q.statement.execute();
        while (q.statement.fetch()) {
            more = true;
            after = q.id;
            if (q.has_email == soci::i_ok && email_key(q.email) != q.email)
                known.add(q.has_id == soci::i_ok ? q.public_id : "", q.email);
        }
    }
}

// Adds a batch whose rows are [public id, name or null, address, hash or null]. Gives the ids of those that were added.
struct insert_query {
    std::string batch, email;
    long long id = 0;
    soci::statement statement;

    explicit insert_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO \"user\" (public_id, name, email, password) "
                                    "SELECT value->>0, value->>1, value->>2, value->>3 FROM " +
                                        rows_of_batch(sql) + " WHERE true ON CONFLICT DO NOTHING RETURNING id, email",
                     soci::use(batch), soci::into(id), soci::into(email)))
    {}
};

// Keeps the keys of a batch of users whose rows are [id, key]. They are new: nobody has kept them before.
struct keep_keys_query {
    std::string batch;
    soci::statement statement;

    explicit keep_keys_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_email_key (user_id, email_key) "
                                    "SELECT CAST(value->>0 AS bigint), value->>1 FROM " +
                                        rows_of_batch(sql),
                     soci::use(batch)))
    {}
};

struct lock_query {
    std::string batch, number;
    soci::statement statement;

    explicit lock_query(soci::session& sql)
        : statement((sql.prepare << "SELECT CAST(pg_advisory_xact_lock(number) AS text) FROM (SELECT DISTINCT "
                                    "hashtextextended('email ' || email_key, 0) AS number FROM (" +
                                        select_batch(sql) + ") AS given ORDER BY 1) AS numbers",
                     soci::use(batch), soci::into(number)))
    {}
};

// What session::lock_name does in add_user_if_dissimilar, for all of a batch and always in one order.
void lock_addresses(session& s, const std::string& batch)
{
    if (s.kind() == dialect::sqlite) return;
    auto& q = s.prepared<lock_query>();
    q.batch = batch;
    q.statement.execute();
    while (q.statement.fetch()) {
    }
}

std::vector<import_outcome> decide(std::span<const new_user> users, known_users& known)
{
    std::vector<import_outcome> outcomes;
    for (const auto& u : users) outcomes.push_back(known.decide(u));
    return outcomes;
}

// Inserts those who may be added. Whoever cannot be, after all, has lost his address to somebody a moment ago.
void insert(session& s, std::span<const new_user> users, std::vector<import_outcome>& outcomes)
{
    boost::json::array rows;
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (outcomes[i] != import_outcome::added) continue;
        const auto& u = users[i];
        boost::json::array row{u.public_id, nullptr, u.email, nullptr};
        if (u.name) row[1] = *u.name;
        if (!u.password_hash.empty()) row[3] = u.password_hash;
        rows.push_back(std::move(row));
    }
    if (rows.empty()) return;
    auto& q = s.prepared<insert_query>();
    q.batch = boost::json::serialize(rows);
    std::map<std::string, std::int64_t> ids;
    q.statement.execute();
    while (q.statement.fetch()) ids.emplace(q.email, q.id);
    boost::json::array keys;
    for (std::size_t i = 0; i < users.size(); ++i) {
        if (outcomes[i] != import_outcome::added) continue;
        const auto id = ids.find(users[i].email);
        auto key = email_key(users[i].email);
        if (id == ids.end()) {
            outcomes[i] = import_outcome::address_taken;
        } else if (key != users[i].email) {
            keys.push_back(boost::json::array{id->second, key});
        }
    }
    if (keys.empty()) return;
    auto& keep = s.prepared<keep_keys_query>();
    keep.batch = boost::json::serialize(keys);
    keep.statement.execute(true);
}

// That a server beside this has for its own between two batches: it tries again after 1, 2, 5, 10, 15 and 20 ms.
constexpr std::chrono::milliseconds gap{25};

database_settings beside_owner(database_settings s)
{
    s.beside_owner = true;
    return s;
}

} // namespace

struct user_importer::parts {
    explicit parts(const database_settings& settings)
        : opened(open_backend(beside_owner(settings))), writer(opened->connect(access::write))
    {
        if (opened->is_guest()) {
            require_last_schema(*writer);
            return;
        }
        if (writer->has_table("user")) check_user_table(*writer);
        migrate(*writer, migrations_for(opened->kind()));
        check_user_table(*writer);
        complete_email_keys(*writer);
    }

    const std::unique_ptr<backend> opened;
    const std::unique_ptr<session> writer;
};

user_importer::user_importer(const database_settings& settings)
try : parts_(std::make_unique<parts>(settings)) {
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be used: " + describe(e));
}

user_importer::~user_importer() = default;

std::vector<import_outcome> user_importer::add(std::span<const new_user> users, same_address how)
try {
    session& s = *parts_->writer;
    const auto batch = text_of_batch(users);
    known_users known(how);
    s.begin();
    lock_addresses(s, batch);
    add_colliding<colliding_query<true>>(s, batch, known);
    auto outcomes = decide(users, known);
    insert(s, users, outcomes);
    s.announce_change();
    s.commit();
    s.checkpoint();
    if (parts_->opened->is_guest()) std::this_thread::sleep_for(gap);
    return outcomes;
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database failed: " + describe(e));
}

bool user_importer::is_noted(std::chrono::milliseconds limit) const
{
    return parts_->opened->is_noted(limit);
}

struct import_rehearsal::parts {
    explicit parts(const database_settings& settings)
    {
        if (settings.url.starts_with("sqlite:") && !std::filesystem::exists(settings.url.substr(7))) return;
        opened = open_backend_for_reading(settings);
        reader = opened->connect(access::read);
        if (!reader->has_table("user")) {
            reader.reset();
            return;
        }
        check_user_table(*reader);
        knows_keys = reader->has_table("watchword_email_key");
        begin_long_reading(*reader);
    }

    void know(same_address how)
    {
        known = std::make_unique<known_users>(how);
        if (!reader || how == same_address::exact) return;
        // What user_importer does first: other programs make no keys.
        add_without_keys(*reader, knows_keys ? email_keys_up_to(*reader) : before_all_users, *known);
    }

    std::unique_ptr<backend> opened;
    std::unique_ptr<session> reader; // null: there are no users
    bool knows_keys = false;         // of addresses: only a database that Watchword has used has them
    std::unique_ptr<known_users> known;
};

import_rehearsal::import_rehearsal(const database_settings& settings)
try : parts_(std::make_unique<parts>(settings)) {
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

import_rehearsal::~import_rehearsal() = default;

std::vector<import_outcome> import_rehearsal::add(std::span<const new_user> users, same_address how)
try {
    if (!parts_->known) parts_->know(how);
    if (parts_->reader) {
        const auto batch = text_of_batch(users);
        if (parts_->knows_keys) {
            add_colliding<colliding_query<true>>(*parts_->reader, batch, *parts_->known);
        } else {
            add_colliding<colliding_query<false>>(*parts_->reader, batch, *parts_->known);
        }
    }
    return decide(users, *parts_->known);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database failed: " + describe(e));
}

} // namespace watchword::store
