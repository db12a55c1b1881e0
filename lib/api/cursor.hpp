#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/siphash.hpp"
#include "http/message.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace watchword::api {

// Cursors: where the next page of a list begins, in a text that clients give back and cannot make. It is bound to the
// list and to what was asked of it, so that one of another list or with another filter is no cursor. What it holds can
// be read by who decodes it: a position is nothing secret. Thread-safe.
class cursors {
public:
    // What the key is derived for, which crypto::derive_key is told.
    static constexpr std::string_view purpose = "watchword list cursors 1";
    static constexpr std::size_t longest_position = 512;

    // Throws std::invalid_argument for a key of fewer than 16 bytes.
    explicit cursors(const core::secret_string& key);

    // The list's name, and each value that it was filtered by: ("users", search, role). The number of the page's
    // entries is none of them: it may change.
    using filter = std::initializer_list<std::string_view>;

    // The cursor behind `position`, which is what the last entry shown is ordered by: any bytes, at most
    // longest_position of them (else std::invalid_argument).
    std::string write(filter, std::string_view position) const;
    // The position. Error: invalid_input for anything but what write() has made, here or on another server with the
    // same secret, with the same filter.
    core::result<std::string> read(filter, std::string_view cursor) const;

private:
    core::siphash_key key_;
};

// 400: what came as a cursor is none.
http::response invalid_cursor();

} // namespace watchword::api
