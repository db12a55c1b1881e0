#pragma once

#include "accounts/breached_filter.hpp"
#include "core/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is asked of a new password: NIST SP 800-63B-4, section 3.1.1.2. Its length and that nobody would guess it soon;
// never that it be composed of this and that.
namespace watchword::accounts {

// Which of a route's passwords are judged.
enum class password_rules {
    lenient, // any text that can be stored, as the tutorial has it
    strict,  // what password_policy::check says
};

// Why a password is refused. Travels as an error_code.
enum class weakness {
    too_short = 1, // fewer characters than settings::minimum_length
    too_long,      // over 1,024 bytes
    not_text,      // not UTF-8
    common,        // among those that people choose most
    personal,      // the account's or the service's own words
    breached,      // in the filter of breached passwords
};
core::error_code make_error_code(weakness) noexcept;
// Nothing if it is another error.
std::optional<weakness> weakness_of(const core::error_code&) noexcept;
// For programs: "password_too_short".
std::string_view code_of(weakness) noexcept;

// Whose password it shall be.
struct password_owner {
    std::string_view email, name;
};

// Thread-safe.
class password_policy {
public:
    struct settings {
        std::size_t minimum_length = 8;                      // Unicode characters
        std::string breached_filter{};                       // a file of `watchword breached build`; empty: none
        std::vector<std::string> service_words{"watchword"}; // what the service is called
    };

    // Throws std::runtime_error if the filter cannot be used.
    explicit password_policy(const settings&);

    // Success, or the first weakness as an error; unavailable if the filter cannot be read. Takes well under a
    // millisecond but when the filter must come from the disk: call it on a thread that may wait.
    core::result<void> check(std::string_view password, const password_owner&) const;

    // For people.
    std::string explain(weakness) const;

private:
    core::result<bool> is_breached(std::string_view password) const;

    const settings settings_;
    std::optional<breached_filter> breached_;
};

} // namespace watchword::accounts

template <> struct boost::system::is_error_code_enum<watchword::accounts::weakness> : std::true_type {};
