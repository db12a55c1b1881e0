#pragma once

#include "server/diagnosis.hpp"

namespace watchword::server {

// Whether each address of server.listen can be had. `is_served`: a server has the database, so that its addresses may
// be in use. One that is in use and takes plain text is asked whether it is Watchword's, for a second at most.
findings check_addresses(const settings::settings&, bool is_served);

} // namespace watchword::server
