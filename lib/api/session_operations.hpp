#pragma once

#include "api/operation.hpp"

// How /v1/sessions is declared. Constant: thread-safe.
namespace watchword::api::session_operations {

const operation& create();
const operation& list();
const operation& refresh();
const operation& end_current();
const operation& end_others();
const operation& end_all();
const operation& end_one();

// {"sessions": [...]}, and what it consists of.
const schema& list_schema();
// What whoever signs in is answered, with the tokens in the body or in cookies.
const schema& grant_schema();

} // namespace watchword::api::session_operations
