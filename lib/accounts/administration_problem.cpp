#include "accounts/administration_problem.hpp"

#include <string>

namespace watchword::accounts {
namespace {

class administration_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword.administration"; }
    std::string message(int value) const override
    {
        return std::string(code_of(static_cast<administration_problem>(value)));
    }
};

const boost::system::error_category& category() noexcept
{
    static const administration_category instance;
    return instance;
}

} // namespace

core::error_code make_error_code(administration_problem p) noexcept
{
    return {static_cast<int>(p), category()};
}

std::optional<administration_problem> administration_problem_of(const core::error_code& ec) noexcept
{
    if (ec.category() != category()) return std::nullopt;
    return static_cast<administration_problem>(ec.value());
}

std::string_view code_of(administration_problem p) noexcept
{
    switch (p) {
    case administration_problem::outdated: return "precondition_failed";
    case administration_problem::last_admin: return "last_admin";
    case administration_problem::beyond_own: return "beyond_own_permissions";
    case administration_problem::fixed_role: return "fixed_role";
    case administration_problem::is_set_up: return "already_set_up";
    }
    return "refused";
}

} // namespace watchword::accounts
