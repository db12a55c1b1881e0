#include "store/postgresql.hpp"

#include "store/failure.hpp"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <map>
#include <poll.h>
#include <stdexcept>
#include <string_view>

namespace watchword::store {
namespace {

using options = std::map<std::string, std::string>;

struct finish {
    void operator()(PQconninfoOption* o) const noexcept { ::PQconninfoFree(o); }
    void operator()(PGresult* r) const noexcept { ::PQclear(r); }
};

options parse_url(const std::string& url)
{
    // libpq's own message may quote the URL, and with it the password.
    const auto bad = [] {
        return std::runtime_error("cannot understand the database URL: it should look like "
                                  "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, with anything unusual "
                                  "in a part percent-encoded");
    };
    const std::unique_ptr<PQconninfoOption, finish> parsed(::PQconninfoParse(url.c_str(), nullptr));
    if (!parsed) throw bad();
    options found;
    for (const auto* o = parsed.get(); o->keyword != nullptr; ++o)
        if (o->val != nullptr) found.emplace(o->keyword, o->val);
    // An unencoded '@' or '/' in a password has cut it in two, and later messages would name the pieces.
    for (const auto* part : {"host", "dbname"})
        if (found.contains(part) && found[part].find('@') != std::string::npos) throw bad();
    if (found.contains("port") && found["port"].find_first_not_of("0123456789,") != std::string::npos) throw bad();
    return found;
}

// SOCI looks for options of its own in what it is given and mangles quotation marks and spaces; a URL with everything
// percent-encoded passes through it unharmed.
std::string to_url(const options& all)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string url = "postgresql://";
    char separator = '?';
    for (const auto& [keyword, value] : all) {
        url += std::exchange(separator, '&') + keyword + '=';
        for (const char c : value) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain) {
                url += c;
            } else {
                const auto byte = static_cast<unsigned char>(c);
                url += {'%', digits[byte >> 4], digits[byte & 15]};
            }
        }
    }
    return url;
}

void ignore_notice(void*, const char*) {}

class postgresql_session final : public session {
public:
    postgresql_session(const std::string& url, access a, std::chrono::milliseconds timeout) : access_(a)
    {
        sql().open(soci::postgresql, url);
        handle_ = static_cast<soci::postgresql_session_backend*>(sql().get_backend())->conn_;
        ::PQsetErrorVerbosity(handle_, PQERRORS_TERSE); // DETAIL would tell the values
        ::PQsetNoticeProcessor(handle_, ignore_notice, nullptr);
        const std::string bound = std::to_string(timeout.count());
        // The last of them frees what this process holds if it freezes in the middle of a transaction.
        execute("SET client_encoding = 'UTF8'; SET statement_timeout = " + bound +
                "; SET idle_in_transaction_session_timeout = " + bound);
        if (a == access::read) {
            execute("SET default_transaction_read_only = on");
        } else {
            execute("SELECT set_config('synchronous_commit', 'on', false) "
                    "WHERE current_setting('synchronous_commit') = 'off'");
        }
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
    void lock_schema() override { execute("SELECT pg_advisory_xact_lock(7740189524313)"); }

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

private:
    std::unique_ptr<PGresult, finish> run(const std::string& statements)
    {
        std::unique_ptr<PGresult, finish> result(::PQexec(handle_, statements.c_str()));
        const auto status = ::PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            const char* state = ::PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
            throw soci::postgresql_soci_error(::PQerrorMessage(handle_), state ? state : "     ");
        }
        return result;
    }

    const access access_;
    PGconn* handle_ = nullptr;
};

class postgresql_backend final : public backend {
public:
    postgresql_backend(options all, std::chrono::milliseconds timeout) : timeout_(timeout)
    {
        // A server that does not answer is given up; emplace leaves what the URL says.
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
        all.emplace("connect_timeout", std::to_string(std::max<long long>(seconds, 2)));
        all.emplace("tcp_user_timeout", std::to_string(timeout.count()));
        all.emplace("keepalives_idle", "10");
        all.emplace("keepalives_interval", "5");
        all.emplace("keepalives_count", "3");
        all.emplace("application_name", "watchword");
        url_ = to_url(all);
    }

    dialect kind() const noexcept override { return dialect::postgresql; }

    std::unique_ptr<session> connect(access a) const override
    {
        return std::make_unique<postgresql_session>(url_, a, timeout_);
    }

private:
    const std::chrono::milliseconds timeout_;
    std::string url_;
};

} // namespace

std::unique_ptr<backend> open_postgresql(const std::string& url, std::chrono::milliseconds timeout)
{
    return std::make_unique<postgresql_backend>(parse_url(url), timeout);
}

} // namespace watchword::store
