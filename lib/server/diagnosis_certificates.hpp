#pragma once

#include "server/diagnosis.hpp"

namespace watchword::server {

// The certificate, read as the server reads it: whether key and settings fit it, and when it is good. None without one.
findings check_certificates(const settings::tls_group&, const core::clock&);

} // namespace watchword::server
