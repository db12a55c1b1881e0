#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Which tables move when a whole database moves, and what one value of them is on the way.
namespace watchword::store {

struct copied_column {
    enum class kind { integer, text };
    std::string_view name;
    kind type;
    bool may_be_null = false;
};

struct copied_table {
    std::string_view name;
    std::vector<copied_column> columns; // the first is the primary key
    bool numbers_itself = false;        // the database gives new rows the next number as their key
    std::string_view parent{};          // the table to whose key one of the columns refers
    std::size_t reference = 0;          // which of them
};

// All of Watchword's tables in an order that suits their references, but for those about the database itself, of which
// the target has its own: its migrations, and PostgreSQL's count of changes.
std::span<const copied_table> copied_tables();

// What a database gave for a column. SQLite may keep any type in any column.
struct stored_value {
    enum class kind : unsigned char { null, integer, real, text, blob };
    kind type = kind::null;
    std::int64_t number = 0;  // an integer; the bits of a real
    std::string_view bytes{}; // a text or a blob

    static stored_value of(std::int64_t n) { return {kind::integer, n}; }
    static stored_value of(std::string_view text) { return {kind::text, 0, text}; }
};
using stored_row = std::vector<stored_value>;

// A key for people to read: one line, shortened.
std::string printable(const stored_value&);

// "\"name\"" and "\"a\", \"b\"": SQL's spelling.
std::string quoted(std::string_view name);
std::string column_list(const copied_table&);

} // namespace watchword::store
