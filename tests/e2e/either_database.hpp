#pragma once

#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace watchword::test {

// A place for a database of either kind, a server and commands; cheap hashes, and two I/O threads whatever the machine.
struct either_database {
    temporary_directory directory;
    std::unique_ptr<postgres_server> postgres; // null: SQLite
    std::string file = directory / "watchword.db";
    std::vector<std::string> where{"--database", "sqlite:" + file};
    std::vector<std::string> arguments{"--threads", "2", "--set", "passwords.memory_kib=8"};

    explicit either_database(bool is_postgresql)
    {
        if (is_postgresql) {
            postgres = std::make_unique<postgres_server>();
            where = {"--database", postgres->create_database()};
            write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
            arguments.insert(arguments.end(), {"--secret-file", directory / "secret"});
        }
        arguments.insert(arguments.end(), where.begin(), where.end());
    }

    // `watchword COMMAND STEP --database URL ...`
    finished run(const std::string& command, const std::string& step, const std::vector<std::string>& more = {}) const
    {
        std::vector<std::string> all{watchword_binary(), command, step, "--set", "passwords.memory_kib=8"};
        all.insert(all.end(), where.begin(), where.end());
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all);
    }

    // What was done by a command is so when it has ended on SQLite, and soon after on PostgreSQL.
    bool holds(const std::function<bool()>& happened) const { return postgres ? comes_true(happened) : happened(); }

    std::string password_file(const std::string& text) const
    {
        const auto name = directory / "password";
        write_file(name, text + "\n");
        return name;
    }
};

} // namespace watchword::test
