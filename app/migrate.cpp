#include "command_line.hpp"
#include "commands.hpp"
#include "progress.hpp"
#include "server/database_settings.hpp"
#include "steps.hpp"
#include "store/copy.hpp"
#include "store/schema.hpp"

#include <filesystem>
#include <iomanip>
#include <iostream>

namespace watchword::app {
namespace {

constexpr std::uint64_t most_rows_listed = 20;

store::database_settings database_of(const settings::settings& s, const std::string& url)
{
    auto d = server::database_settings(s.database);
    if (url != d.url) d.password_file.clear(); // of that one only
    d.url = url;
    return d;
}

void print_schema(const store::schema_state& s)
{
    for (std::size_t i = 0; i < s.known.size(); ++i)
        std::cout << s.known[i] << (i < s.applied ? "  applied\n" : "  pending\n");
}

int status(const arguments& given)
{
    const auto line = read_command_line(given, {"migrate status"});
    if (!line) return misused;
    const auto found = store::read_schema(database_of(line->values, line->values.database.url));
    print_schema(found);
    if (found.applied == found.known.size())
        std::cout << "The schema is up to date.\n";
    else if (found.applied > 0)
        std::cout << "The schema is older than this program's.\n";
    else if (found.has_users)
        std::cout << "Not Watchword's yet; its user table will be adopted.\n";
    else
        std::cout << "There is no schema yet.\n";
    return success;
}

int up(const arguments& given)
{
    const auto line = read_command_line(given, {"migrate"});
    if (!line) return misused;
    print_schema(store::update_schema(database_of(line->values, line->values.database.url)));
    std::cout << "The schema is up to date.\n";
    return success;
}

// Lists some of the rows that cannot be copied, and counts the others.
class teller final : public store::copy_watcher {
public:
    explicit teller(progress& p) : progress_(p) {}

    void unusable(const store::unusable_row& row) override
    {
        if (++rows_ > most_rows_listed) return;
        const std::string column = row.column.empty() ? "" : ", " + row.column;
        say(row.table + " " + row.key + column + ": " + row.reason);
    }
    void warn(const std::string& text) override { say("warning: " + text); }

    // After the last of them.
    void say_how_many_more()
    {
        if (rows_ > most_rows_listed) say("and " + std::to_string(rows_ - most_rows_listed) + " more");
    }

private:
    void say(const std::string& text)
    {
        progress_.clear();
        std::cerr << "watchword: " << text << "\n";
    }

    progress& progress_;
    std::uint64_t rows_ = 0;
};

void print_row(const std::string& table, const std::string& rows, const std::string& left_out,
               const std::string& checksum)
{
    std::cout << std::left << std::setw(22) << table << std::right << std::setw(12) << rows << std::setw(12) << left_out
              << "  " << checksum << "\n";
}

void print_report(const store::copy_report& report)
{
    print_row("table", "rows", "left out", "checksum");
    for (const auto& t : report.tables) {
        print_row(t.name, std::to_string(t.copied), std::to_string(t.left_out), t.sent);
        if (!t.is_same()) print_row("  read back", std::to_string(t.found), "", t.received + "  DIFFERS");
    }
}

void print_what_is_left_to_do(const store::copy_settings& s)
{
    const auto file = s.from.url.substr(s.from.url.find(':') + 1) + ".secret";
    if (!s.from.url.starts_with("sqlite:") || !std::filesystem::exists(file)) return;
    std::cout << "The secret is not part of the database. The new server needs the old one's, to open its signing keys "
                 "and for tokens to stay valid:\n  watchword serve --secret-file "
              << file << "\n";
}

int copy_all(const store::copy_settings& s)
{
    progress shown(false);
    teller told(shown);
    const auto began = std::chrono::steady_clock::now();
    const stop_on_signal stops(shown);
    try {
        const auto report = store::copy_database(s, told, shown);
        shown.clear();
        told.say_how_many_more();
        print_report(report);
        if (!report.is_same()) return fail("the copy is not the same as the source; the target was left empty");
        std::cout << "Everything was copied, read back and found the same, in "
                  << seconds_text(std::chrono::steady_clock::now() - began) << ".\n";
        print_what_is_left_to_do(s);
        return success;
    } catch (const store::copy_refused& e) {
        shown.clear();
        told.say_how_many_more();
        return fail(std::string(e.what()) +
                    "; the target was left empty (--skip-unusable copies the others without them)");
    } catch (const std::exception& e) {
        shown.clear();
        told.say_how_many_more();
        return fail(std::string(e.what()) + "; nothing was copied");
    }
}

int copy(const arguments& given)
{
    const auto line = read_command_line(given, {"migrate copy", {}, {"--skip-unusable"}, {"--from", "--to"}});
    if (!line) return misused;
    const auto from = line->options.find("--from"), to = line->options.find("--to");
    if (from == line->options.end() && to == line->options.end()) {
        fail("migrate copy needs --from, --to or both; see watchword migrate --help");
        return misused;
    }
    const auto& own = line->values.database.url;
    store::copy_settings s;
    s.from = database_of(line->values, from == line->options.end() ? own : from->second);
    s.to = database_of(line->values, to == line->options.end() ? own : to->second);
    s.skip_unusable = line->has("--skip-unusable");
    return copy_all(s);
}

void print_help()
{
    std::cout
        << "Usage: watchword migrate [status] [FLAG]...\n"
           "       watchword migrate copy --from URL --to URL [--skip-unusable]\n\n"
           "Brings the database's schema up to date, as the start of a server does, and shows its versions. With\n"
           "`status`, shows them and changes nothing; that works beside a running server.\n\n"
           "`copy` moves a whole database, as from SQLite to PostgreSQL or back. The target must have no users. All\n"
           "tables are copied in one piece from one snapshot, read back and compared by number and checksum; if\n"
           "anything fails, the target is left empty. The source is only read: a server may go on with it, but what\n"
           "it writes meanwhile is not copied.\n\n"
           "  --from URL          The database to read. [the one below]\n"
           "  --to URL            The database to fill. [the one below]\n"
           "  --skip-unusable     Leave out rows that the target cannot hold (bytes that are no text, for\n"
           "                      PostgreSQL) and list them; else, if there are any, nothing is copied.\n"
        << database_flags_help
        << "\nPasswords are better kept out of command lines, which others can read: libpq takes them from "
           "~/.pgpass.\n";
}

constexpr step steps[] = {{"status", status}, {"copy", copy}, {"up", up}};

} // namespace

int migrate(const arguments& given)
{
    if (wants_help(given)) {
        print_help();
        return success;
    }
    auto all = given;
    if (all.empty() || all.front().starts_with('-')) all.insert(all.begin(), "up");
    return run_step("migrate", steps, all);
}

} // namespace watchword::app
