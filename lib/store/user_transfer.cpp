#include "store/user_transfer.hpp"

#include "core/siphash.hpp"
#include "store/copy_reader.hpp"
#include "store/email_keys.hpp"
#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <array>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace watchword::store {
namespace {

struct text {
    std::string value;
    soci::indicator state = soci::i_null;

    void set(std::string_view v, bool is_null)
    {
        value = v;
        state = is_null ? soci::i_null : soci::i_ok;
    }
    std::optional<std::string> get() const { return state == soci::i_null ? std::nullopt : std::optional(value); }
};

// No row if the address or the public id is somebody's.
struct import_query {
    text public_id, name, email, password;
    long long id = 0;
    soci::statement statement;

    explicit import_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO \"user\" (public_id, name, email, password) "
                                    "VALUES (:public_id, :name, :email, :password) ON CONFLICT DO NOTHING RETURNING id",
                     soci::use(public_id.value, public_id.state), soci::use(name.value, name.state),
                     soci::use(email.value, email.state), soci::use(password.value, password.state), soci::into(id)))
    {}
};

struct export_query {
    long long after = 0, id = 0;
    text public_id, name, email, password;
    soci::statement statement;

    explicit export_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" "
                                    "WHERE id > CAST(:after AS bigint) ORDER BY id LIMIT 1000",
                     soci::use(after), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
    {}
};

std::runtime_error failure(const char* what, const soci::soci_error& e)
{
    return std::runtime_error(std::string(what) + ": " + describe(e));
}

// Who has that address: nobody, the user with that public id, or somebody else.
import_outcome look_up_address(session& s, const new_user& u, same_address how)
{
    const auto exact = find_user_by_email(s, u.email);
    if (exact) return exact->public_id == u.public_id ? import_outcome::known : import_outcome::address_taken;
    const bool is_free = how == same_address::exact || !is_similar_email_known(s, u.email);
    return is_free ? import_outcome::added : import_outcome::address_taken;
}

} // namespace

struct user_importer::parts {
    explicit parts(const database_settings& settings)
        : opened(open_backend(settings)), writer(opened->connect(access::write))
    {
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
    throw failure("the database cannot be used", e);
}

user_importer::~user_importer() = default;

import_outcome user_importer::add(const new_user& u, same_address how)
try {
    session& s = *parts_->writer;
    if (!s.in_transaction()) s.begin();
    if (how == same_address::caseless) s.lock_name("email " + email_key(u.email));
    const auto found = look_up_address(s, u, how);
    if (found != import_outcome::added) return found;
    auto& q = s.prepared<import_query>();
    q.public_id.set(u.public_id, false);
    q.name.set(u.name.value_or(std::string()), !u.name);
    q.email.set(u.email, false);
    q.password.set(u.password_hash, u.password_hash.empty());
    if (!fetch_one(q.statement)) return import_outcome::id_taken;
    if (email_key(u.email) != u.email) keep_email_key(s, q.id, u.email);
    return import_outcome::added;
} catch (const soci::soci_error& e) {
    throw failure("the database failed", e);
}

void user_importer::commit()
try {
    session& s = *parts_->writer;
    if (!s.in_transaction()) return;
    s.announce_change();
    s.commit();
    s.checkpoint();
} catch (const soci::soci_error& e) {
    throw failure("the database failed", e);
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

    std::unique_ptr<backend> opened; // null: there are no users
    std::unique_ptr<session> reader;
    bool knows_keys = false; // of addresses: only a database that Watchword has used has them
    std::set<std::array<char, 16>> addresses, ids, users; // hashes; the last of both
};

import_rehearsal::import_rehearsal(const database_settings& settings)
try : parts_(std::make_unique<parts>(settings)) {
} catch (const soci::soci_error& e) {
    throw failure("the database cannot be read", e);
}

import_rehearsal::~import_rehearsal() = default;

import_outcome import_rehearsal::add(const new_user& u, same_address how)
try {
    if (parts_->reader) {
        const auto compared = parts_->knows_keys ? how : same_address::exact;
        const auto found = look_up_address(*parts_->reader, u, compared);
        if (found != import_outcome::added) return found;
        if (user_exists(*parts_->reader, u.public_id).value()) return import_outcome::id_taken;
    }
    const auto address = core::siphash_128(how == same_address::exact ? u.email : email_key(u.email));
    const auto both = core::siphash_128(u.public_id + '\0' + u.email);
    if (parts_->users.contains(both)) return import_outcome::known;
    if (parts_->addresses.contains(address)) return import_outcome::address_taken;
    if (!parts_->ids.insert(core::siphash_128(u.public_id)).second) return import_outcome::id_taken;
    parts_->addresses.insert(address);
    parts_->users.insert(both);
    return import_outcome::added;
} catch (const soci::soci_error& e) {
    throw failure("the database failed", e);
}

struct user_exporter::parts {
    explicit parts(const database_settings& settings)
        : opened(open_backend_for_reading(settings)), reader(opened->connect(access::read))
    {
        check_user_table(*reader);
        begin_long_reading(*reader);
    }

    const std::unique_ptr<backend> opened;
    const std::unique_ptr<session> reader;
    std::int64_t last = before_all_users;
};

user_exporter::user_exporter(const database_settings& settings)
try : parts_(std::make_unique<parts>(settings)) {
} catch (const soci::soci_error& e) {
    throw failure("the database cannot be read", e);
}

user_exporter::~user_exporter() = default;

std::uint64_t user_exporter::count()
try {
    long long users = 0;
    parts_->reader->sql() << "SELECT count(*) FROM \"user\"", soci::into(users);
    return static_cast<std::uint64_t>(users);
} catch (const soci::soci_error& e) {
    throw failure("the database failed", e);
}

std::vector<user> user_exporter::next()
try {
    auto& q = parts_->reader->prepared<export_query>();
    q.after = parts_->last;
    std::vector<user> page;
    q.statement.execute();
    while (q.statement.fetch())
        page.push_back({q.id, q.public_id.get(), q.name.get(), q.email.get(), q.password.get()});
    if (!page.empty()) parts_->last = page.back().id;
    return page;
} catch (const soci::soci_error& e) {
    throw failure("the database failed", e);
}

} // namespace watchword::store
