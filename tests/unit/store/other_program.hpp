#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace watchword::store {

// Another program's connection to the file, as the sqlite3 shell or Flask would have.
class other_program {
public:
    explicit other_program(const std::filesystem::path& file)
    {
        if (::sqlite3_open(file.c_str(), &handle_) != SQLITE_OK)
            throw std::runtime_error("cannot open " + file.string());
        ::sqlite3_busy_timeout(handle_, 5000);
    }
    ~other_program() { ::sqlite3_close(handle_); }
    other_program(const other_program&) = delete;

    // The values of all rows, one a line, columns separated by '|'.
    std::string query(const std::string& sql)
    {
        std::string text;
        const auto append = [](void* to, int columns, char** values, char**) {
            auto& out = *static_cast<std::string*>(to);
            for (int i = 0; i < columns; ++i) out += std::string(i > 0 ? "|" : "") + (values[i] ? values[i] : "NULL");
            out += '\n';
            return 0;
        };
        if (::sqlite3_exec(handle_, sql.c_str(), append, &text, nullptr) != SQLITE_OK)
            throw std::runtime_error(::sqlite3_errmsg(handle_));
        return text;
    }

    // From now on the write-ahead log stays when this connection closes, as if the program had been killed.
    void leave_log() { ::sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

private:
    ::sqlite3* handle_ = nullptr;
};

} // namespace watchword::store
