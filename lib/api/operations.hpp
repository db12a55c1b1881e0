#pragma once

#include "api/operation.hpp"
#include "http/conditional.hpp"
#include "http/router.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace watchword::api {

// Routes operations and remembers how they are declared. One thread, before the server starts; then only read.
class operations {
public:
    // The router must outlive it. `changes`: whether those of conditional operations need If-Match.
    explicit operations(http::router& r, http::if_match changes = http::if_match::optional)
        : router_(r), changes_(changes)
    {}

    // Answers 406 not_acceptable to clients that take nothing of what a negotiated operation answers, and 428
    // precondition_required to those that do not say what they change where they must. Throws std::invalid_argument for
    // a route that exists already, for an id that does, and for a declaration whose path parameters are not those of
    // its path.
    void add(const operation&, http::handler);

    // For what is no operation of its own.
    http::router& router() noexcept { return router_; }

    const std::vector<operation>& all() const noexcept { return all_; }

    // The description of them all (OpenAPI 3.1).
    boost::json::object describe(const std::string& version) const;

private:
    http::router& router_;
    http::if_match changes_;
    std::vector<operation> all_;
};

} // namespace watchword::api
