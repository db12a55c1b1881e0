#include "store/user_export.hpp"

#include "store/copy_reader.hpp"
#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/nullable_text.hpp"
#include "store/open.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

struct export_query {
    long long after = 0, id = 0;
    nullable_text public_id, name, email, password;
    soci::statement statement;

    explicit export_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" "
                                    "WHERE id > CAST(:after AS bigint) ORDER BY id LIMIT 1000",
                     soci::use(after), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
    {}
};

} // namespace

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
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

user_exporter::~user_exporter() = default;

std::uint64_t user_exporter::count()
try {
    long long users = 0;
    parts_->reader->sql() << "SELECT count(*) FROM \"user\"", soci::into(users);
    return static_cast<std::uint64_t>(users);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database failed: " + describe(e));
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
    throw std::runtime_error("the database failed: " + describe(e));
}

} // namespace watchword::store
