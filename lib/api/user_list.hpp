#pragma once

#include "core/per_thread.hpp"
#include "core/task.hpp"
#include "http/message.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace watchword::api {

// The body of the tutorial's GET /user: {"users":[{"email","name","public_id"}...]} in row order. Serialised once for
// each state of the user table and shared by all requests until the table changes: exact for changes made through
// this server, within the bound of store::change_counters for others'. A list too long to keep is streamed from the
// database page by page, in constant memory. Thread-safe. `database` must outlive it and all its responses.
class user_list {
public:
    explicit user_list(store::database& database);

    // Errors: overloaded, timed_out, unavailable.
    core::task<core::result<http::response>> answer();

private:
    class reading; // is under way; others wait for its end
    // One for each thread: no lock on the way of a request.
    struct snapshot {
        std::uint64_t version = 0;
        std::shared_ptr<const std::string> body; // null: none yet
        bool is_too_long = false;                // the list, when it was read last
        std::shared_ptr<reading> under_way;      // null: none
    };
    struct turn;
    core::task<core::result<http::response>> read();

    store::database& database_;
    core::per_thread<snapshot> kept_;
};

} // namespace watchword::api
