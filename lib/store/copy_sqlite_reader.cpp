#include "store/copy_reader.hpp"
#include "store/copy_sqlite.hpp"

#include <bit>

namespace watchword::store {
namespace {

stored_value value_at(sqlite_api::sqlite3_stmt* s, int column)
{
    switch (sqlite_api::sqlite3_column_type(s, column)) {
    case SQLITE_INTEGER: return stored_value::of(std::int64_t{sqlite_api::sqlite3_column_int64(s, column)});
    case SQLITE_FLOAT:
        return {stored_value::kind::real, std::bit_cast<std::int64_t>(sqlite_api::sqlite3_column_double(s, column))};
    case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite_api::sqlite3_column_text(s, column));
        if (text == nullptr) throw std::bad_alloc();
        return stored_value::of({text, static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(s, column))});
    }
    case SQLITE_BLOB: {
        const auto* bytes = static_cast<const char*>(sqlite_api::sqlite3_column_blob(s, column));
        const auto size = static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(s, column));
        return {stored_value::kind::blob, 0, {bytes, bytes == nullptr ? 0 : size}};
    }
    }
    return {};
}

// One statement for the whole table: SQLite computes each row when it is asked for it.
class sqlite_rows final : public row_reader {
public:
    sqlite_rows(session& s, const copied_table& t)
        : handle_(sqlite_handle(s)),
          statement_(prepare(handle_, "SELECT " + column_list(t) + " FROM " + quoted(t.name) + only_with_parent(t) +
                                          " ORDER BY " + quoted(t.columns.front().name))),
          columns_(static_cast<int>(t.columns.size()))
    {}

    bool next(stored_row& row) override
    {
        row.clear();
        const int code = sqlite_api::sqlite3_step(statement_.get());
        if (code == SQLITE_DONE) return false;
        if (code != SQLITE_ROW) fail(handle_);
        for (int i = 0; i < columns_; ++i) row.push_back(value_at(statement_.get(), i));
        return true;
    }

private:
    sqlite_api::sqlite3* const handle_;
    const sqlite_statement statement_;
    const int columns_;
};

} // namespace

std::unique_ptr<row_reader> read_sqlite_rows(session& s, const copied_table& t)
{
    return std::make_unique<sqlite_rows>(s, t);
}

} // namespace watchword::store
