#pragma once

#include "server/diagnosis.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace watchword::server {

// The file of a SQLite database; nothing for another one.
std::optional<std::filesystem::path> sqlite_file(const settings::settings&);
// The directory that a file lies in, or will.
std::filesystem::path directory_of(const std::filesystem::path& file);

// Who else may read and write what a server reads and writes. `settings_file`: empty for none.
findings check_permissions(const settings::settings&, const std::string& settings_file);

// Of one file that holds a secret, of which `what` is a word for people.
finding check_secret_file(const std::string& name, const std::string& what, const std::string& path);

// Whether what the settings name can be used: breached passwords, clients.
findings check_files(const settings::settings&);

} // namespace watchword::server
