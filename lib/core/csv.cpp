#include "core/csv.hpp"

namespace watchword::core {

csv_reader::csv_reader(std::istream& in, csv_limits limits) : in_(*in.rdbuf()), limits_(limits)
{
    skip_mark();
}

void csv_reader::skip_mark()
{
    if (peek() != 0xEF) return;
    in_.sbumpc();
    if (in_.sbumpc() == 0xBB && in_.sbumpc() == 0xBF) return;
    wrong_ = errc::invalid_input; // of the first record
}

int csv_reader::get()
{
    const int c = in_.sbumpc();
    if (c == '\n') ++next_line_;
    return c;
}

void csv_reader::keep(int c)
{
    if (++size_ > limits_.record_bytes) wrong_ = errc::too_large;
    if (!wrong_) record_.back().text += static_cast<char>(c);
}

std::optional<result<csv_record>> csv_reader::next()
{
    do {
        if (peek() == end && !wrong_) return std::nullopt;
        line_ = next_line_;
        record_.clear();
        size_ = 0;
        int last = ',';
        while (last == ',') last = read_field();
        // An empty line is one empty field.
    } while (!wrong_ && record_.size() == 1 && record_.front().text.empty() && !record_.front().quoted);
    if (wrong_) return *std::exchange(wrong_, std::nullopt);
    return std::move(record_);
}

// All three return what stands behind the field: ',', '\n' or `end`.
int csv_reader::read_field()
{
    if (record_.size() == limits_.fields) wrong_ = errc::too_large;
    if (!wrong_ || record_.empty()) record_.emplace_back();
    const int c = get();
    return c == '"' ? read_quoted() : read_plain(c);
}

int csv_reader::read_plain(int c)
{
    for (; c != ',' && c != '\n' && c != end; c = get()) {
        if (c == '\r' && peek() == '\n') continue;
        if (c == '"' || c == '\r') wrong_ = wrong_.value_or(errc::invalid_input);
        keep(c);
    }
    return c;
}

int csv_reader::read_quoted()
{
    record_.back().quoted = true;
    for (int c = get();; c = get()) {
        if (c == end) {
            wrong_ = errc::invalid_input;
            return end;
        }
        if (c == '"') {
            if (peek() != '"') break;
            get();
        }
        keep(c);
    }
    const int c = get();
    if (c == ',' || c == '\n' || c == end) return c;
    if (c == '\r' && peek() == '\n') return get();
    wrong_ = wrong_.value_or(errc::invalid_input);
    return read_plain(c);
}

std::string csv_text(std::string_view text)
{
    const bool begins_odd = text.starts_with('\xEF'); // no byte order mark by chance
    if (!text.empty() && !begins_odd && text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace watchword::core
