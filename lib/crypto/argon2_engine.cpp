#include "crypto/argon2_engine.hpp"

#include "core/log.hpp"
#include "core/secret.hpp"

#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>
#include <string>

namespace watchword::crypto {
namespace {

constexpr argon2_engine fastest_first[] = {argon2_engine::avx512, argon2_engine::avx2, argon2_engine::portable,
                                           argon2_engine::libsodium};

void start_sodium()
{
    static const bool started = ::sodium_init() >= 0;
    if (!started) throw std::runtime_error("libsodium cannot start");
}

bool libsodium_takes(const argon2id_input& in, std::size_t tag_size)
{
    return in.type == argon2_type::id && in.lanes == 1 && in.salt.size() == crypto_pwhash_argon2id_SALTBYTES &&
           in.secret.empty() && in.associated_data.empty() && in.passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
           in.memory_kib >= crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024 && tag_size >= crypto_pwhash_argon2id_BYTES_MIN;
}

void argon2id_by_libsodium(const argon2id_input& in, std::span<char> tag)
{
    start_sodium();
    const int failed =
        ::crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(tag.data()), tag.size(), in.password.data(),
                                 in.password.size(), reinterpret_cast<const unsigned char*>(in.salt.data()), in.passes,
                                 std::size_t(in.memory_kib) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    if (failed != 0) throw std::bad_alloc();
}

std::array<char, 32> tag_of(argon2_engine engine, std::string_view password, std::uint32_t memory_kib,
                            std::uint32_t passes)
{
    argon2_memory memory;
    std::array<char, 32> tag{};
    argon2id(engine, memory, {password, "somesalt12345678", {}, {}, memory_kib, passes, 1}, tag);
    return tag;
}

} // namespace

std::string_view name_of(argon2_engine engine) noexcept
{
    constexpr std::string_view names[] = {"automatic", "avx512", "avx2", "portable", "libsodium"};
    return names[static_cast<std::size_t>(engine)];
}

bool is_supported(argon2_engine engine) noexcept
{
    switch (engine) {
    case argon2_engine::automatic: return false; // is none
#if defined(__x86_64__)
    case argon2_engine::avx512: return __builtin_cpu_supports("avx512f") != 0;
    case argon2_engine::avx2: return __builtin_cpu_supports("avx2") != 0;
#else
    case argon2_engine::avx512:
    case argon2_engine::avx2: return false;
#endif
    case argon2_engine::portable:
    case argon2_engine::libsodium: return true;
    }
    return false;
}

argon2_fill fill_of(argon2_engine engine) noexcept
{
    switch (engine) {
#if defined(__x86_64__)
    case argon2_engine::avx512: return fill_segment_avx512;
    case argon2_engine::avx2: return fill_segment_avx2;
#endif
    default: return fill_segment_portable;
    }
}

void argon2id(argon2_engine engine, argon2_memory& memory, const argon2id_input& in, std::span<char> tag)
{
    if (engine == argon2_engine::libsodium && is_possible(in, tag.size()) && libsodium_takes(in, tag.size()))
        return argon2id_by_libsodium(in, tag);
    argon2id(fill_of(engine), memory, in, tag);
}

bool passes_self_test(argon2_engine engine)
{
    start_sodium();
    // Computed with the reference implementation (argon2 0~20171227).
    constexpr unsigned char known[32] = {0x2a, 0x8b, 0xf2, 0xc6, 0x4a, 0x96, 0x23, 0xc3, 0x62, 0x21, 0xb9,
                                         0xd5, 0x4e, 0xc1, 0xc9, 0x1a, 0xd5, 0x9d, 0x6b, 0x4e, 0xda, 0xc5,
                                         0x4a, 0xa8, 0x25, 0x52, 0x2e, 0x3e, 0x8b, 0x6a, 0x20, 0x27};
    const auto is_known = [&](const std::array<char, 32>& tag) {
        return core::equal_in_constant_time({tag.data(), tag.size()},
                                            {reinterpret_cast<const char*>(known), sizeof known});
    };
    // 600 blocks in three passes: both ways of addressing, and references over both ends of the lane.
    return is_known(tag_of(engine, "password", 64, 1)) && !is_known(tag_of(engine, "passwore", 64, 1)) &&
           tag_of(engine, "password", 600, 3) == tag_of(argon2_engine::libsodium, "password", 600, 3);
}

argon2_engine choose_engine(argon2_engine wanted, engine_checks checks)
{
    if (wanted != argon2_engine::automatic) {
        const std::string name(name_of(wanted));
        if (!checks.is_supported(wanted))
            throw std::runtime_error("passwords.engine is " + name + ", which this processor cannot run");
        if (!checks.passes_self_test(wanted))
            throw std::runtime_error("passwords.engine is " + name + ", which gives wrong results on this machine");
        return wanted;
    }
    for (const auto engine : fastest_first) {
        if (!checks.is_supported(engine)) continue;
        if (checks.passes_self_test(engine)) return engine;
        core::log::warning("an engine for Argon2id gives wrong results on this machine and is not used",
                           {{"engine", name_of(engine)}});
    }
    throw std::runtime_error("Argon2id gives wrong results on this machine");
}

} // namespace watchword::crypto
