// A stored password hash into its parts.
#include "crypto/phc.hpp"

#include "micro/subjects/all.hpp"

namespace watchword::micro {

void add_phc(subjects& all)
{
    const auto make = [] {
        const crypto::argon2_hash hash{19456, 2, "0123456789abcdef", "0123456789abcdef0123456789abcdef"};
        const auto text = crypto::format_argon2(hash);
        const auto read = crypto::parse_argon2(text);
        require(read && read->hash == hash.hash && read->memory_kib == hash.memory_kib, "the hash is read differently");
        return in_a_loop([text] { return crypto::parse_argon2(text); });
    };
    all.push_back({"phc/parse", make, 500});
}

} // namespace watchword::micro
