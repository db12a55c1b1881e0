#pragma once

#include "faults_fixture.hpp"
#include "support/ledger_load.hpp"

// What tests of the store have in common.
namespace watchword::test {

// Signs up known_email and logs in; the token.
std::string sign_up_known(const std::string& address);

// While something is wrong: logs in as known_email and lists the users, so many times, each of which must succeed.
// Prints the figures after `what`.
void check_reads(const std::string& address, const std::string& token, const std::string& what, std::size_t times = 50);

// Stops the load; nothing strange was answered, and the ledger agrees with the database. Prints the figures.
ledger_verdict check_nothing_lost(ledger_load&, const std::string& ledger_file, const std::string& prefix,
                                  const std::string& database, const std::string& address, const std::string& what);

// Waits for the load's next acknowledged sign-up after `since`; how long it took, in time or not.
milliseconds next_acknowledged(const ledger_load&, steady_clock::time_point since, milliseconds limit);

// The sign-ups of `load` that were answered 503 have become so many more; whether they did in time.
bool are_refused(const ledger_load&, std::uint64_t more, std::chrono::seconds limit = std::chrono::seconds(20));
bool are_acknowledged(const ledger_load&, std::uint64_t more, std::chrono::seconds limit = std::chrono::seconds(20));

// Lines of a log that hold `part`.
std::size_t count_lines(const std::string& log, const std::string& part);

} // namespace watchword::test
