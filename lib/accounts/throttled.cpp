#include "accounts/throttled.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace watchword::accounts {
namespace {

using std::chrono::seconds;

class throttled_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword.throttled"; }
    std::string message(int value) const override
    {
        return "too many failed attempts to sign in; wait " + std::to_string(value) + " s";
    }
};

const boost::system::error_category& category() noexcept
{
    static const throttled_category instance;
    return instance;
}

} // namespace

core::error_code throttled(seconds wait) noexcept
{
    constexpr seconds longest{std::numeric_limits<int>::max()};
    return {static_cast<int>(std::clamp(wait, seconds(1), longest).count()), category()};
}

std::optional<seconds> throttled_for(const core::error_code& ec) noexcept
{
    if (ec.category() != category()) return std::nullopt;
    return seconds(ec.value());
}

} // namespace watchword::accounts
