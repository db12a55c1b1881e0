#include "core/error.hpp"

#include <string>

namespace watchword::core {
namespace {

class core_category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "watchword"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::invalid_input: return "invalid input";
        case errc::too_large: return "too large";
        case errc::not_found: return "not found";
        case errc::already_exists: return "already exists";
        case errc::wrong_password: return "wrong password";
        case errc::invalid_token: return "invalid token";
        case errc::expired_token: return "expired token";
        case errc::unsupported: return "unsupported";
        case errc::overloaded: return "overloaded";
        case errc::timed_out: return "timed out";
        case errc::unavailable: return "unavailable";
        case errc::cancelled: return "cancelled";
        }
        return "unknown error";
    }
};

} // namespace

const boost::system::error_category& category() noexcept
{
    static const core_category instance;
    return instance;
}

} // namespace watchword::core
