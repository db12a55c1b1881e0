#pragma once

#include "accounts/client.hpp"
#include "accounts/password_policy.hpp"
#include "accounts/stand_ins.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/network.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"
#include "crypto/password.hpp"
#include "store/database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// What the service means: signing up, signing in. Knows neither HTTP nor SQL.
namespace watchword::accounts {

struct registration {
    std::optional<std::string> name;
    std::string email;
    core::secret_string password;
};

// Why a registration cannot be accepted: which field, and what is wrong with it, for the client.
struct field_problem {
    std::string_view field, code, text;
};

// Bounds on what is stored, in bytes of UTF-8. The tutorial sets none; these let through whatever its users have.
inline constexpr std::size_t name_limit = 4096, email_limit = 1024, password_limit = 4096;

// The first problem of a registration, if it has one. E-mail addresses are not parsed and passwords not judged here:
// the tutorial takes any text that is not empty.
std::optional<field_problem> find_problem(const registration&);

// Text that every database stores and gives back unchanged: PostgreSQL has neither NUL nor broken UTF-8.
bool is_storable(std::string_view text) noexcept;

// What makes two addresses one account's.
enum class addresses {
    exact,    // the same bytes, as the tutorial has it
    caseless, // all spellings that differ by case or Unicode form only; see store/email_keys.hpp
};

// Whether callers may learn which addresses have accounts.
enum class existence {
    told,   // as the tutorial does
    hidden, // the same answers after the same work, whether there is an account or not; for routes under /v1 always
};

// What a route promises to those who call it.
struct terms {
    addresses compared = addresses::exact;
    password_rules rules = password_rules::lenient; // for new passwords
    existence shown = existence::told;
};

// Whose password was right, and what was so just before it was judged.
struct proven_user {
    std::int64_t id = 0;
    std::string public_id;
    std::optional<std::string> name{}, email{};
    std::string password_hash{};      // the one it has matched
    std::uint64_t generation = 0;     // of whoever asks what has changed since
    core::timestamp tutorial_until{}; // see tutorial_tokens.hpp
};

struct settings {
    std::chrono::milliseconds hashing_timeout{10'000}; // that a sign-in may wait for a hashing thread
    bool rehash = true;                                // outdated hashes are replaced at the next sign-in
    password_policy::settings policy{};                // for who asks for password_rules::strict
    core::siphash_key stand_in_key{};                  // see stand_ins
    const core::clock* clock = nullptr;                // if there is one, it is kept when accounts were made
};

class sign_in_guard;
class sign_in_attempt;

// Thread-safe: nothing in it changes. Everything referred to must outlive it.
class service {
public:
    // `passwords` has a slot for each thread of `hashing`. Without a guard nobody who guesses is slowed down. Throws
    // std::runtime_error if the filter of breached passwords cannot be used.
    service(const settings&, store::database&, core::workers& hashing, crypto::password_hasher& passwords,
            core::random_source&, sign_in_guard* = nullptr);

    // Adds an account, durably. Errors: invalid_input (see find_problem), already_exists (the address is one of an
    // account); a weakness (strict only, and before anything is looked up, so that it says nothing about the address);
    // overloaded, timed_out, unavailable. Returns the new public id, a random UUID.
    // existence::hidden: no already_exists. Then nothing has changed, the account is as it was, and the id is nobody's.
    // (Who then signs in with the password that he has chosen learns whether the account is his: only a mail to the
    // address, before it is one, could hide that.)
    core::task<core::result<std::string>> sign_up(registration, client = {}, terms = {});

    // Checks a password. Errors: not_found (no such address), wrong_password (or a stored hash that nothing can match);
    // session_problem::user_disabled (the password was right); throttled (throttled.hpp: too many have failed, whoever
    // is asked about); overloaded, timed_out, unavailable. addresses::caseless: an account with exactly that address
    // comes first, and of several others with similar ones it is none. existence::hidden: wrong_password in place of
    // not_found.
    core::task<core::result<proven_user>> sign_in(std::string email, core::secret_string password, client = {},
                                                  terms = {});

    // The same for somebody who has signed in, and under the same limits: that it is still he who is there. not_found:
    // there is no such user.
    core::task<core::result<proven_user>> confirm(std::string public_id, core::secret_string password, client);
    // A hash of a user's new password, which is judged by password_rules::strict. Errors: a weakness; overloaded,
    // timed_out, unavailable. `user` must outlive the task.
    core::task<core::result<std::string>> hash_new_password(const proven_user& user, core::secret_string password,
                                                            client);

    const password_policy& policy() const noexcept { return policy_; }
    // When it is worth coming back after overloaded or timed_out: what waits for a hashing thread now is done by then,
    // if hashes take as long as lately. From 1 to 60 s.
    std::chrono::seconds hashing_wait() const;

private:
    core::deadline hashing_deadline() const;
    core::client_key turn_of(const client&) const;
    core::task<core::result<sign_in_attempt>> begin_sign_in(std::string_view email, const client&);
    struct candidate;
    // `met`: the public id of whose address it is, once he was found.
    core::task<core::result<proven_user>> try_sign_in(std::string email, core::secret_string password, const client&,
                                                      terms, std::string& met);
    core::task<core::result<std::string>> try_sign_up(registration, const client&, terms);
    core::task<core::result<proven_user>> judge_sign_in(std::string email, core::secret_string password,
                                                        core::client_key turn, terms, sign_in_attempt&,
                                                        std::string& met);
    core::task<core::result<proven_user>> prove(const candidate&, const core::secret_string& password,
                                                core::client_key turn, existence shown, bool& is_outdated);
    core::task<> replace_hash(std::int64_t user_id, core::secret_string password, std::string old_hash,
                              core::client_key);

    core::task<core::result<void>> check_password(const registration&, core::client_key);

    const settings settings_;
    const password_policy policy_;
    const stand_ins stand_ins_;
    store::database& database_;
    core::workers& hashing_;
    crypto::password_hasher& passwords_;
    core::random_source& random_;
    const core::address_hash turns_; // of clients at the hashing threads
    sign_in_guard* const guard_;     // may be null
};

} // namespace watchword::accounts
