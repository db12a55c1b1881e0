#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;
struct pg_result;

// libpq itself, with nothing between: what lib/store is compared with. One thread; everything throws
// std::runtime_error.
namespace watchword::raw {

class postgresql_result {
public:
    explicit postgresql_result(::pg_result* r) : handle_(r) {}
    int rows() const;
    std::string text(int row, int column) const;

private:
    struct clear {
        void operator()(::pg_result*) const noexcept;
    };
    std::unique_ptr<::pg_result, clear> handle_;
};

class postgresql_connection {
public:
    explicit postgresql_connection(const std::string& url);
    ~postgresql_connection();
    postgresql_connection(const postgresql_connection&) = delete;
    postgresql_connection& operator=(const postgresql_connection&) = delete;

    // Any number of statements without parameters; the last one's result.
    postgresql_result execute(const std::string& statements);
    // One statement with parameters, parsed and planned each time.
    postgresql_result execute(const std::string& statement, const std::vector<const char*>& values);
    void prepare(const std::string& name, const std::string& statement);
    postgresql_result run(const std::string& prepared, const std::vector<const char*>& values);

    // COPY … FROM STDIN: begun, fed with lines, ended.
    void begin_copy_in(const std::string& statement);
    void copy_in(const std::string& lines);
    void end_copy_in();
    // COPY … TO STDOUT: begun, then line by line until false.
    void begin_copy_out(const std::string& statement);
    bool copy_out(std::string& line);

private:
    postgresql_result checked(::pg_result*, int expected) const;
    [[noreturn]] void fail() const;

    ::pg_conn* handle_ = nullptr;
};

} // namespace watchword::raw
