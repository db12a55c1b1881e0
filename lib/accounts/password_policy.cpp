#include "accounts/password_policy.hpp"

#include "accounts/common_passwords.hpp"
#include "accounts/personal_words.hpp"
#include "core/characters.hpp"
#include "core/composed.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

constexpr std::size_t longest = 1024; // bytes

class weakness_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword.password"; }
    std::string message(int value) const override { return std::string(code_of(static_cast<weakness>(value))); }
};

const boost::system::error_category& category() noexcept
{
    static const weakness_category instance;
    return instance;
}

} // namespace

core::error_code make_error_code(weakness w) noexcept
{
    return {static_cast<int>(w), category()};
}

std::optional<weakness> weakness_of(const core::error_code& ec) noexcept
{
    if (ec.category() != category()) return std::nullopt;
    return static_cast<weakness>(ec.value());
}

std::string_view code_of(weakness w) noexcept
{
    switch (w) {
    case weakness::too_short: return "password_too_short";
    case weakness::too_long: return "password_too_long";
    case weakness::not_text: return "password_not_text";
    case weakness::common: return "password_common";
    case weakness::personal: return "password_personal";
    case weakness::breached: return "password_breached";
    }
    return "password_refused";
}

password_policy::password_policy(const settings& s) : settings_(s)
{
    if (!settings_.breached_filter.empty()) breached_.emplace(settings_.breached_filter);
}

core::result<void> password_policy::check(std::string_view password, const password_owner& owner) const
{
    if (password.size() > longest) return weakness::too_long;
    if (!core::is_utf8(password)) return weakness::not_text;
    if (core::count_characters(core::composed(password).view()) < settings_.minimum_length) return weakness::too_short;
    if (is_personal_password(password, {owner.email, owner.name, settings_.service_words})) return weakness::personal;
    if (is_common_password(password)) return weakness::common;
    const auto breached = is_breached(password);
    if (!breached) {
        core::log::error("the filter of breached passwords was cut off; no password can be judged",
                         {{"file", settings_.breached_filter}});
        return breached.error();
    }
    if (*breached) return weakness::breached;
    return {};
}

// A list may have it in either form.
core::result<bool> password_policy::is_breached(std::string_view password) const
{
    if (!breached_) return false;
    const auto as_sent = breached_->contains_password(password);
    if (!as_sent || *as_sent || core::is_plainly_composed(password)) return as_sent;
    return breached_->contains_password(core::composed(password).view());
}

std::string password_policy::explain(weakness w) const
{
    switch (w) {
    case weakness::too_short:
        return "The password must have at least " + std::to_string(settings_.minimum_length) + " characters.";
    case weakness::too_long: return "The password must not have more than 1,024 bytes.";
    case weakness::not_text: return "The password is not valid UTF-8 text.";
    case weakness::common: return "Too many people use this password or one like it; choose another.";
    case weakness::personal: return "The password must not be your name, your address or the name of the service.";
    case weakness::breached: return "This password is in a list of stolen ones; choose another.";
    }
    return "The password cannot be used.";
}

} // namespace watchword::accounts
