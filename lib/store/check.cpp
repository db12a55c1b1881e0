#include "store/check.hpp"

#include "store/copy_reader.hpp"
#include "store/database_checks.hpp"
#include "store/failure.hpp"
#include "store/postgresql.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_copy.hpp"

#include <stdexcept>
#include <sys/stat.h>

namespace watchword::store {
namespace {

// A file with two names has two names for its write-ahead log, too.
void check_names(const std::filesystem::path& file, findings& f)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) throw std::runtime_error("there is no database " + file.string());
    if (!S_ISREG(status.st_mode)) throw std::runtime_error("the database " + file.string() + " is not a file");
    if (status.st_nlink > 1)
        f.problems.push_back("the file has " + std::to_string(status.st_nlink) +
                             " names (hard links): a program that opens it by another one destroys it");
}

findings check_shared_file(const std::filesystem::path& file, depth d, std::chrono::milliseconds timeout, watcher& w)
{
    findings found;
    check_names(file, found);
    try {
        const auto opened = open_sqlite_unlocked(file, timeout);
        const auto s = opened->connect(access::read);
        s->begin();
        check_sqlite(*s, d, found, w);
        s->rollback();
    } catch (const soci::soci_error& e) {
        const int code = sqlite_code(e);
        if (code == 0) throw std::runtime_error(describe(e));
        throw std::runtime_error(explain_reading(file, code, describe(e)));
    }
    return found;
}

findings check_server(const database_settings& settings, watcher& w)
try {
    const auto opened = open_postgresql(settings);
    const auto s = opened->connect(access::read);
    findings found;
    begin_long_reading(*s);
    check_postgresql(*s, found, w);
    if (s->is_usable()) s->rollback();
    return found;
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be used: " + describe(e));
}

} // namespace

findings check_database(const database_settings& s, watcher& w)
{
    if (s.url.starts_with("sqlite:")) return check_shared_file(s.url.substr(7), depth::everything, s.timeout, w);
    return check_server(s, w);
}

findings check_sqlite_file(const std::filesystem::path& file, depth d, watcher& w)
{
    return check_shared_file(file, d, std::chrono::milliseconds(0), w);
}

void run_check(findings& f, watcher& w, std::string_view doing, const std::function<void()>& check)
{
    w.throw_if_stopped();
    std::string why;
    try {
        return check();
    } catch (const stopped&) {
        throw;
    } catch (const soci::soci_error& e) {
        why = describe(e);
    } catch (const std::runtime_error& e) {
        why = e.what();
    }
    w.throw_if_stopped();
    f.problems.push_back(std::string(doing) + ": " + why);
}

} // namespace watchword::store
