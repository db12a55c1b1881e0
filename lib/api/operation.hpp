#pragma once

#include "api/schema.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace watchword::api {

// Whom an operation answers.
enum class access : std::uint8_t {
    anybody,
    tutorial,   // whoever has logged in by the tutorial's route
    token,      // whoever is signed in
    permission, // whoever is signed in and has it, and API keys that have it
    client,     // registered OAuth clients
};

// A parameter of a query or a path.
struct parameter {
    std::string name;
    schema is;
    std::string description;
    bool required = false; // those of a path always are
};

// What an operation may answer besides problems.
struct answer_shape {
    http::status status = http::status::ok;
    std::string description;
    std::optional<schema> body{};
    std::string media_type = "application/json";
    boost::json::value example{}; // null: none
};

// One endpoint, declared once: operations::add routes it, read_body and read_query judge by it what clients send, and
// /openapi.json and /docs show it. Constant once it is made.
struct operation {
    http::method method = http::method::get;
    std::string path;  // as the router has it
    std::string id;    // OpenAPI's operationId
    std::string group; // OpenAPI's tag
    std::string summary;
    std::string description{};
    access who = access::anybody;
    std::string permission{};
    std::vector<parameter> path_parameters{}, query{};
    std::optional<schema> body{};
    std::string body_type = "application/json";
    boost::json::value body_example{}; // null: none
    std::vector<answer_shape> answers{};
    std::vector<http::status> problems{}; // those that are this operation's own
    bool keyed = false;                   // takes an Idempotency-Key
    bool conditional = false;             // takes If-Match
    bool tagged = false;                  // has an ETag, and answers If-None-Match
    bool preferring = false;              // a change that minds Prefer: return=…
    bool negotiated = true;               // false: answered whatever Accept says
};

} // namespace watchword::api
