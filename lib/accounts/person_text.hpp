#pragma once

#include "accounts/administration.hpp"
#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::accounts {

// A JSON object's text as it is stored. invalid_input: it is none, or longer than metadata_limit.
core::result<std::string> stored_metadata(std::string_view text);

} // namespace watchword::accounts
