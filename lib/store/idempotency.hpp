#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The watchword_idempotency table: which keyed requests came, and what was answered. To be called within
// database::write; they throw when the database fails. Nobody is told of changes.
namespace watchword::store {

class session;

// A row. All texts are ASCII.
struct idempotency_row {
    std::int64_t number = 0; // later rows have higher ones
    std::string key, caller, request;
    core::precise_timestamp created{}, expires{};
    std::optional<std::string> answer{}; // nothing: there is none yet

    friend bool operator==(const idempotency_row&, const idempotency_row&) = default;
};

// not_found.
core::result<idempotency_row> find_idempotency_row(session&, std::string_view key);

// Without an answer; `number` is given by the database, and returned. already_exists: there is one with that key.
core::result<std::int64_t> add_idempotency_row(session&, const idempotency_row&);

// not_found: the row is gone, or has an answer.
core::result<void> set_idempotency_answer(session&, std::int64_t number, std::string_view key, std::string_view answer);
// Takes it away if there is no answer.
void remove_unanswered_row(session&, std::int64_t number, std::string_view key);
// Takes it away in any case.
void remove_idempotency_row(session&, std::int64_t number);

// Each deletes so many at most, the oldest first, and tells how many. What another node is at is left alone.
// Those that have expired.
std::size_t delete_expired_idempotency(session&, core::precise_timestamp now, std::size_t limit);
// Those of a caller before his newest so many.
std::size_t delete_surplus_idempotency(session&, std::string_view caller, std::size_t keep, std::size_t limit);
// Those with that number or a lower one.
std::size_t delete_old_idempotency(session&, std::int64_t last, std::size_t limit);

} // namespace watchword::store
