#pragma once

#include "core/secret.hpp"
#include "crypto/signature_key.hpp"
#include "store/audit.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The audit log as a chain: each event holds a hash of itself and of the one before, so that none can be changed,
// removed or put in between without all later ones telling. Whoever could write the whole chain anew is told by the
// checkpoints, which are signed with a key that is not in the database.
namespace watchword::accounts {

// SHA-256, in hexadecimal, of the link before, a newline, and the event's columns from id to request_id as a JSON array
// (numbers as numbers, time in milliseconds). Thread-safe.
std::string audit_link(std::string_view before, const store::audit_event&);

// The key that signs checkpoints: every server of a database has it from its secret. Throws as crypto::derive_key().
crypto::named_signing_key audit_key(const core::secret_string& secret);

// A compact JWS of that type, whose payload is {"event":NUMBER,"chain":LINK,"time":MILLISECONDS}.
inline constexpr std::string_view audit_checkpoint_type = "audit-checkpoint+jws";
store::audit_checkpoint sign_checkpoint(const store::audit_end&, core::precise_timestamp now,
                                        const crypto::named_signing_key&);

// Reads a log from its beginning, and tells what is wrong with it. One thread.
class audit_verifier {
public:
    // Without a key signatures are not looked at, but what they say is. The checkpoints must have been read before the
    // events.
    audit_verifier(const std::vector<store::audit_checkpoint>&, std::optional<crypto::verifying_key>);

    // All of them, in their order.
    void add(const store::audit_event&);
    // Behind the last one.
    void finish();

    struct report {
        std::uint64_t events = 0;      // in the chain
        std::uint64_t unchained = 0;   // from before it began
        std::uint64_t checkpoints = 0; // that are right
        std::int64_t last_event = 0, last_checkpoint = 0;
        std::vector<std::string> problems; // one line each; empty: nothing was changed
        std::uint64_t more_problems = 0;   // that are not listed
    };
    const report& found() const noexcept { return report_; }

private:
    void complain(std::string what);
    void check_signed(std::int64_t event, std::string_view chain);

    const std::optional<crypto::verifying_key> key_;
    std::map<std::int64_t, store::audit_checkpoint> signed_; // and not met yet
    report report_;
    std::string link_;
    bool begun_ = false;
};

} // namespace watchword::accounts
