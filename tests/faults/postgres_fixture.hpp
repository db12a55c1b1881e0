#pragma once

#include "faults_fixture.hpp"
#include "support/ledger_load.hpp"
#include "support/postgres_server.hpp"
#include "support/tcp_gate.hpp"

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

// What the tests of a service on a PostgreSQL that fails have in common.
namespace watchword::test {

// Here programs die and machines do not: what was written stays, synced or not. Syncing is for the long form, for it
// takes most of the time.
postgres_options quick_postgres();
// One cluster for all cases of this program, made when the first one asks, and started if it does not run.
postgres_server& shared_postgres();

// All accounts of a ledger, read with psql.
account_reader postgres_accounts(postgres_server&, const std::string& url);
// Nothing if pg_amcheck finds no fault in the database; else what it says.
std::string postgres_damage(const std::string& url);

// The URL of the same database through a gate.
std::string through(const tcp_gate&, const std::string& url, const std::string& user = "postgres");

// Someone else's session, which has done some statements and stays as it is until it is ended. std::runtime_error if
// it cannot connect or a statement fails.
class other_session {
public:
    other_session(const std::string& url, const std::vector<std::string>& statements);
    // Its backend has ended when this returns.
    void end(postgres_server&);

private:
    const std::string name_;
    process psql_;
};

// A database of its own with a secret beside it; nodes that share both are one service.
struct postgres_service {
    postgres_server& postgres;
    temporary_directory directory;
    std::string url; // without any gate

    explicit postgres_service(postgres_server& = shared_postgres());
    // --database, --secret-file and cheap passwords, then `more`.
    std::vector<std::string> arguments(const std::string& database_url,
                                       const std::vector<std::string>& more = {}) const;
    std::unique_ptr<server_process> start(const std::vector<std::string>& more = {}) const;

    // Checks the ledger of a load that has stopped, and that the database is undamaged; prints the figures.
    ledger_verdict check(const std::string& what, const std::string& ledger_file, const std::string& prefix,
                         const std::string& address, const load_counts&);
};

// People who log in and ask for the list again and again, each in a thread of its own, while something goes wrong.
// They count as wrong every answer that is not theirs or not true: 503 is the only excuse.
class askers {
public:
    // Signs them up first. `log_in`: whether they log in anew each time, or use one token for good.
    askers(const std::string& address, const std::string& name, std::size_t count, bool log_in = true);
    ~askers();

    void stop();
    struct figures {
        std::size_t right = 0, unavailable = 0, wrong = 0, broken = 0; // broken: no answer at all
        milliseconds longest{};
        std::string example;
        steady_clock::time_point last_right; // when the latest such answer came
    };
    figures counts() const;
    // Stops. Checks that nobody got a wrong answer and none took longer; prints the figures.
    void check(const std::string& what, milliseconds longest);

private:
    struct person {
        std::string email, public_id, token;
    };
    void run(person);
    void ask(const person&, const std::function<std::string()>& question);

    const std::string address_;
    const bool log_in_;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_; // guards figures_
    figures figures_;
    std::list<std::thread> threads_;
};

// The public id in a token.
std::string owner_of(const std::string& token);

// How long after a moment a service served again: a sign-up, a login and a list at the first time, and ten times in a
// row, for each connection to the database comes back by itself.
struct recovery {
    milliseconds first{}, steady{};
};
std::ostream& operator<<(std::ostream&, const recovery&);
// Tries until it is so. The test fails if that takes over `limit`.
recovery until_served(const std::string& address, steady_clock::time_point since,
                      milliseconds limit = std::chrono::seconds(20));

// Status of one request on a connection of its own; 0 if none came.
int status_of_sign_up(const std::string& address, const std::string& email);
int status_of_login(const std::string& address, const std::string& email);
bool is_live(const std::string& address);

// Threads of a process.
std::size_t threads_of(::pid_t);
std::string in_ms(steady_clock::duration);

} // namespace watchword::test
