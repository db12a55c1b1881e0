// What two spellings of one address have in common: for most addresses a look, for others Unicode's tables.
#include "core/caseless.hpp"
#include "micro/subjects/all.hpp"

namespace watchword::micro {

void add_email_key(subjects& all)
{
    const auto plain = [] {
        const std::string address = "ann.marie@example.test";
        require(core::is_caseless_key(address), "the address is not its own key");
        return in_a_loop([address] { return core::is_caseless_key(address); });
    };
    const auto folded = [](const char* written, const char* key) {
        return [address = std::string(written), key = std::string(key)] {
            require(core::caseless_key(address) == key, "the address has another key");
            return in_a_loop([address] { return core::caseless_key(address); });
        };
    };
    all.push_back({"email_key/plain", plain, 500});
    all.push_back({"email_key/upper_case", folded("Ann.Marie@Example.Test", "ann.marie@example.test"), 500});
    all.push_back(
        {"email_key/unicode", folded("J\u00d6RG.Stra\u00dfe@example.test", "j\u00f6rg.strasse@example.test"), 200});
}

} // namespace watchword::micro
