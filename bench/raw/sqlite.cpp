#include "raw/sqlite.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace watchword::raw {
namespace {

[[noreturn]] void fail(::sqlite3* handle)
{
    throw std::runtime_error(std::string("SQLite: ") + ::sqlite3_errmsg(handle));
}

} // namespace

sqlite_file::sqlite_file(const std::filesystem::path& file)
{
    if (::sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
        const std::string why = ::sqlite3_errmsg(handle_);
        ::sqlite3_close(handle_);
        throw std::runtime_error("SQLite cannot open " + file.string() + ": " + why);
    }
}

sqlite_file::~sqlite_file()
{
    ::sqlite3_close(handle_);
}

void sqlite_file::execute(const std::string& statements)
{
    if (::sqlite3_exec(handle_, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_);
}

sqlite_statement::sqlite_statement(sqlite_file& file, std::string_view text) : file_(file)
{
    check(::sqlite3_prepare_v2(file.handle(), text.data(), static_cast<int>(text.size()), &handle_, nullptr));
}

sqlite_statement::~sqlite_statement()
{
    ::sqlite3_finalize(handle_);
}

void sqlite_statement::check(int code) const
{
    if (code != SQLITE_OK) fail(file_.handle());
}

void sqlite_statement::bind(int parameter, std::string_view value)
{
    check(::sqlite3_bind_text(handle_, parameter, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
}

void sqlite_statement::bind(int parameter, long long value)
{
    check(::sqlite3_bind_int64(handle_, parameter, value));
}

bool sqlite_statement::step()
{
    const int code = ::sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(file_.handle());
    return code == SQLITE_ROW;
}

void sqlite_statement::reset()
{
    check(::sqlite3_reset(handle_));
}

void sqlite_statement::run()
{
    while (step()) continue;
    reset();
}

std::string_view sqlite_statement::text(int column) const
{
    const auto* const begin = reinterpret_cast<const char*>(::sqlite3_column_text(handle_, column));
    return {begin, begin == nullptr ? 0 : static_cast<std::size_t>(::sqlite3_column_bytes(handle_, column))};
}

long long sqlite_statement::number(int column) const
{
    return ::sqlite3_column_int64(handle_, column);
}

} // namespace watchword::raw
