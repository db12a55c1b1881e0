#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace watchword::test {

struct postgres_options {
    std::vector<std::string> settings;    // NAME=VALUE, of postgresql.conf
    std::filesystem::path data;           // a directory to be made for the data; empty: one of its own
    std::vector<std::string> initdb = {}; // further arguments
};

// A PostgreSQL server of the test's own: private data directory, Unix socket in it, no TCP port, nobody else's
// settings. When the test runs as root, the server runs as the user `postgres`, as it insists. One thread.
// Members throw std::runtime_error, which says what is missing or what failed.
class postgres_server {
public:
    // Creates the cluster and starts it.
    explicit postgres_server(postgres_options = {});
    // A standby that streams from a running primary, which knows it as `name`.
    postgres_server(const postgres_server& primary, const std::string& name, postgres_options = {});
    ~postgres_server();
    postgres_server(const postgres_server&) = delete;
    postgres_server& operator=(const postgres_server&) = delete;

    // postgresql://… of a database; `postgres` always exists.
    std::string url(const std::string& database = "postgres") const;
    // Creates an empty database and returns its URL.
    std::string create_database();
    // Of a URL that create_database() returned. Each database is hundreds of files, which a server that was killed
    // syncs one by one before it is ready again.
    void drop_database(const std::string& url);
    // Runs a statement with psql and returns what it prints, unaligned and without headings.
    std::string query(const std::string& url, const std::string& statement) const;

    // The path of its Unix socket.
    std::string socket() const;
    // The path of one of PostgreSQL's programs.
    static std::string program(const std::string& name);

    // Returns when it takes connections; a standby, those that read. `more` settings count this time.
    void start(const std::vector<std::string>& more = {});
    // Everybody is disconnected; what was committed stays.
    void stop();
    // As if the machine had died.
    void kill();
    // The postmaster alone is killed; returns when its children have noticed and are gone.
    void kill_postmaster();
    // Stops all its processes where they are, and lets them go on.
    void suspend();
    void resume();
    // Whether its first process is still there.
    bool is_running();

private:
    void make_directory();
    std::vector<::pid_t> processes() const; // the postmaster first
    void await(int signal);

    postgres_options options_;
    std::filesystem::path directory_;
    ::pid_t process_ = -1;
};

} // namespace watchword::test
