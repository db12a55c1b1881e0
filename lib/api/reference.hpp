#pragma once

#include "api/operations.hpp"

#include <memory>
#include <string>

namespace watchword::api {

// What the API is, for programs and people: GET /openapi.json (OpenAPI 3.1) and GET /docs, a page that needs nothing
// from elsewhere and runs no script. Both are made once, of the operations that are there. Thread-safe.
class reference {
public:
    // Adds its routes, and describes them with the others: to be made last. `this` must outlive the router.
    reference(operations&, const std::string& version);

private:
    struct resource {
        std::shared_ptr<const std::string> body;
        std::string tag;
        std::string_view type, policy;
    };
    static resource made(std::string body, std::string_view type);
    static core::task<http::response> answer(const resource&, http::request&);

    resource description_, page_, style_;
};

} // namespace watchword::api
