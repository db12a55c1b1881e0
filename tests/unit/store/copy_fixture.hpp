#pragma once

#include "store/copy.hpp"
#include "store_fixture.hpp"

#include <functional>
#include <string>
#include <vector>

// What the tests of copies share.
namespace watchword::store {

// Keeps what it is told, and may do something in the middle.
struct copy_witness final : copy_watcher, watcher {
    std::vector<unusable_row> rows;
    std::vector<std::string> warnings, parts;
    std::function<void(const std::string& part, std::uint64_t done)> in_the_middle;

    void unusable(const unusable_row& r) override { rows.push_back(r); }
    void warn(const std::string& text) override { warnings.push_back(text); }
    void begin(std::string_view part, unit, std::uint64_t) override
    {
        parts.emplace_back(part);
        if (in_the_middle) in_the_middle(parts.back(), 0);
    }
    void advance(std::uint64_t done) override
    {
        if (in_the_middle) in_the_middle(parts.back(), done);
    }

    // "TABLE KEY COLUMN: REASON" of all, a line each.
    std::string complaints() const;
};

// A database with Watchword's schema and no rows.
class migrated_database : public empty_database {
public:
    explicit migrated_database(const std::string& kind);
};

// Statements without parameters, and the first column of a query's only row.
void execute(const database_settings&, const std::string& statements);
std::string ask(const database_settings&, const std::string& query);

// Every user: id, and each text in hexadecimal or NULL, a line each; the same from both engines.
std::string dump_users(const database_settings&);
// Whether it has no users, or is not there at all.
bool is_empty(const database_settings&);

// So many users, from the number 1 on, with texts that are not all ASCII, empty or there.
void add_users(const database_settings&, int count);

copy_report copy(const database_settings& from, const database_settings& to, copy_witness&, bool skip_unusable = false);
copy_report copy(const database_settings& from, const database_settings& to);
// What the copy throws, or nothing.
std::string refusal_of_copy(const database_settings& from, const database_settings& to, copy_witness&);
std::string refusal_of_copy(const database_settings& from, const database_settings& to);

bool contains(const std::string& text, const std::string& part);

} // namespace watchword::store
