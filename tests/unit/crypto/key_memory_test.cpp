// What is left in memory of a private key that has been made, written, read, sealed and opened, and is gone: nothing.
#include "core/text.hpp"
#include "crypto/sealed_key.hpp"
#include "crypto/signature.hpp"
#include "support/test_form.hpp"
#include "test_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;

// A text that is looked for, as nobody else writes it.
class disguised {
public:
    static constexpr unsigned char mask = 0x5A;

    explicit disguised(std::string_view text) : bytes_(text)
    {
        for (auto& c : bytes_) c = static_cast<char>(c ^ mask);
    }

    bool is_at(const char* place) const
    {
        for (const char c : bytes_)
            if (static_cast<char>(*place++ ^ mask) != c) return false;
        return true;
    }
    std::size_t size() const { return bytes_.size(); }

private:
    std::string bytes_;
};

// In what this program can write to: its heap and its stacks among it.
std::size_t count_in_memory(const disguised& text)
{
    std::size_t count = 0;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find(" rw") == line.npos || line.find("[v") != line.npos) continue;
        const auto dash = line.find('-');
        const auto* at = reinterpret_cast<const char*>(std::stoull(line.substr(0, dash), nullptr, 16));
        const auto* const end = reinterpret_cast<const char*>(std::stoull(line.substr(dash + 1), nullptr, 16));
        for (; at + text.size() <= end; ++at) count += text.is_at(at);
    }
    return count;
}

// The private number, as JWK has it, and in both orders of bytes.
std::vector<disguised> traces_of(const crypto::signing_key& key)
{
    const auto parts = key.parts();
    const auto& number = key.algorithm() == algorithm::hs256 ? parts.k : parts.d;
    const core::secret_string encoded(core::base64url_encode(number.view()));
    std::string turned(number.view());
    std::reverse(turned.begin(), turned.end());
    const core::secret_string other(std::move(turned));
    return {disguised(number.view().substr(0, 24)), disguised(encoded.view().substr(0, 32)),
            disguised(other.view().substr(0, 24))};
}

std::vector<disguised> work_with_a_key(algorithm a)
{
    core::system_random random;
    const auto key = test::new_key(a);
    const crypto::key_seal seal(core::secret_string(std::string(32, 's')));
    const auto opened = seal.open("k", seal.seal({"k", key}, random)).value();
    BOOST_TEST(crypto::verifier(key.verifying()).verify("m", crypto::signer(opened).sign("m")));
    BOOST_TEST(!crypto::thumbprint(key.verifying()).empty());
    auto traces = traces_of(key);
    BOOST_TEST(count_in_memory(traces.front()) + count_in_memory(traces.back()) > 0u); // it is there still
    return traces;
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_memory, *boost::unit_test::enable_if<!test::is_sanitized>())

BOOST_AUTO_TEST_CASE(nothing_is_left_of_a_key)
{
    for (const auto a : test::all_algorithms) {
        const auto traces = work_with_a_key(a);
        core::wipe_stack();
        for (const auto& each : traces) BOOST_TEST(count_in_memory(each) == 0u, test::name(a));
    }
}

BOOST_AUTO_TEST_SUITE_END()
