#pragma once

#include "crypto/jws.hpp"
#include "crypto/signature.hpp"
#include "crypto/signature_key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::crypto {

// Keys by their names, which cannot change any more: what threads share while keys come and go. Thread-safe.
class verifying_key_set {
public:
    verifying_key_set() = default;
    // Throws std::invalid_argument for a key without a name, and for two of one name.
    explicit verifying_key_set(std::vector<named_verifying_key>);

    const std::vector<named_verifying_key>& keys() const noexcept { return keys_; }

private:
    std::vector<named_verifying_key> keys_;
};

// Judges signatures by the keys of a set, with a context for each. One thread; a copy may go to another.
class key_verifiers {
public:
    // Not null.
    explicit key_verifiers(std::shared_ptr<const verifying_key_set>);

    // Other keys from now on. Takes no time if they are the same object.
    void use(std::shared_ptr<const verifying_key_set>);

    // Whether the token names one of the keys, has its algorithm, and was signed with it.
    bool accept(const jws&);

private:
    struct named_verifier {
        std::string kid;
        verifier judge;
    };

    std::shared_ptr<const verifying_key_set> keys_;
    std::vector<named_verifier> verifiers_; // of each of them
};

} // namespace watchword::crypto
