#pragma once

#include "crypto/sha1.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Lists of passwords: what a line says. Thread-safe, but for the classes.
namespace watchword::accounts {

// No password is longer, in bytes.
inline constexpr std::size_t longest_listed_password = 1024;

enum class list_format {
    automatic, // what the first line looks like
    plain,     // a password in each line
    sha1,      // its SHA-1 in hexadecimal digits, and perhaps a colon and how often it was found (Have I Been Pwned)
};

// Understands lines; the first that is not empty decides the format if it is automatic. One thread.
class list_line_reader {
public:
    explicit list_line_reader(list_format f) : format_(f) {}

    struct line {
        std::optional<crypto::sha1::digest> password;
        std::string_view refused{}; // why there is none; empty: an empty line, which counts for nothing
    };
    // `text` has no line feed. Throws std::runtime_error if the first line is an NTLM hash: those cannot be used.
    line read(std::string_view text);

    list_format format() const noexcept { return format_; }

private:
    void choose_format(std::string_view text);

    list_format format_;
    bool is_first_ = true;
    crypto::sha1 sha1_;
};

// Cuts what `read` gives into lines, in bounded memory. One thread.
class line_splitter {
public:
    // Fills the buffer and returns how much; 0 at the end. What it throws goes through.
    using source = std::function<std::size_t(char* buffer, std::size_t size)>;
    explicit line_splitter(source, std::size_t buffer_size = 1u << 20); // at least 128 KiB

    // The next line without its line feed and a carriage return before that; nothing at the end. Valid until the next
    // call. Of a line over 64 KiB only the beginning is there.
    std::optional<std::string_view> next();

    std::uint64_t number() const noexcept { return number_; } // of that line, from 1
    std::uint64_t bytes() const noexcept { return bytes_; }   // so many were read

private:
    bool fill();
    std::string_view take_line(std::size_t size, std::size_t feed);
    std::optional<std::string_view> long_line();

    const source source_;
    std::string buffer_;
    std::size_t begin_ = 0, end_ = 0; // of what is in the buffer
    std::uint64_t number_ = 0, bytes_ = 0;
    bool is_over_ = false;
    std::string long_; // the beginning of a long line
};

} // namespace watchword::accounts
