#include "store/user_export.hpp"

#include "command_line.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"
#include "private_file.hpp"
#include "progress.hpp"
#include "server/database_settings.hpp"
#include "user.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>
#include <iostream>

namespace watchword::app {
namespace {

enum class shape { csv, json_lines };

bool is_text(const std::optional<std::string>& field)
{
    return !field || (field->find('\0') == field->npos && core::is_utf8(*field));
}

std::string csv_line(const store::user& u, bool with_hashes)
{
    const auto field = [](const std::optional<std::string>& f) { return f ? core::csv_text(*f) : std::string(); };
    auto line = field(u.public_id) + "," + field(u.name) + "," + field(u.email);
    if (with_hashes) line += "," + field(u.password_hash);
    return line + "\r\n";
}

std::string json_line(const store::user& u, bool with_hashes)
{
    boost::json::object o;
    const auto set = [&o](const char* name, const std::optional<std::string>& f) {
        auto& place = o[name];
        if (f) place = *f;
    };
    set("public_id", u.public_id);
    set("name", u.name);
    set("email", u.email);
    if (with_hashes) set("password_hash", u.password_hash);
    return boost::json::serialize(o) + "\n";
}

struct export_count {
    std::uint64_t written = 0, left_out = 0;
};

export_count write_users(store::user_exporter& users, private_file& out, shape s, bool with_hashes, progress& shown)
{
    export_count count;
    shown.begin("exporting", store::watcher::unit::rows, users.count());
    if (s == shape::csv) out.write(with_hashes ? "public_id,name,email,password_hash\r\n" : "public_id,name,email\r\n");
    for (auto page = users.next(); !page.empty(); page = users.next()) {
        shown.throw_if_stopped();
        for (const auto& u : page) {
            // An adopted SQLite table may hold anything.
            if (!is_text(u.public_id) || !is_text(u.name) || !is_text(u.email) || !is_text(u.password_hash)) {
                ++count.left_out;
                continue;
            }
            out.write(s == shape::csv ? csv_line(u, with_hashes) : json_line(u, with_hashes));
            ++count.written;
        }
        shown.advance(count.written + count.left_out);
    }
    out.finish();
    return count;
}

// Nothing if it is neither.
std::optional<shape> choose_shape(const command_line& line)
{
    const auto named = line.options.find("--format");
    auto name = named != line.options.end() ? named->second : std::filesystem::path(line.words[0]).extension().string();
    if (name.starts_with('.')) name.erase(0, 1);
    if (core::iequals(name, "csv")) return shape::csv;
    if (core::iequals(name, "jsonl") || core::iequals(name, "ndjson")) return shape::json_lines;
    return std::nullopt;
}

} // namespace

int user_export(const arguments& given)
{
    const auto line =
        read_command_line(given, {"user export", {"FILE"}, {"--with-hashes", "--force", "--quiet"}, {"--format"}});
    if (!line) return misused;
    const auto chosen = choose_shape(*line);
    if (!chosen) {
        fail("--format must be csv or jsonl, if the file's name does not say it");
        return misused;
    }
    progress shown(line->has("--quiet"));
    const stop_on_signal stops(shown);
    const auto began = std::chrono::steady_clock::now();
    try {
        store::user_exporter users(server::database_settings(line->values.database));
        private_file out(line->words[0], line->has("--force"));
        const auto count = write_users(users, out, *chosen, line->has("--with-hashes"), shown);
        shown.clear();
        if (!line->has("--quiet"))
            std::cerr << "wrote " << count.written << (count.written == 1 ? " user, " : " users, ")
                      << seconds_text(std::chrono::steady_clock::now() - began) << "\n";
        if (count.left_out == 0) return success;
        return fail(std::to_string(count.left_out) + " users were left out: they have bytes that are no text");
    } catch (const std::exception& e) {
        shown.clear();
        return fail(std::string(e.what()) + "; nothing was exported");
    }
}

void print_export_help()
{
    std::cout
        << "Usage: watchword user export [FLAG]... FILE\n\n"
           "Writes all users into FILE, as they are at one moment; servers may be running. Only its owner can read\n"
           "the file, which appears when it is whole; - is standard output. Fields: public_id, name, email.\n\n"
           "  --with-hashes       Also the password hashes, as watchword user import takes them.\n"
           "  --format FORMAT     csv or jsonl (a JSON object on each line). [by FILE's name]\n"
           "  --force             Replace FILE if it is there.\n"
           "  --quiet             Write nothing but problems.\n"
        << database_flags_help;
}

} // namespace watchword::app
