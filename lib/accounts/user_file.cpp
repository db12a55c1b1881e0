#include "accounts/user_file.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

namespace watchword::accounts {
namespace {

std::istream& nothing()
{
    thread_local std::istringstream empty;
    return empty;
}

std::string reading_problem(const core::error_code& e, std::string_view what)
{
    if (e == core::errc::too_large) return "it is longer than 1 MiB or has more than 1000 fields";
    return "it is not " + std::string(what);
}

file_record parse_object(std::uint64_t line, std::string_view text)
{
    file_record record{line, {}, {}};
    auto parsed = core::parse_json(text);
    if (!parsed) {
        record.problem = reading_problem(parsed.error(), "strict JSON in UTF-8");
    } else if (!parsed->is_object()) {
        record.problem = "it is not a JSON object";
    } else {
        record.fields = std::move(parsed->get_object());
    }
    return record;
}

} // namespace

std::optional<file_format> find_file_format(std::string_view name) noexcept
{
    if (core::iequals(name, "csv")) return file_format::csv;
    if (core::iequals(name, "jsonl") || core::iequals(name, "ndjson")) return file_format::json_lines;
    if (core::iequals(name, "json")) return file_format::json;
    return std::nullopt;
}

user_file::user_file(std::istream& in, file_format format)
    : in_(in),
      format_(format),
      csv_(format == file_format::csv ? in : nothing(), {longest_record, 1000}),
      elements_(in, {"users", "items", "data"}, longest_record)
{
    if (format_ == file_format::csv) read_names();
}

void user_file::read_names()
{
    const auto first = csv_.next();
    if (!first) throw std::runtime_error("the file is empty: the first line must name the columns");
    if (!*first) throw std::runtime_error("the first line is not CSV");
    std::set<std::string_view> known;
    for (const auto& name : first->value()) {
        if (name.text.empty() || !core::is_utf8(name.text) || !known.insert(name.text).second)
            throw std::runtime_error("the first line must name the columns, each once and in UTF-8");
        names_.push_back(name.text);
    }
}

std::optional<file_record> user_file::next()
{
    switch (format_) {
    case file_format::csv: return next_of_csv();
    case file_format::json_lines: return next_line();
    case file_format::json: return next_element();
    }
    return std::nullopt;
}

std::optional<file_record> user_file::next_of_csv()
{
    auto read = csv_.next();
    if (!read) return std::nullopt;
    file_record record{csv_.line(), {}, {}};
    if (!*read) {
        record.problem = reading_problem(read->error(), "CSV");
        return record;
    }
    auto& fields = read->value();
    if (fields.size() != names_.size()) {
        record.problem =
            "it has " + std::to_string(fields.size()) + " fields, the first line " + std::to_string(names_.size());
        return record;
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (!core::is_utf8(fields[i].text)) {
            record.problem = "its field " + std::to_string(i + 1) + " is not UTF-8"; // the name may hold anything
            return record;
        }
        auto& place = record.fields[names_[i]];
        if (!fields[i].text.empty() || fields[i].quoted) place = fields[i].text;
    }
    return record;
}

std::optional<file_record> user_file::next_line()
{
    std::string text;
    auto& buffer = *in_.rdbuf();
    for (;;) {
        int c = buffer.sbumpc();
        if (c == std::istream::traits_type::eof()) return std::nullopt;
        ++line_;
        text.clear();
        bool too_long = false;
        for (; c != '\n' && c != std::istream::traits_type::eof(); c = buffer.sbumpc()) {
            too_long = too_long || text.size() == longest_record;
            if (!too_long) text += static_cast<char>(c);
        }
        if (too_long) return file_record{line_, {}, reading_problem(core::errc::too_large, "")};
        std::string_view all = text;
        if (line_ == 1 && all.starts_with("\xEF\xBB\xBF")) all.remove_prefix(3);
        if (all.find_first_not_of(" \t\r") != all.npos) return parse_object(line_, all);
    }
}

std::optional<file_record> user_file::next_element()
{
    const auto text = elements_.next();
    if (!text) return std::nullopt;
    if (*text) return parse_object(elements_.line(), text->value());
    if (text->error() == core::errc::too_large)
        return file_record{elements_.line(), {}, reading_problem(text->error(), "")};
    return file_record{
        elements_.line(), {}, "the file is no JSON array of users, nor an object that has one, or it is cut"};
}

} // namespace watchword::accounts
