#include "accounts/session_problem.hpp"

#include <string>

namespace watchword::accounts {
namespace {

class session_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword.session"; }
    std::string message(int value) const override { return std::string(code_of(static_cast<session_problem>(value))); }
};

const boost::system::error_category& category() noexcept
{
    static const session_category instance;
    return instance;
}

} // namespace

core::error_code make_error_code(session_problem p) noexcept
{
    return {static_cast<int>(p), category()};
}

std::optional<session_problem> session_problem_of(const core::error_code& ec) noexcept
{
    if (ec.category() != category()) return std::nullopt;
    return static_cast<session_problem>(ec.value());
}

std::string_view code_of(session_problem p) noexcept
{
    switch (p) {
    case session_problem::ended: return "session_ended";
    case session_problem::reused: return "session_reused";
    case session_problem::user_disabled: return "user_disabled";
    case session_problem::outdated: return "credentials_outdated";
    }
    return "no_session";
}

} // namespace watchword::accounts
