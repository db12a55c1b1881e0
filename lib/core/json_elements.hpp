#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::core {

// Takes the elements of one array out of a JSON document, text by text, without holding the document: those of the
// outermost array or, if the document is an object, of the first of its members that has one of the given names and is
// an array. What stands elsewhere is passed over, and hardly looked at. One thread at a time.
class json_elements {
public:
    // Memory is bounded by `element_bytes`. The stream and the names must live as long as this.
    json_elements(std::istream&, std::vector<std::string_view> names, std::size_t element_bytes = 1024 * 1024);

    // The text of the next element, to be parsed by parse_json; nothing behind the last one. too_large: it is longer
    // than allowed; reading goes on with the next. invalid_input: the document ends too early or has no such array, and
    // nothing follows.
    std::optional<result<std::string>> next();

    // Where the last element began, counted from 1.
    std::uint64_t line() const noexcept { return line_; }

private:
    static constexpr int end = std::istream::traits_type::eof();

    int get();
    int get_visible();
    bool find_array();
    bool find_member();
    std::optional<std::string> read_string();
    // Reads one value that begins with `first`, up to what ends it, which stays unread; false at a premature end.
    bool read_value(int first);
    void keep(int c);

    std::streambuf& in_;
    const std::vector<std::string_view> names_;
    const std::size_t limit_;
    std::uint64_t line_ = 0, current_line_ = 1;
    std::string text_;
    bool keeping_ = false, too_large_ = false;
    enum class state { before, within, done } state_ = state::before;
};

} // namespace watchword::core
