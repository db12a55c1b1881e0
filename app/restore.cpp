#include "command_line.hpp"
#include "core/clock.hpp"
#include "progress.hpp"
#include "store/backup.hpp"

#include <ctime>
#include <iostream>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword restore [FLAG]... FILE\n\n"
    "Puts what FILE holds in place of the SQLite database: a backup, a database of Watchword or one of the Flask\n"
    "application. FILE is checked first and stays as it is. No watchword serve may run on the database. If this is\n"
    "interrupted at any moment, what was there is there still, or what FILE holds.\n\n"
    "Flags:\n"
    "  --force             Replace a database that is there; it is kept as DATABASE.before-restore-TIME.\n"
    "  --quiet             Write nothing but errors.\n";

// UTC, as 20260131-235959.
std::string time_mark()
{
    const std::time_t now = core::system_clock().now().time_since_epoch().count();
    std::tm parts{};
    char text[32];
    if (::gmtime_r(&now, &parts) == nullptr || std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts) == 0)
        return std::to_string(now);
    return text;
}

void tell(const std::string& database, const store::restore_result& r, std::chrono::steady_clock::duration took)
{
    std::cout << "restored " << database << ": " << r.users << (r.users == 1 ? " user, " : " users, ") << r.bytes
              << " bytes, " << seconds_text(took) << "\n";
    if (r.kept) std::cout << "the database that was there is kept as " << r.kept->string() << "\n";
}

} // namespace

int restore(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << database_flags_help;
        return success;
    }
    const auto line = read_command_line(given, {"restore", {"FILE"}, {"--force", "--quiet"}});
    if (!line) return misused;
    const auto& database = line->values.database;
    if (!database.url.starts_with("sqlite:")) {
        std::cerr << "watchword: PostgreSQL is restored by its own tool: pg_restore --dbname=DATABASE-URL FILE\n";
        return misused;
    }
    progress shown(line->has("--quiet"));
    const stop_on_signal stopping(shown);
    const auto start = std::chrono::steady_clock::now();
    const std::string file = database.url.substr(7);
    try {
        const auto done =
            store::restore({line->words[0], file, line->has("--force"), time_mark(), database.timeout}, shown);
        shown.clear();
        if (!line->has("--quiet")) tell(file, done, std::chrono::steady_clock::now() - start);
        return success;
    } catch (const std::exception& e) {
        shown.clear();
        return fail(std::string("nothing was restored: ") + e.what());
    }
}

} // namespace watchword::app
