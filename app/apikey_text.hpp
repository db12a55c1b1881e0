#pragma once

#include "core/clock.hpp"
#include "core/secret.hpp"
#include "store/api_keys.hpp"

#include <string>
#include <vector>

// API keys as commands show them.
namespace watchword::app {

// "active", "expired".
std::string state_of(const store::api_key_row&, core::precise_timestamp now);

// A table, or one JSON array.
void print_api_keys(const std::vector<store::api_key_row>&, core::precise_timestamp now, bool as_json);
// One JSON object; with the key itself, unless that is empty.
void print_api_key_json(const store::api_key_row&, const core::secret_string& text = {});

} // namespace watchword::app
