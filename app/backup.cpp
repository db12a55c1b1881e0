#include "store/backup.hpp"

#include "command_line.hpp"
#include "progress.hpp"

#include <iostream>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword backup [FLAG]... FILE\n\n"
    "Writes the SQLite database into FILE, as one moment's snapshot, also while watchword serve uses it; the server\n"
    "goes on writing meanwhile. FILE appears when it is whole, checked and on the disk. It is a database itself:\n"
    "watchword restore puts it back. The secret that signs tokens is not in it.\n\n"
    "Flags:\n"
    "  --force             Replace FILE if it is there.\n"
    "  --quiet             Write nothing but errors.\n";

void tell(const std::string& file, const store::backup_result& r, std::chrono::steady_clock::duration took)
{
    std::cout << "wrote " << file << ": " << r.users << (r.users == 1 ? " user, " : " users, ") << r.bytes << " bytes, "
              << seconds_text(took) << "\n";
}

} // namespace

int backup(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << database_flags_help;
        return success;
    }
    const auto line = read_command_line(given, {"backup", {"FILE"}, {"--force", "--quiet"}});
    if (!line) return misused;
    const auto& database = line->values.database;
    if (!database.url.starts_with("sqlite:")) {
        std::cerr << "watchword: PostgreSQL is backed up by its own tool: "
                     "pg_dump --format=custom --file=FILE DATABASE-URL\n";
        return misused;
    }
    progress shown(line->has("--quiet"));
    const stop_on_signal stopping(shown);
    const auto start = std::chrono::steady_clock::now();
    try {
        const auto done =
            store::back_up({database.url.substr(7), line->words[0], line->has("--force"), database.timeout}, shown);
        shown.clear();
        if (!line->has("--quiet")) tell(line->words[0], done, std::chrono::steady_clock::now() - start);
        return success;
    } catch (const std::exception& e) {
        shown.clear();
        return fail(std::string("no backup was made: ") + e.what());
    }
}

} // namespace watchword::app
