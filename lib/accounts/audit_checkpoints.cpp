#include "accounts/audit_checkpoints.hpp"

#include "store/session.hpp"

namespace watchword::accounts {

audit_checkpoints::audit_checkpoints(const core::secret_string& secret, store::database& d, const core::clock& c)
    : key_(audit_key(secret)), database_(d), clock_(c)
{}

core::task<core::result<std::int64_t>> audit_checkpoints::sign_if_due()
{
    const auto is_due = [](store::session& s) -> core::result<bool> {
        const auto newest = store::list_audit_events(s, {}, std::nullopt, 1);
        return !newest.empty() && !newest.front().chain.empty() && newest.front().id > store::last_audit_checkpoint(s);
    };
    const auto sign = [this](store::session& s) -> core::result<std::int64_t> {
        const auto end = store::lock_audit_end(s);
        store::add_audit_checkpoint(s, sign_checkpoint(end, clock_.precise_now(), key_));
        return end.id;
    };
    const auto due = co_await database_.read(is_due);
    if (!due) co_return due.error();
    if (!*due) co_return std::int64_t(0);
    auto signed_event = co_await database_.write(sign);
    co_return signed_event;
}

} // namespace watchword::accounts
