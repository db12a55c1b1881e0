#include "store/open.hpp"

#include "store/postgresql.hpp"
#include "store/postgresql_options.hpp"
#include "store/sqlite.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

bool names_sqlite(const database_settings& s)
{
    return s.url.starts_with(sqlite_scheme);
}

std::unique_ptr<backend> open_server(const database_settings& s)
{
    if (names_postgresql(s.url)) return open_postgresql(s);
    throw std::runtime_error("the database must be sqlite:FILE, postgresql://… or host=… dbname=…");
}

// A server's own rules keep its readers apart from its writers.
class reading_backend final : public backend {
public:
    explicit reading_backend(std::unique_ptr<backend> inner) : inner_(std::move(inner)) {}
    dialect kind() const noexcept override { return inner_->kind(); }
    std::unique_ptr<session> connect(access a) const override
    {
        if (a == access::write) throw std::logic_error("this database was opened for reading");
        return inner_->connect(a);
    }

private:
    const std::unique_ptr<backend> inner_;
};

} // namespace

std::unique_ptr<backend> open_backend(const database_settings& s)
{
    if (names_sqlite(s)) {
        const auto file = s.url.substr(sqlite_scheme.size());
        return s.beside_owner ? open_sqlite_beside_owner(file, s.timeout) : open_sqlite(file, s.timeout);
    }
    return open_server(s);
}

std::unique_ptr<backend> open_backend_for_reading(const database_settings& s)
{
    auto inner = names_sqlite(s) ? open_sqlite_unlocked(s.url.substr(sqlite_scheme.size()), s.timeout) : open_server(s);
    return std::make_unique<reading_backend>(std::move(inner));
}

} // namespace watchword::store
