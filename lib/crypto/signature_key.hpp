#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "crypto/signature_algorithm.hpp"

#include <memory>
#include <string>
#include <utility>

// Keys for signatures. Each has one algorithm and is good for no other (RFC 8725 section 3.1). They are values that do
// not change; copies share what they hold. Thread-safe.
namespace watchword::crypto {

struct key_material; // of OpenSSL

// The numbers of a key by their names in JWK, unsigned, the highest byte first. Those that an algorithm does not have
// are empty.
struct public_parts {
    std::string x, y; // ES256: 32 bytes each; EdDSA: x, 32 bytes as RFC 8032 has them
    std::string n, e; // RSA: without leading zeros
};
struct private_parts {
    core::secret_string d;                // ES256, EdDSA: 32 bytes; RSA
    core::secret_string p, q, dp, dq, qi; // RSA: all of them, without leading zeros
    core::secret_string k;                // HS256: 32 bytes or more
};

// What signatures are verified with.
class verifying_key {
public:
    // Error: invalid_input for what is no such key: a wrong size; a point that is not on its curve, or of small order;
    // a modulus that is even, prime, or not of 2048 to 4096 bits; an exponent that is even, below 65537 or of more than
    // 64 bits. HS256 has no public keys.
    static core::result<verifying_key> load(signature_algorithm, const public_parts&);

    signature_algorithm algorithm() const noexcept;
    public_parts parts() const; // nothing of HS256

    const key_material& material() const noexcept { return *material_; }

private:
    friend class signing_key;
    explicit verifying_key(std::shared_ptr<const key_material> m) : material_(std::move(m)) {}

    std::shared_ptr<const key_material> material_;
};

// What signatures are made with. What it holds is wiped with the last copy.
class signing_key {
public:
    // Error: invalid_input also for a private part that does not fit the public one, and HS256 keys of fewer than 32
    // bytes. Takes tens of milliseconds for RSA, whose primes are tested.
    static core::result<signing_key> load(signature_algorithm, const public_parts&, const private_parts&);

    // A new key. HS256 and EdDSA keys are bytes of the random source; OpenSSL's own generator makes the others (and
    // what signatures of ES256 and PS256 have of chance). RSA takes seconds at worst; its size is ignored by the
    // others, and std::invalid_argument if it is not 2048 to 4096.
    static signing_key generate(signature_algorithm, core::random_source&, unsigned rsa_bits = 2048);

    // The EdDSA key whose private part (RFC 8032 section 5.1.5) are these 32 bytes, such as those of derive_key().
    // Throws std::invalid_argument for another size.
    static signing_key of_seed(const core::secret_string&);

    signature_algorithm algorithm() const noexcept { return public_.algorithm(); }
    const verifying_key& verifying() const noexcept { return public_; }
    private_parts parts() const;

    const key_material& material() const noexcept { return public_.material(); }

private:
    explicit signing_key(std::shared_ptr<const key_material> m) : public_(std::move(m)) {}

    verifying_key public_; // which shares the private part, and does not give it away
};

// A key by the name it has in the headers of tokens.
template <class Key> struct named_key {
    std::string kid;
    Key key;
};
using named_verifying_key = named_key<verifying_key>;
using named_signing_key = named_key<signing_key>;

} // namespace watchword::crypto
