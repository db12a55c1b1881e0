#pragma once

#include "core/random.hpp"
#include "crypto/password.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// Passwords that look the same are the same: "é" in one character or in two (NIST SP 800-63B-4, section 3.1.1.2). Call
// these on hashing threads, with the slot of the thread.
namespace watchword::accounts {

// Of the password in Normalization Form C. Throws what password_hasher::hash throws.
std::string hash_password(crypto::password_hasher&, std::size_t slot, std::string_view password, core::random_source&);

// Compares first in that form, and then, if they differ, as it was sent: other programs have hashed that, and so did
// this one once. A match of the second kind is match_outdated.
//
// An attempt costs two hashes only when the client sends a password that is not in that form, whoever's it is, and
// never more. Both are computed one after the other in one job: in the same memory, in one place of the queue, and what
// the queue learns about the time of a job includes them. So it is worth as much to an attacker as two attempts.
crypto::verdict verify_password(crypto::password_hasher&, std::size_t slot, std::string_view password,
                                std::string_view stored);

// Takes as long as verify_password of a wrong password does, and says nothing of whether it is right: for hashes that
// are not the account's that was asked for. False, sooner, if the stored text is unusable.
bool imitate_verification(crypto::password_hasher&, std::size_t slot, std::string_view password,
                          std::string_view stored);

} // namespace watchword::accounts
