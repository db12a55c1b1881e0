#pragma once

#include "api/operations.hpp"

#include <string>
#include <string_view>

namespace watchword::api {

// The page at /docs: every operation with its parameters, bodies and answers, in HTML without scripts, which loads
// /docs/style.css. Thread-safe.
std::string reference_page(const operations&, const std::string& version);
// That style sheet: light and dark, and narrow screens.
std::string_view reference_style();

} // namespace watchword::api
