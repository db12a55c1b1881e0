#include "store/postgresql.hpp"

#include "store/attempt.hpp"
#include "store/failure.hpp"
#include "store/postgresql_options.hpp"
#include "store/watchdog.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string_view>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Beyond the time that the server itself has for a statement: for its answer to arrive.
constexpr milliseconds grace{500};
// For an orderly goodbye.
constexpr milliseconds closing_time{500};
// Attempts to connect may hang where nothing can end them; they must not pile up.
constexpr int most_attempts = 16;

struct clear_result {
    void operator()(PGresult* r) const noexcept { ::PQclear(r); }
};

void ignore_notice(void*, const char*) {}

// What all connections share. Attempts to connect may outlive whoever began them.
struct server {
    server(postgresql_options o, milliseconds t) : options(std::move(o)), timeout(t) {}

    const postgresql_options options;
    const milliseconds timeout;
    watchdog watch;
    std::mutex mutex; // guards what follows
    std::condition_variable fewer;
    int attempts = 0; // under way
};

// Counts one attempt.
class attempt_token {
public:
    explicit attempt_token(std::shared_ptr<server> s) : server_(std::move(s))
    {
        const std::lock_guard lock(server_->mutex);
        if (server_->attempts == most_attempts)
            throw std::runtime_error("the server does not answer: earlier attempts to connect have not ended yet");
        ++server_->attempts;
    }
    ~attempt_token()
    {
        const std::lock_guard lock(server_->mutex);
        --server_->attempts;
        server_->fewer.notify_all();
    }
    attempt_token(const attempt_token&) = delete;
    attempt_token& operator=(const attempt_token&) = delete;
    const std::shared_ptr<server>& on() const noexcept { return server_; }

private:
    const std::shared_ptr<server> server_;
};

class postgresql_session final : public session {
public:
    postgresql_session(std::shared_ptr<server> s, access a) : server_(std::move(s)), access_(a)
    {
        sql().open(soci::postgresql, server_->options.connection_string(a));
        handle_ = static_cast<soci::postgresql_session_backend*>(sql().get_backend())->conn_;
        watched_.emplace(server_->watch, ::PQsocket(handle_));
        ::PQsetErrorVerbosity(handle_, PQERRORS_TERSE); // DETAIL would tell the values
        ::PQsetNoticeProcessor(handle_, ignore_notice, nullptr);
        const std::string bound = std::to_string(server_->timeout.count());
        // The last of them frees what this process holds if it freezes in the middle of a transaction.
        execute("SET client_encoding = 'UTF8'; SET statement_timeout = " + bound +
                "; SET idle_in_transaction_session_timeout = " + bound + "; " +
                (a == access::read ? "SET default_transaction_read_only = on"
                                   : "SELECT set_config('synchronous_commit', 'on', false) "
                                     "WHERE current_setting('synchronous_commit') = 'off'"));
    }
    ~postgresql_session() override
    {
        watched_->start(steady_clock::now() + closing_time);
        forget_prepared();
        sql().close();
    }

    dialect kind() const noexcept override { return dialect::postgresql; }

    void execute(const std::string& statements) override { run(statements); }

    void begin() override
    {
        execute(access_ == access::write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                         : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }

    void commit() override
    {
        // After an error inside the transaction, PostgreSQL answers COMMIT with a successful ROLLBACK.
        const auto result = run("COMMIT");
        if (std::string_view(::PQcmdStatus(result.get())) != "COMMIT")
            throw soci::soci_error("the transaction had failed before its commit");
    }

    bool in_transaction() noexcept override { return ::PQtransactionStatus(handle_) != PQTRANS_IDLE; }

    // Any number will do, as long as nobody else takes it for something else.
    void lock_schema() override
    {
        // Another node may be migrating a large table, and then we.
        has_time_ = true;
        execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
                "SELECT pg_advisory_xact_lock(7740189524313)");
    }

    // Two names that have one number keep each other waiting for no reason, and no harm.
    void lock_name(const std::string& name) override
    {
        std::string number; // SOCI's session knows no void functions
        sql() << "SELECT CAST(pg_advisory_xact_lock(hashtextextended(:name, 0)) AS text)", soci::use(name),
            soci::into(number);
    }

    bool has_table(const std::string& name) override
    {
        long long count = 0;
        sql() << "SELECT count(*) FROM information_schema.tables "
                 "WHERE table_schema = current_schema() AND table_name = :name",
            soci::use(name), soci::into(count);
        return count != 0;
    }

    bool others_changed() override { return true; } // as far as this connection can tell

    // A connection that its server closed while nobody used it has the news waiting in the socket.
    bool is_usable() noexcept override
    {
        ::pollfd socket{::PQsocket(handle_), POLLIN, 0};
        if (socket.fd >= 0 && ::poll(&socket, 1, 0) > 0) ::PQconsumeInput(handle_);
        return ::PQstatus(handle_) == CONNECTION_OK;
    }

    void reset_statements() noexcept override {} // libpq has fetched every row

    void start_clock() noexcept override
    {
        watched_->start(has_time_ ? watchdog::time_point::max() : steady_clock::now() + server_->timeout + grace);
    }
    // Within a transaction it goes on: what SOCI asks of the connection there is not seen here.
    void stop_clock() noexcept override
    {
        const auto state = ::PQtransactionStatus(handle_);
        if (state == PQTRANS_INTRANS || state == PQTRANS_INERROR) return;
        has_time_ = false;
        watched_->stop();
    }

private:
    using owned_result = std::unique_ptr<PGresult, clear_result>;

    owned_result run(const std::string& statements)
    {
        start_clock();
        owned_result r(::PQexec(handle_, statements.c_str()));
        stop_clock();
        const auto status = ::PQresultStatus(r.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            const char* state = ::PQresultErrorField(r.get(), PG_DIAG_SQLSTATE);
            throw soci::postgresql_soci_error(::PQerrorMessage(handle_), state ? state : "     ");
        }
        return r;
    }

    const std::shared_ptr<server> server_;
    const access access_;
    PGconn* handle_ = nullptr;
    std::optional<watchdog::connection> watched_;
    bool has_time_ = false; // this transaction may take as long as it likes
};

class postgresql_backend final : public backend {
public:
    explicit postgresql_backend(std::shared_ptr<server> s) : server_(std::move(s)) {}
    // Waits for attempts to connect, which use what a process that ends takes down; but not for ever.
    ~postgresql_backend() override
    {
        std::unique_lock lock(server_->mutex);
        server_->fewer.wait_until(lock, steady_clock::now() + server_->options.connect_limit(),
                                  [this] { return server_->attempts == 0; });
    }

    dialect kind() const noexcept override { return dialect::postgresql; }

    std::unique_ptr<session> connect(access a) const override
    {
        const auto connecting = begin_connecting(a);
        if (!connecting->is_done(server_->options.connect_limit() + server_->timeout))
            throw std::runtime_error("the database cannot be used: its server does not answer");
        return connecting->take();
    }

    std::unique_ptr<attempt<session>> begin_connecting(access a) const override
    {
        auto connect = [token = std::make_shared<attempt_token>(server_), a]() -> std::unique_ptr<session> {
            return std::make_unique<postgresql_session>(token->on(), a);
        };
        return std::make_unique<attempt<session>>(std::move(connect));
    }

    std::uint64_t connections_cut() const noexcept override { return server_->watch.cuts(); }

private:
    const std::shared_ptr<server> server_;
};

} // namespace

std::unique_ptr<backend> open_postgresql(const std::string& url, std::chrono::milliseconds timeout)
{
    database_settings s;
    s.url = url;
    s.timeout = timeout;
    return open_postgresql(s);
}

std::unique_ptr<backend> open_postgresql(const database_settings& s)
{
    return std::make_unique<postgresql_backend>(
        std::make_shared<server>(postgresql_options(s.url, s.password_file, s.timeout), s.timeout));
}

} // namespace watchword::store
