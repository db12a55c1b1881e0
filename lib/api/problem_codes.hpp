#pragma once

#include <span>
#include <string_view>

namespace watchword::api {

struct problem_code {
    std::string_view code, meaning;
};

// Every `code` that a problem document, or one of its `errors`, may have, by name: /docs lists them. None ever changes
// its meaning.
std::span<const problem_code> problem_codes() noexcept;

} // namespace watchword::api
