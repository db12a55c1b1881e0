// Device cookies and tokens of any bytes: no crash, and nothing proves anything but what this server has made.
#include "accounts/device_proofs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace watchword;

namespace {

class fixed_clock final : public core::clock {
public:
    core::timestamp now() const noexcept override { return core::timestamp(std::chrono::seconds(1'800'000'000)); }
};

class no_randomness final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), std::byte(7)); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const core::secret_string secret(std::string(32, 'k'));
    static const fixed_clock clock;
    static no_randomness random;
    static const crypto::hs256_tokens tokens(secret);
    static accounts::device_proofs proofs(secret, tokens, std::chrono::seconds(1800), clock, random);
    const std::string input(reinterpret_cast<const char*>(data), size);

    // Nobody but this program knows the key: an input that proves something was issued for it.
    if (const auto proof = proofs.read_device(input); proof && proofs.issue(proof->public_id, input) != input)
        std::abort();
    if (const auto proof = proofs.read_token(input); proof && proof->public_id.empty()) std::abort();

    const auto issued = proofs.issue(input);
    if (issued.has_value() != (size >= 1 && size <= 1024)) std::abort();
    if (!issued) return 0;
    const auto proof = proofs.read_device(*issued);
    if (!proof || proof->public_id != input) std::abort();
    // Nor is it good when anything is changed.
    auto altered = *issued;
    altered[size % altered.size()] ^= 1;
    if (proofs.read_device(altered)) std::abort();
    return 0;
}
