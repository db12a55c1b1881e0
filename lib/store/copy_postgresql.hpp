#pragma once

#include "store/session.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

// libpq itself, for what SOCI has no words for: COPY in its binary format.
namespace watchword::store {

struct clear {
    void operator()(PGresult* r) const noexcept { ::PQclear(r); }
};
using postgresql_result = std::unique_ptr<PGresult, clear>;

inline PGconn* postgresql_handle(session& s)
{
    return static_cast<soci::postgresql_session_backend*>(s.sql().get_backend())->conn_;
}

[[noreturn]] inline void fail(PGconn* handle, const PGresult* result = nullptr)
{
    const char* state = result ? ::PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    throw soci::postgresql_soci_error(::PQerrorMessage(handle), state ? state : "     ");
}

inline postgresql_result run(PGconn* handle, const std::string& sql, ExecStatusType expected)
{
    postgresql_result result(::PQexec(handle, sql.c_str()));
    if (::PQresultStatus(result.get()) != expected) fail(handle, result.get());
    return result;
}

// Integers as the network has them.
template <class Integer> void append_big_endian(std::string& out, Integer n)
{
    for (int shift = 8 * static_cast<int>(sizeof n) - 8; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::make_unsigned_t<Integer>>(n) >> shift);
}
template <class Integer> Integer read_big_endian(const char* bytes)
{
    std::make_unsigned_t<Integer> n = 0;
    for (std::size_t i = 0; i < sizeof n; ++i)
        n = static_cast<std::make_unsigned_t<Integer>>(n << 8 | static_cast<unsigned char>(bytes[i]));
    return static_cast<Integer>(n);
}

// What a binary COPY starts and ends with: a signature, no flags, no extension; and a row of -1 columns.
inline constexpr std::string_view binary_copy_header("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
inline constexpr std::string_view binary_copy_end("\377\377", 2);

} // namespace watchword::store
