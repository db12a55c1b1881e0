#include "crypto/signature_key.hpp"

#include "crypto/bytes.hpp"
#include "crypto/key_material.hpp"
#include "crypto/openssl_numbers.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <algorithm>
#include <bit>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace watchword::crypto {
namespace {

using shared_material = std::shared_ptr<const key_material>;

constexpr std::size_t ec_size = 32, shortest_secret = 32, longest_exponent = 8;
constexpr std::size_t rsa_least = 2048, rsa_most = 4096; // bits

bool passes(const EVP_PKEY& key, int (*check)(EVP_PKEY_CTX*))
{
    const pkey_context_pointer context(EVP_PKEY_CTX_new_from_pkey(nullptr, const_cast<EVP_PKEY*>(&key), nullptr));
    require_openssl(context != nullptr, "OpenSSL cannot check keys");
    return check(context.get()) == 1;
}

bool is_number(std::string_view bytes)
{
    return !bytes.empty() && bytes.front() != '\0';
}

bool is_odd(std::string_view number)
{
    return (number.back() & 1) != 0;
}

// Of one without leading zeros.
std::size_t bits(std::string_view number)
{
    return number.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(number.front())));
}

pkey_pointer load_ec(const public_parts& in, const core::secret_string* d)
{
    if (in.x.size() != ec_size || in.y.size() != ec_size || (d && d->size() != ec_size)) return nullptr;
    key_builder builder("EC");
    builder.text(OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1)
        .bytes(OSSL_PKEY_PARAM_PUB_KEY, "\x04" + in.x + in.y); // both coordinates follow (SEC 1 section 2.3.3)
    if (d) builder.number(OSSL_PKEY_PARAM_PRIV_KEY, d->view());
    return builder.build(d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
}

bool has_size_of_rsa(const public_parts& in)
{
    if (!is_number(in.n) || !is_odd(in.n) || !is_number(in.e) || !is_odd(in.e)) return false;
    return bits(in.n) >= rsa_least && bits(in.n) <= rsa_most && bits(in.e) > 16 && in.e.size() <= longest_exponent;
}

std::vector<BN_ULONG> primes_below_65536()
{
    std::vector<bool> is_composite(65'536);
    std::vector<BN_ULONG> primes;
    for (std::size_t i = 2; i < is_composite.size(); ++i) {
        if (is_composite[i]) continue;
        primes.push_back(i);
        for (std::size_t multiple = i * i; multiple < is_composite.size(); multiple += i) is_composite[multiple] = true;
    }
    return primes;
}

// OpenSSL looks for the factors up to 751 itself. A somewhat larger one it finds by chance only: it would take a key
// today and refuse it tomorrow.
bool has_small_factor(std::string_view modulus)
{
    static const auto primes = primes_below_65536();
    const std::unique_ptr<BIGNUM, freed_by<BN_free>> n(
        BN_bin2bn(as_bytes(modulus), static_cast<int>(modulus.size()), nullptr));
    require_openssl(n != nullptr, "OpenSSL cannot read numbers");
    return std::any_of(primes.begin(), primes.end(), [&n](BN_ULONG p) { return BN_mod_word(n.get(), p) == 0; });
}

pkey_pointer load_rsa(const public_parts& in, const private_parts* secret)
{
    if (!has_size_of_rsa(in) || has_small_factor(in.n)) return nullptr;
    key_builder builder("RSA");
    builder.number(OSSL_PKEY_PARAM_RSA_N, in.n).number(OSSL_PKEY_PARAM_RSA_E, in.e);
    if (!secret) return builder.build(EVP_PKEY_PUBLIC_KEY);

    const std::pair<const char*, const core::secret_string*> numbers[] = {
        {OSSL_PKEY_PARAM_RSA_D, &secret->d},          {OSSL_PKEY_PARAM_RSA_FACTOR1, &secret->p},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, &secret->q},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, &secret->dp},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, &secret->dq}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &secret->qi},
    };
    for (const auto& [name, value] : numbers) {
        if (!is_number(value->view()) || value->size() > in.n.size()) return nullptr;
        builder.number(name, value->view());
    }
    return builder.build(EVP_PKEY_KEYPAIR);
}

// OpenSSL takes any 32 bytes. Under a point of small order there are signatures that fit every message.
bool is_ed25519_point(std::string_view x)
{
    return x.size() == ec_size && ::crypto_core_ed25519_is_valid_point(as_bytes(x)) == 1;
}

pkey_pointer load_ed25519(std::string_view x)
{
    if (!is_ed25519_point(x)) return nullptr;
    return pkey_pointer(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, as_bytes(x), x.size()));
}

std::string ed25519_point_of(const EVP_PKEY& key)
{
    std::string x(ec_size, '\0');
    std::size_t size = x.size();
    const int good = EVP_PKEY_get_raw_public_key(&key, writable_bytes(x), &size);
    require_openssl(good == 1 && size == ec_size, "an Ed25519 key has no public part");
    return x;
}

pkey_pointer make_ed25519(std::string_view d)
{
    if (d.size() != ec_size) return nullptr;
    return pkey_pointer(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, as_bytes(d), d.size()));
}

pkey_pointer load_ed25519(const std::string& x, const core::secret_string& d)
{
    auto key = make_ed25519(d.view());
    if (!key || ed25519_point_of(*key) != x) return nullptr;
    return key;
}

pkey_pointer load_public(signature_algorithm a, const public_parts& in)
{
    switch (a) {
    case signature_algorithm::hs256: break;
    case signature_algorithm::es256: return load_ec(in, nullptr);
    case signature_algorithm::eddsa: return load_ed25519(in.x);
    case signature_algorithm::rs256:
    case signature_algorithm::ps256: return load_rsa(in, nullptr);
    }
    return nullptr;
}

pkey_pointer load_pair(signature_algorithm a, const public_parts& in, const private_parts& secret)
{
    switch (a) {
    case signature_algorithm::hs256: break;
    case signature_algorithm::es256: return load_ec(in, &secret.d);
    case signature_algorithm::eddsa: return load_ed25519(in.x, secret.d);
    case signature_algorithm::rs256:
    case signature_algorithm::ps256: return load_rsa(in, &secret);
    }
    return nullptr;
}

core::secret_string random_bytes(core::random_source& random)
{
    std::string bytes(shortest_secret, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return core::secret_string(std::move(bytes));
}

pkey_pointer generate_pair(signature_algorithm a, core::random_source& random, unsigned rsa_bits)
{
    switch (a) {
    case signature_algorithm::hs256: break;
    case signature_algorithm::es256: return pkey_pointer(EVP_EC_gen(SN_X9_62_prime256v1));
    case signature_algorithm::eddsa: return make_ed25519(random_bytes(random).view());
    case signature_algorithm::rs256:
    case signature_algorithm::ps256:
        if (rsa_bits < rsa_least || rsa_bits > rsa_most) throw std::invalid_argument("RSA keys have 2048 to 4096 bits");
        return pkey_pointer(EVP_RSA_gen(rsa_bits));
    }
    return nullptr;
}

shared_material share(signature_algorithm a, pkey_pointer key, core::secret_string secret = {})
{
    return std::make_shared<const key_material>(key_material{a, std::move(key), std::move(secret)});
}

} // namespace

core::result<verifying_key> verifying_key::load(signature_algorithm a, const public_parts& in)
{
    const quiet_errors quiet;
    auto key = load_public(a, in);
    if (!key) return core::errc::invalid_input;
    // OpenSSL has nothing to check of a public Ed25519 key.
    if (a != signature_algorithm::eddsa && !passes(*key, EVP_PKEY_public_check)) return core::errc::invalid_input;
    return verifying_key(share(a, std::move(key)));
}

signature_algorithm verifying_key::algorithm() const noexcept
{
    return material_->algorithm;
}

public_parts verifying_key::parts() const
{
    public_parts out;
    switch (algorithm()) {
    case signature_algorithm::hs256: break;
    case signature_algorithm::es256:
        out.x = read_number(*material_->pkey, OSSL_PKEY_PARAM_EC_PUB_X, ec_size).view();
        out.y = read_number(*material_->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, ec_size).view();
        break;
    case signature_algorithm::eddsa: out.x = ed25519_point_of(*material_->pkey); break;
    case signature_algorithm::rs256:
    case signature_algorithm::ps256:
        out.n = read_number(*material_->pkey, OSSL_PKEY_PARAM_RSA_N).view();
        out.e = read_number(*material_->pkey, OSSL_PKEY_PARAM_RSA_E).view();
        break;
    }
    return out;
}

core::result<signing_key> signing_key::load(signature_algorithm a, const public_parts& in, const private_parts& secret)
{
    if (a == signature_algorithm::hs256) {
        if (secret.k.size() < shortest_secret) return core::errc::invalid_input;
        return signing_key(share(a, nullptr, secret.k));
    }
    const quiet_errors quiet;
    auto key = load_pair(a, in, secret);
    if (!key || !passes(*key, EVP_PKEY_pairwise_check)) return core::errc::invalid_input;
    return signing_key(share(a, std::move(key)));
}

signing_key signing_key::generate(signature_algorithm a, core::random_source& random, unsigned rsa_bits)
{
    if (a == signature_algorithm::hs256) return signing_key(share(a, nullptr, random_bytes(random)));
    const quiet_errors quiet;
    auto key = generate_pair(a, random, rsa_bits);
    require_openssl(key != nullptr, "OpenSSL cannot make a key");
    return signing_key(share(a, std::move(key)));
}

signing_key signing_key::of_seed(const core::secret_string& seed)
{
    const quiet_errors quiet;
    auto key = make_ed25519(seed.view());
    if (!key) throw std::invalid_argument("an Ed25519 key is made of 32 bytes");
    return signing_key(share(signature_algorithm::eddsa, std::move(key)));
}

private_parts signing_key::parts() const
{
    private_parts out;
    const auto& of = material();
    const auto number = [&of](const char* name) { return read_number(*of.pkey, name); };
    switch (algorithm()) {
    case signature_algorithm::hs256: out.k = of.secret; break;
    case signature_algorithm::es256: out.d = read_number(*of.pkey, OSSL_PKEY_PARAM_PRIV_KEY, ec_size); break;
    case signature_algorithm::eddsa: {
        // EVP_PKEY_get_raw_private_key leaves a copy behind.
        core::secret_bytes<ec_size> d;
        std::size_t size = 0;
        auto* const to = reinterpret_cast<unsigned char*>(d.data);
        const int good = EVP_PKEY_get_octet_string_param(of.pkey.get(), OSSL_PKEY_PARAM_PRIV_KEY, to, ec_size, &size);
        require_openssl(good == 1 && size == ec_size, "an Ed25519 key has no private part");
        out.d = core::secret_string(d.view());
        break;
    }
    case signature_algorithm::rs256:
    case signature_algorithm::ps256:
        out.d = number(OSSL_PKEY_PARAM_RSA_D);
        out.p = number(OSSL_PKEY_PARAM_RSA_FACTOR1);
        out.q = number(OSSL_PKEY_PARAM_RSA_FACTOR2);
        out.dp = number(OSSL_PKEY_PARAM_RSA_EXPONENT1);
        out.dq = number(OSSL_PKEY_PARAM_RSA_EXPONENT2);
        out.qi = number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
        break;
    }
    return out;
}

} // namespace watchword::crypto
