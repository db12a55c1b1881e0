#pragma once

#include "core/random.hpp"
#include "crypto/argon2_engine.hpp"
#include "crypto/argon2_memory.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Password hashes. All of this blocks for milliseconds and needs megabytes: call it on hashing threads only.
namespace watchword::crypto {

// Cost of Argon2id (RFC 9106) with one lane. The default is OWASP's.
struct argon2id_parameters {
    std::uint32_t memory_kib = 19456;
    std::uint32_t passes = 2;
};

// Whether verify takes hashes of that cost; new ones of any other could never be used.
bool is_verifiable(argon2id_parameters) noexcept;

enum class verdict {
    match,
    match_outdated, // right, but stored in another format or with other parameters than now: hash it again
    mismatch,
    unusable, // the stored text is malformed, of an unknown format, or would cost more than the bounds allow
};

// Hashes passwords and compares them with what is stored, on hashing slots that each keep the memory of one hash: slots
// times cost.memory_kib in all, and during a comparison what the stored hash takes. Nothing of a password stays in it.
// Thread-safe as long as no two calls have the same slot at the same time.
class password_hasher {
public:
    struct settings {
        argon2id_parameters cost;
        argon2_engine engine = argon2_engine::automatic;
        std::size_t slots = 1;
    };

    // Throws std::runtime_error if no such engine gives right results on this machine.
    explicit password_hasher(settings);

    // A PHC string, $argon2id$v=19$m=...,t=...,p=1$salt$hash, with 16 bytes of salt and 32 of hash. Throws
    // std::bad_alloc without memory, std::invalid_argument for a cost that Argon2 does not have or is not verifiable.
    std::string hash(std::size_t slot, std::string_view password, core::random_source&);

    // What hash() could have made, but of no password: nothing matches it, and to find that out takes as long as ever.
    // Takes no time itself.
    std::string hash_of_nothing(core::random_source&) const;

    // Any format of hash_formats.hpp that is within hash_bounds.hpp; hostile stored text costs no more. Clear text,
    // bare digests and single HMACs are unusable. Throws std::bad_alloc without memory.
    verdict verify(std::size_t slot, std::string_view password, std::string_view stored);

    // Gives a slot's memory back to the system until its next hash, which then takes a few milliseconds more.
    void rest(std::size_t slot) { slots_.at(slot).shrink(0); }

    argon2_engine engine() const noexcept { return engine_; } // that was chosen
    const argon2_memory& memory(std::size_t slot) const { return slots_.at(slot); }

private:
    void compute(std::size_t slot, const argon2id_input&, std::span<char> tag);
    verdict verify_argon2(std::size_t slot, std::string_view password, std::string_view stored);

    const argon2id_parameters cost_;
    const argon2_engine engine_;
    std::vector<argon2_memory> slots_;
};

} // namespace watchword::crypto
