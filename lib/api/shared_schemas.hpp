#pragma once

#include "api/operation.hpp"

// What several operations' declarations have in common.
namespace watchword::api {

schema time_schema();     // RFC 3339, UTC
schema password_schema(); // a new one; how good it must be is judged later
answer_shape no_content(std::string description);
// One under /v1/admin.
operation admin_operation(http::method, std::string path, std::string id, std::string summary, std::string permission);

// Of lists that come in pages.
inline constexpr std::int64_t usual_page = 50, largest_page = 200;
parameter limit_parameter();
parameter cursor_parameter();
schema next_schema();

} // namespace watchword::api
