#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

// The watchword_profile table, which people.hpp reads. To be called within database::write; it throws when the database
// fails.
namespace watchword::store {

class session;

struct profile_edit {
    core::precise_timestamp now{};
    std::optional<std::string> metadata{};            // a JSON object; none: it stays as it is
    std::optional<core::precise_timestamp> created{}; // where it is not known yet
};

// Notes that the user was changed: the version rises. The new one; not_found: there is no such user, or he has no
// public id. Of a former user with that id nothing is left.
core::result<std::int64_t> keep_profile(session&, std::int64_t user_id, const profile_edit&);

} // namespace watchword::store
