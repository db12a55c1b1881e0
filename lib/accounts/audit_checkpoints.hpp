#pragma once

#include "accounts/audit_chain.hpp"
#include "core/clock.hpp"
#include "core/task.hpp"
#include "store/database.hpp"

namespace watchword::accounts {

// Signs what the audit log has grown to. Thread-safe; what is referred to must outlive its tasks.
class audit_checkpoints {
public:
    // Throws std::invalid_argument for a secret of fewer than 32 bytes.
    audit_checkpoints(const core::secret_string& secret, store::database&, const core::clock&);

    // A new checkpoint, if there are events since the last one; of several servers that do it at once, one does. The
    // number of the event that it was made for, 0 if none was needed. Errors: those of store::database.
    core::task<core::result<std::int64_t>> sign_if_due();

private:
    const crypto::named_signing_key key_;
    store::database& database_;
    const core::clock& clock_;
};

} // namespace watchword::accounts
