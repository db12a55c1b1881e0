#pragma once

#include "accounts/registered_clients.hpp"

#include <string>
#include <vector>

namespace watchword::server {

// The clients of a file as accounts/client_file.hpp describes it. Says in the log if others can read or change the
// file, and every mistake that it finds in it. Throws std::runtime_error with one clear line for a file that cannot be
// read, is no regular one or larger than 1 MiB, or is not good.
std::vector<accounts::registered_client> load_clients(const std::string& file);

} // namespace watchword::server
