#include "server/diagnosis_files.hpp"

#include "accounts/breached_filter.hpp"
#include "server/clients.hpp"
#include "server/control.hpp"
#include "server/secret.hpp"

#include <cerrno>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::server {
namespace {

constexpr unsigned permissions = 07777;

std::string octal(::mode_t mode)
{
    std::string text;
    for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + ((mode >> shift) & 7U));
    return text;
}

std::string why(int code)
{
    return std::generic_category().message(code);
}

// One's own, or the superuser's; to the superuser everybody's are as good.
bool is_owner_trusted(::uid_t owner)
{
    return owner == 0 || owner == ::geteuid() || ::geteuid() == 0;
}

finding check_database_file(const std::filesystem::path& file)
{
    const std::string name = "permissions.database";
    struct ::stat about {};
    if (::stat(file.c_str(), &about) != 0) {
        if (errno == ENOENT) return all_well(name, file.string() + " will be created with mode 0600");
        return error_of(name, file.string() + ": " + why(errno), "Let the server's user reach it.");
    }
    const auto text = file.string() + " has mode " + octal(about.st_mode & permissions);
    if (!S_ISREG(about.st_mode))
        return error_of(name, file.string() + " is no regular file", "Name another file in database.url.");
    if (::access(file.c_str(), R_OK | W_OK) != 0)
        return error_of(name, text + " and belongs to user " + std::to_string(about.st_uid) + ": " + why(errno),
                        "Give it to the user that the server runs as (chown), or run this command as that user.");
    if ((about.st_mode & S_IWOTH) != 0)
        return error_of(name, text + ": everybody can change it", "chmod 600 " + file.string() + ".");
    if ((about.st_mode & (S_IRWXO | S_IRWXG)) != 0)
        return warning_of(name, text + ": others can read password hashes", "chmod 600 " + file.string() + ".");
    if (::geteuid() == 0 && about.st_uid != 0)
        return warning_of(name, text + " and belongs to user " + std::to_string(about.st_uid) + ", but you are root",
                          "Run this command as the user that the server runs as: what root may says little.");
    return all_well(name, text);
}

// A directory in which something must be made.
finding check_directory(const std::string& name, const std::filesystem::path& directory)
{
    struct ::stat about {};
    if (::stat(directory.c_str(), &about) != 0)
        return error_of(name, directory.string() + ": " + why(errno),
                        "Make it, and give it to the user that the server runs as (install -d -m 700).");
    const auto text = directory.string() + " has mode " + octal(about.st_mode & permissions);
    if (!S_ISDIR(about.st_mode)) return error_of(name, directory.string() + " is no directory", "Name another one.");
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return error_of(name, text + " and cannot be written: " + why(errno),
                        "Give it to the user that the server runs as (chown), or run this command as that user.");
    if ((about.st_mode & S_IWOTH) != 0 && (about.st_mode & S_ISVTX) == 0)
        return error_of(name, text + ": everybody can replace what lies in it",
                        "chmod o-w " + directory.string() + ".");
    return all_well(name, text);
}

finding check_settings_file(const std::string& file)
{
    const std::string name = "permissions.settings";
    struct ::stat about {};
    if (::stat(file.c_str(), &about) != 0) return error_of(name, file + ": " + why(errno), "Name another file.");
    const auto text = file + " has mode " + octal(about.st_mode & permissions);
    if (S_ISREG(about.st_mode) && (about.st_mode & S_IWOTH) != 0)
        return error_of(name, text + ": everybody can change the settings", "chmod o-w " + file + ".");
    if (!is_owner_trusted(about.st_uid))
        return warning_of(name, file + " belongs to user " + std::to_string(about.st_uid),
                          "Give it to root or to the user that the server runs as.");
    return all_well(name, text);
}

finding check_secret(const settings::settings& s)
{
    const std::string name = "permissions.secret";
    if (!s.secret.value.empty()) return all_well(name, "the secret comes from the environment");
    const auto place = secret_place(s);
    if (place.empty())
        return error_of(name, "a PostgreSQL database needs a secret, and none is named",
                        "Set secret.file or WATCHWORD_SECRET.");
    std::error_code none;
    if (!names_secret(s) && !std::filesystem::exists(place, none))
        return all_well(name, place + " will be created with mode 0600");
    return check_secret_file(name, "secret", place);
}

finding check_breached(const std::string& file)
{
    const std::string name = "files.breached_filter";
    try {
        const accounts::breached_filter filter(file);
        return all_well(name, file + " can be used");
    } catch (const std::runtime_error& e) {
        return error_of(name, e.what(),
                        "Make it anew with watchword breached build, or empty passwords.breached_filter.");
    }
}

finding check_clients(const std::string& file)
{
    const std::string name = "files.clients";
    try {
        return all_well(name, file + " has " + std::to_string(load_clients(file).size()) + " of them");
    } catch (const std::runtime_error& e) {
        return error_of(name, e.what(), "Correct it, or empty clients.file.");
    }
}

} // namespace

std::optional<std::filesystem::path> sqlite_file(const settings::settings& s)
{
    constexpr std::string_view scheme = "sqlite:";
    if (!s.database.url.starts_with(scheme)) return std::nullopt;
    return std::filesystem::absolute(s.database.url.substr(scheme.size()));
}

std::filesystem::path directory_of(const std::filesystem::path& file)
{
    return std::filesystem::absolute(file).parent_path();
}

finding check_secret_file(const std::string& name, const std::string& what, const std::string& path)
{
    struct ::stat about {};
    if (::stat(path.c_str(), &about) != 0)
        return error_of(name, "the " + what + " in " + path + ": " + why(errno),
                        "Put it there, or name another file in the settings.");
    const auto text = path + " has mode " + octal(about.st_mode & permissions);
    if (!S_ISREG(about.st_mode)) return error_of(name, path + " is no regular file", "Name another one.");
    if (::access(path.c_str(), R_OK) != 0)
        return error_of(name, text + " and belongs to user " + std::to_string(about.st_uid) + ": " + why(errno),
                        "Give it to the user that the server runs as (chown), or run this command as that user.");
    if ((about.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        return error_of(name, text + ": others can read or change the " + what,
                        "chmod 600 " + path + ", and make another one if somebody may have read it.");
    if (!is_owner_trusted(about.st_uid))
        return error_of(name, path + " belongs to user " + std::to_string(about.st_uid) + ", who can change it",
                        "Give it to root or to the user that the server runs as (chown).");
    return all_well(name, text);
}

findings check_permissions(const settings::settings& s, const std::string& settings_file)
{
    findings all;
    if (!settings_file.empty()) all.push_back(check_settings_file(settings_file));
    all.push_back(check_secret(s));
    if (const auto file = sqlite_file(s)) {
        all.push_back(check_directory("permissions.database_directory", directory_of(*file)));
        if (all.back().state != health::error) all.push_back(check_database_file(*file));
    }
    const auto add = [&all](const char* name, const char* what, const std::string& path) {
        if (!path.empty()) all.push_back(check_secret_file(name, what, path));
    };
    add("permissions.database_password", "password of the database", s.database.password_file);
    add("permissions.tls_key", "TLS key", s.tls.key_file);
    add("permissions.clients", "secrets of clients", s.clients.file);
    add("permissions.admin_password", "administrator's password", s.admin.password_file);
    const auto& control = control_socket(s.server);
    if (!control.empty()) all.push_back(check_directory("permissions.control_directory", directory_of(control)));
    return all;
}

findings check_files(const settings::settings& s)
{
    findings all;
    if (!s.passwords.breached_filter.empty()) all.push_back(check_breached(s.passwords.breached_filter));
    if (!s.clients.file.empty()) all.push_back(check_clients(s.clients.file));
    return all;
}

} // namespace watchword::server
