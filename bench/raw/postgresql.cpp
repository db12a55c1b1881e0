#include "raw/postgresql.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace watchword::raw {
namespace {

constexpr int any_success = -1;

int size_of(const std::vector<const char*>& values)
{
    return static_cast<int>(values.size());
}

} // namespace

void postgresql_result::clear::operator()(::pg_result* r) const noexcept
{
    ::PQclear(r);
}

int postgresql_result::rows() const
{
    return ::PQntuples(handle_.get());
}

std::string postgresql_result::text(int row, int column) const
{
    return ::PQgetvalue(handle_.get(), row, column);
}

postgresql_connection::postgresql_connection(const std::string& url) : handle_(::PQconnectdb(url.c_str()))
{
    if (::PQstatus(handle_) != CONNECTION_OK) {
        const std::string why = ::PQerrorMessage(handle_);
        ::PQfinish(handle_);
        throw std::runtime_error("PostgreSQL: " + why);
    }
    ::PQsetNoticeProcessor(
        handle_, [](void*, const char*) {}, nullptr);
}

postgresql_connection::~postgresql_connection()
{
    ::PQfinish(handle_);
}

void postgresql_connection::fail() const
{
    throw std::runtime_error(std::string("PostgreSQL: ") + ::PQerrorMessage(handle_));
}

postgresql_result postgresql_connection::checked(::pg_result* r, int expected) const
{
    postgresql_result result(r);
    const auto status = ::PQresultStatus(r);
    const bool right = expected == any_success ? status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                                               : static_cast<int>(status) == expected;
    if (!right) fail();
    return result;
}

postgresql_result postgresql_connection::execute(const std::string& statements)
{
    return checked(::PQexec(handle_, statements.c_str()), any_success);
}

postgresql_result postgresql_connection::execute(const std::string& statement, const std::vector<const char*>& values)
{
    return checked(
        ::PQexecParams(handle_, statement.c_str(), size_of(values), nullptr, values.data(), nullptr, nullptr, 0),
        any_success);
}

void postgresql_connection::prepare(const std::string& name, const std::string& statement)
{
    checked(::PQprepare(handle_, name.c_str(), statement.c_str(), 0, nullptr), any_success);
}

postgresql_result postgresql_connection::run(const std::string& prepared, const std::vector<const char*>& values)
{
    return checked(::PQexecPrepared(handle_, prepared.c_str(), size_of(values), values.data(), nullptr, nullptr, 0),
                   any_success);
}

void postgresql_connection::begin_copy_in(const std::string& statement)
{
    checked(::PQexec(handle_, statement.c_str()), PGRES_COPY_IN);
}

void postgresql_connection::copy_in(const std::string& lines)
{
    if (::PQputCopyData(handle_, lines.data(), static_cast<int>(lines.size())) != 1) fail();
}

void postgresql_connection::end_copy_in()
{
    if (::PQputCopyEnd(handle_, nullptr) != 1) fail();
    while (::pg_result* const r = ::PQgetResult(handle_)) checked(r, any_success);
}

void postgresql_connection::begin_copy_out(const std::string& statement)
{
    checked(::PQexec(handle_, statement.c_str()), PGRES_COPY_OUT);
}

bool postgresql_connection::copy_out(std::string& line)
{
    char* data = nullptr;
    const int size = ::PQgetCopyData(handle_, &data, 0);
    if (size > 0) {
        line.assign(data, static_cast<std::size_t>(size));
        ::PQfreemem(data);
        return true;
    }
    if (size == -2) fail();
    while (::pg_result* const r = ::PQgetResult(handle_)) checked(r, any_success);
    return false;
}

} // namespace watchword::raw
