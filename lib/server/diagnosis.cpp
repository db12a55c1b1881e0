#include "server/diagnosis.hpp"

#include "server/diagnosis_addresses.hpp"
#include "server/diagnosis_certificates.hpp"
#include "server/diagnosis_database.hpp"
#include "server/diagnosis_files.hpp"
#include "server/diagnosis_machine.hpp"
#include "server/diagnosis_settings.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>

namespace watchword::server {

std::string_view name_of(health h) noexcept
{
    switch (h) {
    case health::ok: return "ok";
    case health::warning: return "warning";
    case health::error: break;
    }
    return "error";
}

findings diagnose(const subject& s)
{
    findings all;
    // That a check fails is a finding, too: the others are made all the same.
    const auto add = [&all](const char* name, const std::function<findings()>& check) {
        try {
            auto more = check();
            std::move(more.begin(), more.end(), std::back_inserter(all));
        } catch (const std::exception& e) {
            all.push_back(error_of(name, e.what(), "This could not be checked; repair what stands there first."));
        }
    };
    // Before the database is opened here: see file_lock::is_held.
    const bool is_served = is_server_running(s.values);
    add("settings", [&] { return check_settings(s.values); });
    add("permissions", [&] { return check_permissions(s.values, s.settings_file); });
    add("files", [&] { return check_files(s.values); });
    add("disk", [&] { return check_disk(s.values); });
    database_state database;
    add("database", [&] { return check_database(s.values, database); });
    add("keys", [&] { return check_keys(s.values, database, s.clock.precise_now()); });
    add("administrator", [&] { return check_administrator(s.values, database); });
    add("clock", [&] { return check_clock(s.clock.precise_now(), database); });
    add("certificates", [&] { return check_certificates(s.values.tls, s.clock); });
    add("limits", [&] { return check_limits(s.values); });
    add("addresses", [&] { return check_addresses(s.values, is_served); });
    return all;
}

} // namespace watchword::server
