#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace watchword::test {

// A PostgreSQL server of the test's own: private data directory, Unix socket in it, no TCP port, nobody else's
// settings. When the test runs as root, the server runs as the user `postgres`, as it insists. One thread.
// Members throw std::runtime_error, which says what is missing or what failed.
class postgres_server {
public:
    // Creates the cluster and starts it.
    postgres_server();
    ~postgres_server();
    postgres_server(const postgres_server&) = delete;
    postgres_server& operator=(const postgres_server&) = delete;

    // postgresql://… of a database; `postgres` always exists.
    std::string url(const std::string& database = "postgres") const;
    // Creates an empty database and returns its URL.
    std::string create_database();
    // Runs a statement with psql and returns what it prints, unaligned and without headings.
    std::string query(const std::string& url, const std::string& statement) const;

    void start();
    // Everybody is disconnected; what was committed stays.
    void stop();
    // As if the machine had died.
    void kill();

private:
    void await(int signal);

    std::filesystem::path directory_;
    ::pid_t process_ = -1;
    int databases_ = 0;
};

} // namespace watchword::test
