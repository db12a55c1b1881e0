#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/key_ring.hpp"
#include "accounts/revocations.hpp"
#include "accounts/sessions.hpp"
#include "core/workers.hpp"
#include "micro/service.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace watchword::micro {

// What issues and checks access tokens of /v1, with a session and a token for each of its users. One thread, besides
// those of the database and of the signatures.
class bearer_service {
public:
    // Throws if a token is not issued, or refused. ES256, as a server does by default.
    explicit bearer_service(std::size_t users);

    const std::vector<std::string>& tokens() const noexcept { return issued_; } // all of them were checked once
    accounts::bearer_tokens& checker() noexcept { return bearers_; }
    // So many other users whose generation is 1, each with a session that has ended.
    void revoke(std::size_t others);

private:
    static accounts::bearer_settings valid_all_day();
    core::task<bool> sign_everybody_in(std::size_t users);

    service parts_;
    fixed_random random_;
    const core::system_clock clock_{}; // reading it is part of a check
    const core::secret_string secret_{std::string(32, 's')};
    accounts::key_ring keys_{{}, secret_, parts_.database(), clock_, random_};
    core::workers signing_{{"sign", 1, 16}};
    accounts::revocations revoked_{{}, clock_, random_};
    accounts::bearer_tokens bearers_{valid_all_day(), keys_, parts_.database(), signing_, revoked_, clock_, random_};
    accounts::sessions sessions_{{}, secret_, parts_.database(), clock_, random_, &revoked_};
    std::vector<std::string> issued_;
};

} // namespace watchword::micro
