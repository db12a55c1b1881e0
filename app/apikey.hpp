#pragma once

#include "commands.hpp"

// The steps of `watchword apikey`.
namespace watchword::app {

int apikey_create(const arguments&);
int apikey_list(const arguments&);
int apikey_revoke(const arguments&);

} // namespace watchword::app
