#pragma once

#include "api/operation.hpp"

// How /v1/admin/users is declared. Constant: thread-safe.
namespace watchword::api::admin_user_operations {

const operation& list();
const operation& create();
const operation& show();
const operation& update();
const operation& remove();
const operation& list_sessions();
const operation& end_sessions();
const operation& end_session();

} // namespace watchword::api::admin_user_operations
