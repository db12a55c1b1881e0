#pragma once

#include <filesystem>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

// The SQLite API itself, with nothing between: what lib/store is compared with. One thread; everything throws
// std::runtime_error.
namespace watchword::raw {

class sqlite_file {
public:
    // Opens a file that exists.
    explicit sqlite_file(const std::filesystem::path&);
    ~sqlite_file();
    sqlite_file(const sqlite_file&) = delete;
    sqlite_file& operator=(const sqlite_file&) = delete;

    // Any number of statements without parameters.
    void execute(const std::string& statements);
    ::sqlite3* handle() const noexcept { return handle_; }

private:
    ::sqlite3* handle_ = nullptr;
};

// A prepared statement. The file must outlive it.
class sqlite_statement {
public:
    sqlite_statement(sqlite_file&, std::string_view text);
    ~sqlite_statement();
    sqlite_statement(const sqlite_statement&) = delete;
    sqlite_statement& operator=(const sqlite_statement&) = delete;

    // Parameters count from 1. `value` must live until the statement was run.
    void bind(int parameter, std::string_view value);
    void bind(int parameter, long long value);
    // True if there is a row.
    bool step();
    void reset();
    // Steps to the end and resets.
    void run();

    // Columns count from 0. Valid until the next step.
    std::string_view text(int column) const;
    long long number(int column) const;

private:
    void check(int code) const;

    sqlite_file& file_;
    ::sqlite3_stmt* handle_ = nullptr;
};

} // namespace watchword::raw
