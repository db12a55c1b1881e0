#include "store/postgresql.hpp"

#include "core/random.hpp"
#include "core/text.hpp"
#include "store/attempt.hpp"
#include "store/failure.hpp"
#include "store/libpq.hpp"
#include "store/own_changes.hpp"
#include "store/postgresql_feed.hpp"
#include "store/postgresql_options.hpp"
#include "store/watchdog.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <poll.h>
#include <span>
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

// Like no other process's.
std::string random_name()
{
    std::array<std::byte, 9> bytes;
    core::system_random().fill(bytes);
    return core::base64url_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// What all connections share. Attempts to connect may outlive whoever began them.
struct server {
    server(postgresql_options o, const database_settings& s)
        : options(std::move(o)), timeout(s.timeout), staleness(s.staleness), notifies(s.feed == feed_kind::notify)
    {}

    const postgresql_options options;
    const milliseconds timeout, staleness;
    const bool notifies;
    watchdog watch;
    std::atomic<steady_clock::time_point> last_answered{};
    own_changes own{random_name()};
    std::atomic<bool> followed{false}; // there is a feed: what the writer changes must be told
    std::mutex mutex;                  // guards what follows
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
        if (access_ == access::write && server_->followed && name_.empty()) {
            execute("SET watchword.announces = 'yes'"); // the trigger need not
            name_ = server_->own.take_name();
        }
        execute(access_ == access::write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                         : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }

    void announce_change() override { announces_ = !name_.empty(); }

    void commit() override
    {
        if (!std::exchange(announces_, false)) return end_transaction("COMMIT");
        server_->own.expect();
        try {
            end_transaction(announcement() + "; COMMIT");
        } catch (...) {
            server_->own.disown(); // it may be made yet
            throw;
        }
        server_->own.note(announced_);
    }

    bool in_transaction() noexcept override { return ::PQtransactionStatus(handle_) != PQTRANS_IDLE; }
    bool has_failed() noexcept override { return ::PQtransactionStatus(handle_) == PQTRANS_INERROR; }

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

    bool others_changed() override { return !server_->followed; } // as far as this connection can tell

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

    // The last statement's result.
    owned_result run(const std::string& statements)
    {
        start_clock();
        owned_result last;
        bool sent = ::PQsendQuery(handle_, statements.c_str()) != 0, failed = !sent;
        while (sent) {
            owned_result next(::PQgetResult(handle_));
            if (!next) break;
            const auto status = ::PQresultStatus(next.get());
            failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
            if (status == PGRES_TUPLES_OK) note_number(next.get());
            last = std::move(next);
            if (::PQstatus(handle_) != CONNECTION_OK) break;
        }
        stop_clock();
        if (failed || !last) {
            const char* state = ::PQresultErrorField(last.get(), PG_DIAG_SQLSTATE);
            throw soci::postgresql_soci_error(::PQerrorMessage(handle_), state ? state : "     ");
        }
        server_->last_answered = steady_clock::now();
        return last;
    }

    void end_transaction(const std::string& statements)
    {
        // After an error inside the transaction, PostgreSQL answers COMMIT with a successful ROLLBACK.
        const auto result = run(statements);
        if (std::string_view(::PQcmdStatus(result.get())) != "COMMIT")
            throw soci::soci_error("the transaction had failed before its commit");
    }

    // Raises the number that the feeds follow, whose lock is held until the end of the transaction: it is to be sent
    // together with that.
    std::string announcement() const
    {
        std::string raise = "INSERT INTO watchword_change AS c (number) VALUES (1) "
                            "ON CONFLICT (only_row) DO UPDATE SET number = c.number + 1 "
                            "RETURNING number AS watchword_number";
        if (server_->notifies)
            raise = "WITH raised AS (" + raise +
                    ") SELECT watchword_number, pg_notify('watchword_change', watchword_number || ' " + name_ +
                    " ' || current_schema()) FROM raised";
        return raise;
    }
    void note_number(const PGresult* r)
    {
        if (::PQntuples(r) != 1 || std::string_view(::PQfname(r, 0)) != "watchword_number") return;
        announced_ = core::parse_unsigned(::PQgetvalue(r, 0, 0)).value_or(0);
    }

    const std::shared_ptr<server> server_;
    const access access_;
    PGconn* handle_ = nullptr;
    std::optional<watchdog::connection> watched_;
    bool has_time_ = false; // this transaction may take as long as it likes
    std::string name_;      // of the one who writes, once there is a feed
    bool announces_ = false;
    std::uint64_t announced_ = 0; // the last number
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
    steady_clock::time_point last_answered() const noexcept override { return server_->last_answered; }

    std::unique_ptr<change_feed> follow_changes(change_counters& counters) const override
    {
        postgresql_feed::settings s;
        s.listens = server_->notifies;
        s.staleness = server_->staleness;
        s.answer_limit = std::min(s.answer_limit, server_->timeout);
        auto begin = [on = server_] {
            auto connect = [token = std::make_shared<attempt_token>(on)] {
                return std::make_unique<feed_connection>(token->on()->options.connection_string(access::write));
            };
            return std::make_unique<attempt<feed_connection>>(std::move(connect));
        };
        server_->followed = true;
        return std::make_unique<postgresql_feed>(s, std::move(begin), server_->own, counters);
    }
    bool is_followed() const noexcept override { return server_->followed; }

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
    load_libpq();
    return std::make_unique<postgresql_backend>(
        std::make_shared<server>(postgresql_options(s.url, s.password_file, s.timeout), s));
}

} // namespace watchword::store
