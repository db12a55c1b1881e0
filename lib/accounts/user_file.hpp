#pragma once

#include "core/csv.hpp"
#include "core/json_elements.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Files full of users, read a record at a time with bounded memory.
namespace watchword::accounts {

enum class file_format {
    csv,        // RFC 4180 with a line of names first
    json_lines, // a JSON object on each line
    json,       // an array of objects, or an object with one called users, items or data
};

// "csv", "jsonl" or "ndjson", "json"; case does not count.
std::optional<file_format> find_file_format(std::string_view name) noexcept;

struct file_record {
    std::uint64_t line = 0;     // where it begins, counted from 1
    boost::json::object fields; // of CSV all texts, or null for nothing between two commas
    std::string problem;        // why it cannot be read; empty if it can
};

inline constexpr std::size_t longest_record = 1024 * 1024; // bytes

// One thread at a time. The stream must outlive it.
class user_file {
public:
    // Throws std::runtime_error for the operator if CSV has no proper first line.
    user_file(std::istream&, file_format);

    // The next record, readable or not; nothing at the end.
    std::optional<file_record> next();

private:
    void read_names();
    std::optional<file_record> next_of_csv();
    std::optional<file_record> next_line();
    std::optional<file_record> next_element();

    std::istream& in_;
    const file_format format_;
    core::csv_reader csv_;
    core::json_elements elements_;
    std::vector<std::string> names_; // of CSV's columns
    std::uint64_t line_ = 0;         // of JSON Lines
};

} // namespace watchword::accounts
