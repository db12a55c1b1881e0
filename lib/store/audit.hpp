#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The watchword_audit table: who has changed what. Rows are added and never changed. To be called within database::read
// (listing) or database::write (appending); they throw when the database fails.
namespace watchword::store {

class session;
struct database_settings;

// Texts are UTF-8 without NUL.
struct audit_event {
    std::int64_t id = 0; // one more than the event's before
    core::precise_timestamp time{};
    std::string actor_kind, actor_id;
    std::string action;         // "user.created"
    std::string subject;        // the id or name of what was changed
    std::string details = "{}"; // a JSON object
    std::string address, request_id;
    std::string chain; // accounts/audit_chain.hpp; empty: from before there was one

    friend bool operator==(const audit_event&, const audit_event&) = default;
};

// The last event: its number, 0 if there is none, and its link. Until the end of the transaction nobody else appends.
struct audit_end {
    std::int64_t id = 0;
    std::string chain;
};
audit_end lock_audit_end(session&);
// Behind that one.
void append_audit_event(session&, const audit_event&);

// What is empty lets all through.
struct audit_filter {
    std::string actor{}, subject{}, action{}; // an actor's id
};
// Up to `limit` events with an id below `before_id`, the newest first. Fewer than `limit`: there are no older ones.
std::vector<audit_event> list_audit_events(session&, const audit_filter&, std::optional<std::int64_t> before_id,
                                           std::size_t limit);

// Up to `limit` of those with a higher id, the oldest first.
std::vector<audit_event> list_audit_events_after(session&, std::int64_t id, std::size_t limit);

// What was signed of the log, when it ended with that event.
struct audit_checkpoint {
    std::int64_t event = 0;
    core::precise_timestamp time{};
    std::string jws;

    friend bool operator==(const audit_checkpoint&, const audit_checkpoint&) = default;
};
// The event of the last one, 0 if there is none.
std::int64_t last_audit_checkpoint(session&);
// Nothing happens if there is one of that event.
void add_audit_checkpoint(session&, const audit_checkpoint&);

// The log for those who administer a database beside a server that may be running. One thread. All throw
// std::runtime_error for the operator; a database that has no log yet has no events.
class audit_reader {
public:
    explicit audit_reader(const database_settings&);
    ~audit_reader();
    audit_reader(const audit_reader&) = delete;
    audit_reader& operator=(const audit_reader&) = delete;

    // Up to `limit` of those with a higher id, the oldest first.
    std::vector<audit_event> after(std::int64_t id, std::size_t limit);
    // The newest, the oldest of them first.
    std::vector<audit_event> last(std::size_t count);
    // All, in the order of their events.
    std::vector<audit_checkpoint> checkpoints();

private:
    struct parts;
    const std::unique_ptr<parts> parts_;
};

} // namespace watchword::store
