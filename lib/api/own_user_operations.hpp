#pragma once

#include "api/operation.hpp"

// How /v1/users/me is declared where the password has to be shown once more. Constant: thread-safe.
namespace watchword::api::own_user_operations {

const operation& change_password();
const operation& remove();

} // namespace watchword::api::own_user_operations
