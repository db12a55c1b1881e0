#include "store/check.hpp"

#include "command_line.hpp"
#include "progress.hpp"
#include "server/database_settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword check [FLAG]...\n\n"
    "Reads all of the database and says what is wrong with it: damage, indexes or tables that are missing, a schema\n"
    "that is not this program's, a PostgreSQL server that may lose what it has committed. Changes nothing, and may "
    "run\n"
    "beside watchword serve. Exits with 0 if all is well, 1 if something is wrong.\n\n"
    "Flags:\n"
    "  --json              Write what was found as one JSON object.\n"
    "  --quiet             Write nothing but problems.\n";

std::string one_line(std::string text)
{
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    return text;
}

void tell_json(const store::findings& f, std::chrono::steady_clock::duration took)
{
    boost::json::array problems;
    for (const auto& p : f.problems) problems.emplace_back(p);
    const boost::json::object all{{"ok", f.problems.empty()},
                                  {"problems", problems},
                                  {"schema_version", f.schema_version},
                                  {"known_schema_version", f.known_version},
                                  {"users", f.users},
                                  {"rows", f.rows},
                                  {"bytes", f.bytes},
                                  {"seconds", std::chrono::duration<double>(took).count()}};
    std::cout << boost::json::serialize(all) << "\n";
}

void tell(const store::findings& f, bool quiet, std::chrono::steady_clock::duration took)
{
    for (const auto& p : f.problems) std::cout << "problem: " << one_line(p) << "\n";
    if (quiet) return;
    std::cout << (f.problems.empty() ? "all is well: " : std::to_string(f.problems.size()) + " problems: ") << f.users
              << (f.users == 1 ? " user, " : " users, ") << f.rows << " rows, " << f.bytes << " bytes, schema version "
              << f.schema_version;
    if (f.schema_version < f.known_version)
        std::cout << " (watchword serve will bring it to " << f.known_version << ")";
    std::cout << ", " << seconds_text(took) << "\n";
}

} // namespace

int check(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << database_flags_help;
        return success;
    }
    const auto line = read_command_line(given, {"check", {}, {"--json", "--quiet"}});
    if (!line) return misused;
    const auto& database = line->values.database;
    progress shown(line->has("--quiet"));
    const stop_on_signal stopping(shown);
    const auto start = std::chrono::steady_clock::now();
    try {
        const auto found = store::check_database(server::database_settings(database), shown);
        shown.clear();
        const auto took = std::chrono::steady_clock::now() - start;
        if (line->has("--json")) {
            tell_json(found, took);
        } else {
            tell(found, line->has("--quiet"), took);
        }
        return found.problems.empty() ? success : failed;
    } catch (const store::stopped& e) {
        shown.clear();
        return fail(e.what());
    } catch (const std::exception& e) {
        shown.clear();
        if (line->has("--json")) tell_json({{e.what()}}, std::chrono::steady_clock::now() - start);
        return fail(std::string("nothing was checked: ") + e.what());
    }
}

} // namespace watchword::app
