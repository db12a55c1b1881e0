#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Users as administrators see them: the user table with what watchword_user_state and watchword_profile say of each. To
// be called within database::read or database::write. Besides the errors named here they throw when the database fails.
namespace watchword::store {

class session;

// Texts of an adopted database are as in `user` of users.hpp.
struct person {
    std::int64_t id = 0;
    std::string public_id; // who has none cannot be administered
    std::optional<std::string> name{}, email{};
    std::string metadata = "{}";                                 // a JSON object
    std::optional<core::precise_timestamp> created{}, updated{}; // of the profile
    std::int64_t version = 0;                                    // of the profile
    std::int64_t generation = 0;
    bool disabled = false;
    std::string roles{}; // words with spaces between
};

// What is empty lets everybody through.
struct people_filter {
    std::string search{}; // a part of the address or the name; letters of ASCII in either case
    std::string role{};
    std::optional<bool> disabled{};
};

// Up to `limit` of those with an id above `after_id`, by id. Fewer than `limit`: the last ones.
std::vector<person> list_people(session&, const people_filter&, std::int64_t after_id, std::size_t limit);

core::result<person> find_person(session&, std::string_view public_id); // not_found

// Whether an enabled user besides that one has the role. What is asked under lock_administrators() stays so.
bool is_role_held(session&, std::string_view role, std::int64_t besides_id);
// Until the end of the transaction nobody else who takes this precaution takes away or gives the role admin, disables,
// enables or deletes who has it.
void lock_administrators(session&);

} // namespace watchword::store
