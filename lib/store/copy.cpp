#include "store/copy.hpp"

#include "store/copy_reader.hpp"
#include "store/copy_target.hpp"
#include "store/failure.hpp"
#include "store/file_lock.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/socket.h>

namespace watchword::store {
namespace {

constexpr std::uint64_t rows_between_words = 1024;

// What a database's failure means is told by whose it was.
template <class Work> decltype(auto) about(const char* whom, Work work)
{
    try {
        return work();
    } catch (const soci::soci_error& e) {
        throw std::runtime_error(std::string(whom) + ": " + describe(e));
    }
}

// One snapshot of a database, read by one connection.
class copy_source {
public:
    copy_source(const database_settings& s, copy_watcher& told)
    {
        warn_if_running(s, told);
        opened_ = open_backend_for_reading(s);
        session_ = opened_->connect(access::read);
        check_user_table(*session_);
        if (opened_->kind() == dialect::postgresql) take_texts_as_they_are();
        begin_long_reading(*session_);
        schema_version(*session_, migrations_for(opened_->kind()));
        if (opened_->kind() == dialect::postgresql) warn_if_connected(told);
    }

    session& reader() { return *session_; }
    // Older schemas lack the younger tables.
    bool has(const copied_table& t) { return session_->has_table(std::string(t.name)); }

private:
    static constexpr const char* warning =
        "a Watchword is running on the source: what it writes from now on is not copied";

    static void warn_if_running(const database_settings& s, copy_watcher& told)
    {
        if (s.url.starts_with("sqlite:") && file_lock::is_held(s.url.substr(7))) told.warn(warning);
    }

    // A server that never asked whether its texts are UTF-8 would refuse to send one that is not.
    void take_texts_as_they_are()
    {
        session_->execute("SELECT set_config('client_encoding', 'SQL_ASCII', false) "
                          "WHERE current_setting('server_encoding') = 'SQL_ASCII'");
    }

    void warn_if_connected(copy_watcher& told)
    {
        long long others = 0;
        session_->sql() << "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                           "AND pid <> pg_backend_pid() AND application_name = 'watchword'",
            soci::into(others);
        if (others != 0) told.warn(warning);
    }

    std::unique_ptr<backend> opened_;
    std::unique_ptr<session> session_;
};

// Ends what waits for a server, which may be for ever.
struct cut_connections {
    int source, target; // sockets, or -1

    void operator()() const noexcept
    {
        for (const int socket : {source, target})
            if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
};

// Rows on their way from one database to the other.
class copy_run final : refusal_listener {
public:
    copy_run(const copy_settings& s, copy_watcher& told, watcher& w) : settings_(s), told_(told), watcher_(w) {}

    copy_report run()
    {
        copy_source source = about("the source", [&] { return copy_source(settings_.from, told_); });
        const auto target = about("the target", [&] { return open_copy_target(settings_.to, *this); });
        {
            const watcher::interrupted_by_stop interruptible(
                watcher_, cut_connections{socket_of(source.reader()), target->socket()});
            fill_and_verify(source, *target);
        }
        watcher_.throw_if_stopped();
        if (report_.is_same()) about("the target, at the very end", [&] { target->commit(); });
        return std::move(report_);
    }

private:
    void fill_and_verify(copy_source& source, copy_target& target)
    {
        for (const auto& t : copied_tables()) copy(source, target, t);
        if (report_.left_out() != 0 && !settings_.skip_unusable) throw copy_refused(report_.left_out());
        session& written = about("the target", [&]() -> session& { return target.reader(); });
        for (std::size_t i = 0; i < report_.tables.size(); ++i) verify(written, copied_tables()[i], report_.tables[i]);
    }

    void copy(copy_source& source, copy_target& target, const copied_table& t)
    {
        report_.tables.push_back({std::string(t.name)});
        sum_ = {};
        if (about("the source", [&] { return source.has(t); })) {
            about("the target", [&] { target.begin(t); });
            copy_rows(source.reader(), target, t);
            about("the target", [&] { target.end(); });
        }
        now().sent = to_string(sum_);
    }

    void copy_rows(session& from, copy_target& target, const copied_table& t)
    {
        const auto rows = about("the source", [&] {
            watcher_.begin("copying " + now().name, watcher::unit::rows, count_rows(from, t));
            return read_rows(from, t);
        });
        stored_row row;
        for (std::uint64_t read = 1; about("the source", [&] { return rows->next(row); }); ++read) {
            if (is_usable(target, t, row)) {
                const auto checksum = hash_(row);
                sum_ += checksum;
                ++now().copied;
                about("the target", [&] { target.add(row, checksum); });
            } else {
                ++now().left_out;
            }
            if (read % rows_between_words == 0) look_up(read);
        }
    }

    bool is_usable(const copy_target& target, const copied_table& t, const stored_row& row)
    {
        bool usable = true;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto objection = target.objection(i, row[i]);
            if (objection.empty()) continue;
            usable = false;
            told_.unusable(
                {now().name, printable(row.front()), std::string(t.columns[i].name), std::string(objection)});
        }
        return usable;
    }

    void refused(const std::string& key, const std::string& reason, const row_checksum& checksum) override
    {
        sum_ -= checksum;
        --now().copied;
        ++now().left_out;
        told_.unusable({now().name, key, {}, reason});
    }

    void verify(session& written, const copied_table& t, copied_table_report& report)
    {
        watcher_.begin("verifying " + report.name, watcher::unit::rows, report.copied);
        row_checksum sum;
        about("the target", [&] {
            const auto rows = read_rows(written, t);
            for (stored_row row; rows->next(row);) {
                sum += hash_(row);
                if (++report.found % rows_between_words == 0) look_up(report.found);
            }
        });
        report.received = to_string(sum);
    }

    void look_up(std::uint64_t rows)
    {
        watcher_.throw_if_stopped();
        watcher_.advance(rows);
    }

    copied_table_report& now() { return report_.tables.back(); }

    const copy_settings& settings_;
    copy_watcher& told_;
    watcher& watcher_;
    copy_report report_;
    row_hasher hash_;
    row_checksum sum_; // of the rows of the table under way that were taken
};

bool is_same_file(const database_settings& a, const database_settings& b)
{
    std::error_code ignored;
    return a.url.starts_with("sqlite:") && b.url.starts_with("sqlite:") &&
           std::filesystem::equivalent(a.url.substr(7), b.url.substr(7), ignored);
}

} // namespace

std::uint64_t copy_report::left_out() const
{
    std::uint64_t sum = 0;
    for (const auto& t : tables) sum += t.left_out;
    return sum;
}

bool copy_report::is_same() const
{
    return std::all_of(tables.begin(), tables.end(), [](const auto& t) { return t.is_same(); });
}

copy_refused::copy_refused(std::uint64_t rows)
    : std::runtime_error(std::to_string(rows) + (rows == 1 ? " row" : " rows") + " cannot be kept by the target as " +
                         (rows == 1 ? "it is" : "they are"))
{}

copy_report copy_database(const copy_settings& s, copy_watcher& told, watcher& w)
{
    if (is_same_file(s.from, s.to)) throw std::runtime_error("the source and the target are the same file");
    try {
        return copy_run(s, told, w).run();
    } catch (const std::exception&) {
        w.throw_if_stopped(); // that the connection was cut, if it was, is no news then
        throw;
    }
}

} // namespace watchword::store
