#include "crypto/openssl_numbers.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace watchword::crypto {
namespace {

// From the highest byte first to the order of this machine, or back.
core::secret_string turned(std::string_view bytes)
{
    std::string out(bytes);
    if constexpr (std::endian::native == std::endian::little) std::reverse(out.begin(), out.end());
    return core::secret_string(std::move(out));
}

} // namespace

char* key_builder::keep(core::secret_string value)
{
    // OpenSSL reads only, but its parameters can be for both ways.
    return const_cast<char*>(values_.emplace_back(std::move(value)).view().data());
}

key_builder& key_builder::number(const char* name, std::string_view value)
{
    auto* const kept = reinterpret_cast<unsigned char*>(keep(turned(value)));
    parameters_.push_back(OSSL_PARAM_construct_BN(name, kept, value.size()));
    return *this;
}

key_builder& key_builder::bytes(const char* name, std::string_view value)
{
    parameters_.push_back(OSSL_PARAM_construct_octet_string(name, keep(core::secret_string(value)), value.size()));
    return *this;
}

key_builder& key_builder::text(const char* name, std::string_view value)
{
    parameters_.push_back(OSSL_PARAM_construct_utf8_string(name, keep(core::secret_string(value)), value.size()));
    return *this;
}

pkey_pointer key_builder::build(int selection)
{
    const pkey_context_pointer context(EVP_PKEY_CTX_new_from_name(nullptr, type_, nullptr));
    require_openssl(context && EVP_PKEY_fromdata_init(context.get()) == 1, "OpenSSL cannot make keys");
    parameters_.push_back(OSSL_PARAM_construct_end());
    EVP_PKEY* made = nullptr;
    const int good = EVP_PKEY_fromdata(context.get(), &made, selection, parameters_.data());
    pkey_pointer key(made);
    if (good != 1) return nullptr;
    return key;
}

core::secret_string read_number(const EVP_PKEY& key, const char* name, std::size_t size)
{
    core::secret_bytes<512> buffer;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_BN(name, reinterpret_cast<unsigned char*>(buffer.data), sizeof buffer.data),
        OSSL_PARAM_construct_end()};
    require_openssl(EVP_PKEY_get_params(&key, wanted) == 1 && OSSL_PARAM_modified(wanted) == 1,
                    "a key has not the number that is asked for");
    const auto all = turned(buffer.view().substr(0, wanted[0].return_size));
    auto digits = all.view();
    digits.remove_prefix(std::min(digits.find_first_not_of('\0'), digits.size()));
    require_openssl(size == 0 || digits.size() <= size, "a number of a key is longer than it can be");
    std::string padded(size == 0 ? 0 : size - digits.size(), '\0');
    padded.reserve(padded.size() + digits.size());
    padded.append(digits);
    return core::secret_string(std::move(padded));
}

} // namespace watchword::crypto
