#include "crypto/password.hpp"

#include "core/secret.hpp"
#include "crypto/hash_formats.hpp"
#include "crypto/phc.hpp"

#include <utility>

namespace watchword::crypto {
namespace {

constexpr std::size_t salt_size = 16, hash_size = 32;

} // namespace

bool is_verifiable(argon2id_parameters p) noexcept
{
    return is_within_bounds(p.memory_kib, p.passes);
}

password_hasher::password_hasher(settings s) : cost_(s.cost), engine_(choose_engine(s.engine)), slots_(s.slots) {}

void password_hasher::compute(std::size_t slot, const argon2id_input& in, std::span<char> tag)
{
    // What a dearer hash took is given back, or the dearest one ever stored would decide how much is kept.
    class give_back {
    public:
        give_back(argon2_memory& memory, std::size_t kept) : memory_(memory), kept_(kept) {}
        give_back(const give_back&) = delete;
        give_back& operator=(const give_back&) = delete;
        ~give_back() { memory_.shrink(kept_); }

    private:
        argon2_memory& memory_;
        const std::size_t kept_;
    };
    argon2_memory& memory = slots_.at(slot);
    const give_back later(memory, cost_.memory_kib);
    argon2id(engine_, memory, in, tag);
}

std::string password_hasher::hash(std::size_t slot, std::string_view password, core::random_source& random)
{
    argon2_hash made{cost_.memory_kib, cost_.passes, std::string(salt_size, '\0'), std::string(hash_size, '\0')};
    random.fill(std::as_writable_bytes(std::span(made.salt)));
    compute(slot, {password, made.salt, {}, {}, made.memory_kib, made.passes, made.lanes}, made.hash);
    return format_argon2(made);
}

std::string password_hasher::hash_of_nothing(core::random_source& random) const
{
    argon2_hash made{cost_.memory_kib, cost_.passes, std::string(salt_size, '\0'), std::string(hash_size, '\0')};
    random.fill(std::as_writable_bytes(std::span(made.salt)));
    random.fill(std::as_writable_bytes(std::span(made.hash)));
    return format_argon2(made);
}

verdict password_hasher::verify_argon2(std::size_t slot, std::string_view password, std::string_view stored)
{
    const auto part = argon2_part(stored);
    const auto phc = parse_argon2(part);
    if (!phc) return verdict::unusable;
    std::string tag(phc->hash.size(), '\0');
    compute(slot, {password, phc->salt, {}, {}, phc->memory_kib, phc->passes, phc->lanes, phc->type}, tag);
    const core::secret_string computed(std::move(tag));
    if (!core::equal_in_constant_time(computed.view(), phc->hash)) return verdict::mismatch;
    const bool as_now = phc->type == argon2_type::id && phc->memory_kib == cost_.memory_kib &&
                        phc->passes == cost_.passes && phc->lanes == 1 && phc->salt.size() == salt_size &&
                        phc->hash.size() == hash_size && part.size() == stored.size();
    return as_now ? verdict::match : verdict::match_outdated;
}

verdict password_hasher::verify(std::size_t slot, std::string_view password, std::string_view stored)
{
    const auto* const format = find_hash_format(stored);
    if (format == nullptr) return verdict::unusable;
    if (format->matches == nullptr) return verify_argon2(slot, password, stored);
    const auto right = format->matches(stored, password);
    if (!right) return verdict::unusable;
    return *right ? verdict::match_outdated : verdict::mismatch;
}

} // namespace watchword::crypto
