#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The watchword_audit table: who has changed what. Rows are added and never changed. To be called within database::read
// (listing) or database::write (appending); they throw when the database fails.
namespace watchword::store {

class session;

// Texts are UTF-8 without NUL.
struct audit_event {
    std::int64_t id = 0; // the database gives it
    core::precise_timestamp time{};
    std::string actor_kind, actor_id;
    std::string action;         // "user.created"
    std::string subject;        // the id or name of what was changed
    std::string details = "{}"; // a JSON object
    std::string address, request_id;

    friend bool operator==(const audit_event&, const audit_event&) = default;
};

void append_audit_event(session&, const audit_event&);

// What is empty lets all through.
struct audit_filter {
    std::string actor{}, subject{}, action{}; // an actor's id
};
// Up to `limit` events with an id below `before_id`, the newest first. Fewer than `limit`: there are no older ones.
std::vector<audit_event> list_audit_events(session&, const audit_filter&, std::optional<std::int64_t> before_id,
                                           std::size_t limit);

} // namespace watchword::store
