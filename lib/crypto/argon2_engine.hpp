#pragma once

#include "crypto/argon2.hpp"

#include <span>
#include <string_view>

namespace watchword::crypto {

// Who computes Argon2id. All give the same bits.
enum class argon2_engine { automatic, avx512, avx2, portable, libsodium };

std::string_view name_of(argon2_engine) noexcept;

// Whether this processor can run it, and this build has it.
bool is_supported(argon2_engine) noexcept;

// What a supported engine computes segments with; of libsodium, which does it all itself, portable code.
argon2_fill fill_of(argon2_engine) noexcept;

// As argon2id() of argon2.hpp, by an engine that is_supported(). libsodium keeps no memory and takes only one lane, 16
// bytes of salt, a tag of 16 or more and no secret or associated data: what it does not take, portable code computes.
void argon2id(argon2_engine, argon2_memory&, const argon2id_input&, std::span<char> tag);

// Whether it computes a known result, and one that libsodium agrees with.
bool passes_self_test(argon2_engine);

// `automatic`: the fastest that is supported and passes its self-test. Else the one that was asked for. Throws
// std::runtime_error if that cannot be used, or if nothing can. The checks are parameters for the tests' sake.
struct engine_checks {
    bool (*is_supported)(argon2_engine) noexcept = crypto::is_supported;
    bool (*passes_self_test)(argon2_engine) = crypto::passes_self_test;
};
argon2_engine choose_engine(argon2_engine wanted, engine_checks = {});

} // namespace watchword::crypto
