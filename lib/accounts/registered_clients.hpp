#pragma once

#include "core/per_thread.hpp"
#include "crypto/sha256.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::accounts {

// What programs may ask for that users may not.
enum class client_right {
    introspect, // who somebody's token stands for
    revoke,     // that it is accepted no more
};

// A program with a secret of its own, such as an API that is shown tokens.
struct registered_client {
    static constexpr std::size_t longest_id = 64, longest_name = 200; // bytes

    std::string id; // see is_client_id
    // Secrets are 256 random bits (client_file.hpp), so that nothing slower than SHA-256 is needed: nobody can guess
    // one, and nobody has a list of them.
    crypto::sha256::digest secret_hash{};
    std::string name{}; // for people; may be empty
    bool may_introspect = false, may_revoke = false;

    bool may(client_right r) const noexcept { return r == client_right::introspect ? may_introspect : may_revoke; }
};

// 1 to 64 of A-Z a-z 0-9 . _ ~ -: looks the same in every encoding that clients could apply to it or forget.
bool is_client_id(std::string_view) noexcept;

// The programs that may show a secret. Thread-safe.
class registered_clients {
public:
    // Of several with one id, any of them counts: see client_file.hpp.
    explicit registered_clients(std::vector<registered_client>);

    // The client that has this id and this secret, as long as this lives; null: there is none, which takes as long
    // whether the id or the secret is wrong. An empty secret is nobody's.
    const registered_client* authenticate(std::string_view id, std::string_view secret);

    std::size_t size() const noexcept { return all_.size(); }

private:
    const registered_client* find(std::string_view id) const noexcept;

    const std::vector<registered_client> all_; // by id
    core::per_thread<crypto::sha256> hash_;
};

} // namespace watchword::accounts
