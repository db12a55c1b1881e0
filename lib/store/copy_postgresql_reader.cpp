#include "store/copy_postgresql.hpp"
#include "store/copy_reader.hpp"

namespace watchword::store {
namespace {

constexpr std::size_t page_rows = 10'000;
constexpr std::size_t largest_leftover = 64 * 1024; // of rows that were given

struct free_memory {
    void operator()(char* p) const noexcept { ::PQfreemem(p); }
};

[[noreturn]] void misunderstood()
{
    throw soci::soci_error("the server's COPY is not understood");
}

// Pages by key, each a COPY TO STDOUT: the server sends a row when it has one, and never sorts or keeps a whole table.
class postgresql_rows final : public row_reader {
public:
    postgresql_rows(session& s, const copied_table& t) : handle_(postgresql_handle(s)), table_(t)
    {
        for (const auto& c : t.columns)
            columns_ += (columns_.empty() ? "" : ", ") + quoted(c.name) +
                        (c.type == copied_column::kind::integer ? "::int8" : "::text");
    }

    bool next(stored_row& row) override
    {
        row.clear();
        for (;;) {
            if (!in_page_) {
                if (done_) return false;
                begin_page();
            }
            if (next_in_page(row)) return true;
            done_ = rows_ < page_rows;
        }
    }

private:
    void begin_page()
    {
        const auto key = quoted(table_.columns.front().name);
        run(handle_,
            "COPY (SELECT " + columns_ + " FROM " + quoted(table_.name) + after_ + " ORDER BY " + key + " LIMIT " +
                std::to_string(page_rows) + ") TO STDOUT (FORMAT binary)",
            PGRES_COPY_OUT);
        in_page_ = true;
        rows_ = 0;
        buffer_.clear();
        while (buffer_.size() < binary_copy_header.size()) more();
        if (!std::string_view(buffer_).starts_with(binary_copy_header.substr(0, 11))) misunderstood();
        position_ = binary_copy_header.size();
    }

    // Appends what the server sends next: a row, as a rule.
    void more()
    {
        char* bytes = nullptr;
        const int size = ::PQgetCopyData(handle_, &bytes, 0);
        if (size < 0) {
            in_page_ = false;
            const postgresql_result result(::PQgetResult(handle_));
            fail(handle_, result.get()); // rows end with a mark: the end of the data comes too early, whatever it says
        }
        const std::unique_ptr<char, free_memory> owner(bytes);
        buffer_.append(bytes, static_cast<std::size_t>(size));
    }

    void need(std::size_t size)
    {
        while (buffer_.size() - position_ < size) more();
    }

    template <class Integer> Integer take()
    {
        need(sizeof(Integer));
        const auto n = read_big_endian<Integer>(buffer_.data() + position_);
        position_ += sizeof(Integer);
        return n;
    }

    bool next_in_page(stored_row& row)
    {
        if (position_ == buffer_.size() || position_ > largest_leftover) {
            buffer_.erase(0, position_);
            position_ = 0;
        }
        const auto columns = take<std::int16_t>();
        if (columns == -1) {
            end_page();
            return false;
        }
        if (static_cast<std::size_t>(columns) != table_.columns.size()) misunderstood();
        fields_.clear();
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            const auto size = take<std::int32_t>();
            fields_.push_back({position_, size});
            if (size > 0) {
                need(static_cast<std::size_t>(size));
                position_ += static_cast<std::size_t>(size);
            }
        }
        for (std::size_t i = 0; i < fields_.size(); ++i) row.push_back(value(i));
        remember(row.front());
        ++rows_;
        return true;
    }

    stored_value value(std::size_t column) const
    {
        const auto& [begin, size] = fields_[column];
        if (size < 0) return {};
        const std::string_view bytes(buffer_.data() + begin, static_cast<std::size_t>(size));
        if (table_.columns[column].type == copied_column::kind::text) return stored_value::of(bytes);
        if (bytes.size() != 8) misunderstood();
        return stored_value::of(read_big_endian<std::int64_t>(bytes.data()));
    }

    // The last key of a full page is where the next one begins.
    void remember(const stored_value& key)
    {
        if (rows_ + 1 < page_rows) return;
        after_ = " WHERE " + quoted(table_.columns.front().name) + " > ";
        if (key.type == stored_value::kind::integer) {
            after_ += "'" + std::to_string(key.number) + "'::int8"; // between quotes it may be the smallest of all
        } else {
            const std::unique_ptr<char, free_memory> text(
                ::PQescapeLiteral(handle_, key.bytes.data(), key.bytes.size()));
            if (!text) fail(handle_);
            after_ += text.get();
        }
    }

    void end_page()
    {
        in_page_ = false;
        char* bytes = nullptr;
        if (::PQgetCopyData(handle_, &bytes, 0) != -1) misunderstood();
        for (postgresql_result r(::PQgetResult(handle_)); r; r.reset(::PQgetResult(handle_)))
            if (::PQresultStatus(r.get()) != PGRES_COMMAND_OK) fail(handle_, r.get());
    }

    struct field {
        std::size_t begin;
        std::int32_t size;
    };

    PGconn* const handle_;
    const copied_table& table_;
    std::string columns_, after_, buffer_;
    std::vector<field> fields_;
    std::size_t position_ = 0, rows_ = 0;
    bool in_page_ = false, done_ = false;
};

} // namespace

std::unique_ptr<row_reader> read_postgresql_rows(session& s, const copied_table& t)
{
    return std::make_unique<postgresql_rows>(s, t);
}

} // namespace watchword::store
