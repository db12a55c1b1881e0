#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Comma-separated values (RFC 4180), read from a stream a record at a time. One thread at a time.
namespace watchword::core {

struct csv_field {
    std::string text;
    bool quoted = false; // tells "" from nothing at all
};
using csv_record = std::vector<csv_field>;

struct csv_limits {
    std::size_t record_bytes = 1024 * 1024;
    std::size_t fields = 1000;
};

// Memory is bounded by the limits, time by the stream's length. Lines end with LF or CRLF; empty ones and a byte order
// mark at the beginning are passed over. Bytes are not looked at further: whoever wants UTF-8 asks for it.
class csv_reader {
public:
    explicit csv_reader(std::istream&, csv_limits = {});

    // The next record; nothing at the end of the stream. Errors, after which reading goes on with the next record:
    // invalid_input (a quote inside an unquoted field, anything behind a quoted one, a lone CR, a quote that is never
    // closed), too_large.
    std::optional<result<csv_record>> next();

    // Where the last record began, counted from 1.
    std::uint64_t line() const noexcept { return line_; }

private:
    static constexpr int end = std::istream::traits_type::eof();

    int get();
    int peek() { return in_.sgetc(); }
    void skip_mark();
    int read_field();
    int read_quoted();
    int read_plain(int c);
    void keep(int c);

    std::streambuf& in_;
    const csv_limits limits_;
    std::uint64_t line_ = 0, next_line_ = 1;
    csv_record record_;
    std::size_t size_ = 0;
    std::optional<errc> wrong_;
};

// A field as it is written, quoted where it must be. An empty text is written as "": a field that is not there at all
// is nothing between two commas.
std::string csv_text(std::string_view);

} // namespace watchword::core
