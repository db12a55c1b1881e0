#include "store_fixture.hpp"

#include "store/session.hpp"

#include <stdexcept>
#include <stdlib.h>

namespace watchword::store {
namespace {

std::filesystem::path make_directory()
{
    std::string name = (std::filesystem::temp_directory_path() / "watchword-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
    return name;
}

} // namespace

temporary_directory::temporary_directory() : path(make_directory()) {}

temporary_directory::~temporary_directory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

test::postgres_server& server()
{
    static test::postgres_server instance;
    return instance;
}

empty_database::empty_database(const std::string& kind)
{
    settings_.url = kind == "sqlite" ? "sqlite:" + (directory_.path / "test.db").string() : server().create_database();
}

empty_database::~empty_database()
try {
    if (!settings_.url.starts_with("sqlite:")) server().drop_database(settings_.url);
} catch (const std::exception&) { // the test has stopped the server
}

core::result<std::int64_t> open_database::add(const new_user& u)
{
    return loop.run(db.write([&](session& s) { return add_user(s, u); }));
}

core::result<user> open_database::find(const std::string& email)
{
    return loop.run(db.read([&](session& s) { return find_user_by_email(s, email); }));
}

core::result<std::vector<user>> open_database::list(std::int64_t after, std::size_t limit)
{
    return loop.run(db.read([&](session& s) { return list_users(s, after, limit); }));
}

core::result<int> open_database::execute(const std::string& statements)
{
    return loop.run(db.write([&](session& s) -> core::result<int> {
        s.execute(statements);
        return 0;
    }));
}

new_user numbered_user(int number)
{
    const std::string n = std::to_string(number);
    return {"id-" + n, "Name " + n, "user" + n + "@example.test", "hash-" + n};
}

std::string refusal(const database_settings& s)
{
    try {
        const database refused(s);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

} // namespace watchword::store
