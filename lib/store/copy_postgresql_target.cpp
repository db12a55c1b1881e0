#include "core/text.hpp"
#include "store/copy_postgresql.hpp"
#include "store/copy_reader.hpp"
#include "store/copy_target.hpp"
#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace watchword::store {
namespace {

constexpr std::size_t rows_a_batch = 10'000, bytes_a_batch = 4 * 1024 * 1024, bytes_a_message = 64 * 1024;

[[noreturn]] void refuse(const std::string& reason)
{
    throw std::runtime_error("the target database " + reason);
}

void require_no_users(session& s)
{
    long long users = 0;
    s.sql() << "SELECT count(*) FROM (SELECT 1 FROM \"user\" LIMIT 1) AS found", soci::into(users);
    if (users != 0) refuse("has users already: only an empty database can be filled");
}

void require_utf8(session& s)
{
    std::string encoding;
    s.sql() << "SELECT current_setting('server_encoding')", soci::into(encoding);
    if (encoding != "UTF8") refuse("has the encoding " + encoding + "; it must be UTF8, to hold every name");
}

// How the server spells the integers of a column.
std::size_t size_of_integer(const copied_column& c, Oid type)
{
    switch (type) {
    case 20: return 8; // int8
    case 23: return 4; // int4
    case 21: return 2; // int2
    }
    refuse("has a column of an unknown type: " + std::string(c.name));
}

std::int64_t largest_of(std::size_t size)
{
    return std::numeric_limits<std::int64_t>::max() >> (64 - 8 * size);
}

// Errors that are about rows rather than about the server: data exceptions, violated constraints, program limits.
bool is_about_data(const soci::postgresql_soci_error& e)
{
    const std::string state = e.sqlstate();
    return state.starts_with("22") || state.starts_with("23") || state.starts_with("54");
}

std::string reason_of(const soci::postgresql_soci_error& e)
{
    const std::string state = e.sqlstate();
    if (state == "23505") return "a value that must be unique is there already";
    if (state == "23503") return "what it belongs to was left out";
    if (state == "54000") return "it is too long for an index";
    return describe(e);
}

// Everything happens in one transaction, each batch in a savepoint of it.
class postgresql_target final : public copy_target {
public:
    postgresql_target(const database_settings& settings, refusal_listener& listener)
        : listener_(listener),
          opened_(open_backend(settings)),
          session_(opened_->connect(access::write)),
          handle_(postgresql_handle(*session_))
    {
        session_->execute("SET lock_timeout = " + std::to_string(settings.timeout.count()));
        require_utf8(*session_);
        schema_version(*session_, migrations_for(dialect::postgresql));
        if (session_->has_table("user")) require_no_users(*session_); // before anything is changed
        migrate(*session_, migrations_for(dialect::postgresql));
        check_user_table(*session_);
        session_->begin();
        lock();
    }

    ~postgresql_target() override
    {
        try {
            session_->rollback();
        } catch (const std::exception&) { // the connection is lost, and with it the transaction
        }
    }

    void begin(const copied_table& t) override
    {
        table_ = &t;
        const auto empty =
            run(handle_, "SELECT " + column_list(t) + " FROM " + quoted(t.name) + " LIMIT 0", PGRES_TUPLES_OK);
        sizes_.clear();
        for (std::size_t i = 0; i < t.columns.size(); ++i)
            sizes_.push_back(t.columns[i].type == copied_column::kind::integer
                                 ? size_of_integer(t.columns[i], ::PQftype(empty.get(), static_cast<int>(i)))
                                 : 0);
    }

    std::string_view objection(std::size_t column, const stored_value& v) const override
    {
        using kind = stored_value::kind;
        const auto general = general_objection(table_->columns[column], v);
        if (!general.empty()) return general;
        if (v.type == kind::blob) return "it is bytes (a BLOB), not a text";
        if (v.type == kind::integer) {
            const auto most = largest_of(sizes_[column]);
            if (v.number > most || v.number < -most - 1) return "it is beyond the target's integers";
            if (v.number == most && column == 0 && table_->numbers_itself) return "it leaves no number for the next";
        }
        if (v.type != kind::text) return {};
        if (v.bytes.find('\0') != v.bytes.npos) return "there is a NUL in it";
        return core::is_utf8(v.bytes) ? std::string_view() : "it is not UTF-8";
    }

    void add(const stored_row& row, const row_checksum& checksum) override
    {
        if (rows_.empty()) open_batch();
        rows_.push_back({buffer_.size(), printable(row.front()), checksum});
        append_big_endian(buffer_, static_cast<std::int16_t>(row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) append(row[i], sizes_[i]);
        if (buffer_.size() - sent_ >= bytes_a_message) send();
        if (rows_.size() == rows_a_batch || buffer_.size() >= bytes_a_batch) close_batch();
    }

    void end() override { close_batch(); }

    int socket() override { return socket_of(*session_); }
    session& reader() override { return *session_; }

    void commit() override
    {
        for (const auto& t : copied_tables()) {
            session_->execute("ANALYZE " + quoted(t.name));
            if (t.numbers_itself) count_on(t);
        }
        tell_nodes();
        session_->commit();
    }

private:
    struct batch_row {
        std::size_t begin;
        std::string key;
        row_checksum checksum;
    };

    // Nodes that serve this database cannot sign anybody up meanwhile; none can start.
    void lock()
    {
        session_->lock_schema(); // and this transaction has time
        session_->execute("SET LOCAL watchword.announces = 'yes'");
        for (const auto& t : copied_tables()) session_->execute("LOCK TABLE " + quoted(t.name) + " IN EXCLUSIVE MODE");
        require_no_users(*session_);
        session_->execute("SET LOCAL watchword.replaces_audit = 'yes'");
        for (const auto& t : copied_tables()) session_->execute("DELETE FROM " + quoted(t.name));
    }

    void append(const stored_value& v, std::size_t integer_size)
    {
        if (v.type == stored_value::kind::null) {
            append_big_endian(buffer_, std::int32_t{-1});
        } else if (v.type == stored_value::kind::integer) {
            append_big_endian(buffer_, static_cast<std::int32_t>(integer_size));
            if (integer_size == 8) append_big_endian(buffer_, v.number);
            if (integer_size == 4) append_big_endian(buffer_, static_cast<std::int32_t>(v.number));
            if (integer_size == 2) append_big_endian(buffer_, static_cast<std::int16_t>(v.number));
        } else {
            append_big_endian(buffer_, static_cast<std::int32_t>(v.bytes.size()));
            buffer_ += v.bytes;
        }
    }

    void open_batch()
    {
        buffer_.clear();
        sent_ = 0;
        begin_copy();
    }

    void begin_copy()
    {
        session_->execute("SAVEPOINT batch");
        run(handle_, "COPY " + quoted(table_->name) + " (" + column_list(*table_) + ") FROM STDIN (FORMAT binary)",
            PGRES_COPY_IN);
        put(binary_copy_header);
    }

    void put(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto piece = bytes.substr(0, bytes_a_message);
            if (::PQputCopyData(handle_, piece.data(), static_cast<int>(piece.size())) != 1) fail(handle_);
            bytes.remove_prefix(piece.size());
        }
    }

    // While the server works on what it has, more is read.
    void send()
    {
        put(std::string_view(buffer_).substr(sent_));
        sent_ = buffer_.size();
    }

    void end_copy()
    {
        put(binary_copy_end);
        if (::PQputCopyEnd(handle_, nullptr) != 1) fail(handle_);
        const postgresql_result result(::PQgetResult(handle_));
        while (const postgresql_result more{::PQgetResult(handle_)}) {
        }
        if (::PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(handle_, result.get());
        session_->execute("RELEASE SAVEPOINT batch");
    }

    void close_batch()
    {
        if (rows_.empty()) return;
        send();
        try {
            end_copy();
        } catch (const soci::postgresql_soci_error& e) {
            give_up_or_split(0, rows_.size(), e);
        }
        rows_.clear();
    }

    // A batch that was refused, as a handler of `e` has found: halves are tried until the rows at fault stand alone.
    // As deep as a batch can be halved.
    void give_up_or_split(std::size_t first, std::size_t last, const soci::postgresql_soci_error& e)
    {
        if (!is_about_data(e)) throw;
        session_->execute("ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch");
        if (last - first == 1) {
            listener_.refused(rows_[first].key, reason_of(e), rows_[first].checksum);
            return;
        }
        const auto middle = first + (last - first) / 2;
        try_rows(first, middle);
        try_rows(middle, last);
    }

    void try_rows(std::size_t first, std::size_t last)
    {
        const auto end = last < rows_.size() ? rows_[last].begin : buffer_.size();
        begin_copy();
        put(std::string_view(buffer_).substr(rows_[first].begin, end - rows_[first].begin));
        try {
            end_copy();
        } catch (const soci::postgresql_soci_error& e) {
            give_up_or_split(first, last, e);
        }
    }

    // The trigger that does it would have had to remember every row.
    void tell_nodes()
    {
        session_->execute("SET LOCAL watchword.announces = 'no'; "
                          "UPDATE \"user\" SET id = id WHERE id = (SELECT max(id) FROM \"user\")");
    }

    // Not by setval, which no rollback undoes.
    void count_on(const copied_table& t)
    {
        const auto key = std::string(t.columns.front().name);
        const auto table = quoted(t.name);
        long long highest = 0;
        std::string sequence;
        soci::indicator found = soci::i_null;
        session_->sql() << "SELECT coalesce(max(" + key + "), 0) FROM " + table, soci::into(highest);
        session_->sql() << "SELECT pg_get_serial_sequence(:table, :key)", soci::use(table), soci::use(key),
            soci::into(sequence, found);
        if (found == soci::i_ok)
            session_->execute("ALTER SEQUENCE " + sequence + " RESTART WITH " +
                              std::to_string(std::max(highest, 0LL) + 1));
    }

    refusal_listener& listener_;
    const std::unique_ptr<backend> opened_;
    const std::unique_ptr<session> session_;
    PGconn* const handle_;
    const copied_table* table_ = nullptr;
    std::vector<std::size_t> sizes_; // of integers, by column
    std::vector<batch_row> rows_;    // of the batch, whose bytes are
    std::string buffer_;             // these, all kept until the server has taken them
    std::size_t sent_ = 0;
};

} // namespace

std::unique_ptr<copy_target> open_postgresql_target(const database_settings& s, refusal_listener& listener)
{
    return std::make_unique<postgresql_target>(s, listener);
}

} // namespace watchword::store
