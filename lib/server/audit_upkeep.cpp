#include "server/audit_upkeep.hpp"

#include "core/log.hpp"

namespace watchword::server {
namespace {

constexpr std::chrono::minutes between_looks{1};

} // namespace

audit_upkeep::audit_upkeep(const core::secret_string& secret, store::database& database, const core::clock& clock)
    : checkpoints_(secret, database, clock)
{}

core::task<> audit_upkeep::look()
{
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) co_return;
    next_ = now + between_looks;
    const auto done = co_await checkpoints_.sign_if_due();
    if (!done) {
        core::log::warning("the audit log was not signed", {{"reason", done.error().message()}});
    } else if (*done != 0) {
        core::log::debug("the audit log was signed", {{"audit_id", *done}});
    }
}

} // namespace watchword::server
