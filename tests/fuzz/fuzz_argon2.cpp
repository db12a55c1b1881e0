// Argon2id of any input and small cost: every engine gives what libsodium or, where it has no such thing, portable code
// gives, and leaves nothing in its memory.
#include "crypto/argon2_engine.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace watchword::crypto;

// Takes numbers from the front of the input.
class input {
public:
    explicit input(std::string_view bytes) : left_(bytes) {}
    std::uint32_t number(std::uint32_t least, std::uint32_t most)
    {
        std::uint32_t n = 0;
        for (int i = 0; i < 2 && !left_.empty(); ++i, left_.remove_prefix(1))
            n = n << 8 | static_cast<unsigned char>(left_.front());
        return least + n % (most - least + 1);
    }
    std::string_view bytes(std::size_t size)
    {
        const auto taken = left_.substr(0, size);
        left_.remove_prefix(taken.size());
        return taken;
    }

private:
    std::string_view left_;
};

std::string compute(argon2_engine engine, argon2_memory& memory, const argon2id_input& in, std::size_t size)
{
    std::string tag(size, '\0');
    argon2id(engine, memory, in, tag);
    const auto* const begin = reinterpret_cast<const char*>(memory.blocks());
    const bool is_clean =
        std::all_of(begin, begin + memory.capacity() * sizeof(argon2_block), [](char c) { return c == 0; });
    if (!is_clean) std::abort();
    return tag;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input from({reinterpret_cast<const char*>(data), size});
    argon2id_input in;
    in.lanes = from.number(0, 3) == 0 ? from.number(1, 5) : 1; // libsodium has only one
    in.memory_kib = from.number(8 * in.lanes, 8 * in.lanes + (from.number(0, 7) == 7 ? 700 : 70));
    in.passes = from.number(1, 3);
    const std::size_t tag_size = from.number(4, 150);
    std::string salt(from.bytes(from.number(0, 1) == 0 ? 16 : from.number(8, 70)));
    salt.resize(std::max<std::size_t>(salt.size(), 8));
    in.salt = salt;
    in.password = from.bytes(size);

    argon2_memory memory;
    const auto expected = compute(argon2_engine::libsodium, memory, in, tag_size);
    for (const auto engine : {argon2_engine::avx512, argon2_engine::avx2, argon2_engine::portable})
        if (is_supported(engine) && compute(engine, memory, in, tag_size) != expected) std::abort();
    return 0;
}
