// What a hash leaves behind: nothing in the arena, nothing on the stack, nothing for core dumps.
#include "crypto/argon2_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <pthread.h>
#include <sstream>
#include <sys/mman.h>
#include <vector>

namespace {

using namespace watchword;

constexpr crypto::argon2_engine engines[] = {crypto::argon2_engine::portable, crypto::argon2_engine::avx2,
                                             crypto::argon2_engine::avx512};

crypto::argon2id_input cost(std::uint32_t memory_kib)
{
    return {"correct horse battery staple", "0123456789abcdef", {}, {}, memory_kib, 2, 1};
}

bool is_wiped(const crypto::argon2_memory& memory, std::size_t blocks)
{
    const auto* const begin = reinterpret_cast<const char*>(memory.blocks());
    return std::all_of(begin, begin + blocks * sizeof(crypto::argon2_block), [](char c) { return c == 0; });
}

// The VmFlags that /proc has for the mapping that begins at an address.
std::string flags_of(const void* address)
{
    std::ostringstream begin;
    begin << std::hex << reinterpret_cast<std::uintptr_t>(address) << '-';
    std::ifstream maps("/proc/self/smaps");
    bool found = false;
    for (std::string line; std::getline(maps, line);) {
        found = found || line.starts_with(begin.str());
        if (found && line.starts_with("VmFlags:")) return line + " ";
    }
    return {};
}

// The last block that was computed, kept outside of what the engine wipes.
crypto::argon2_block last_block;
crypto::argon2_fill fill_to_watch;

void fill_and_remember(const crypto::argon2_matrix& m, crypto::argon2_position at)
{
    fill_to_watch(m, at);
    std::memcpy(&last_block, m.blocks + (at.slice + 1) * m.segment_length - 1, sizeof last_block);
}

void* hash_on_a_stack_of_its_own(void* memory)
{
    std::string tag(32, '\0');
    crypto::argon2id(fill_and_remember, *static_cast<crypto::argon2_memory*>(memory), cost(64), tag);
    return nullptr;
}

} // namespace

BOOST_AUTO_TEST_SUITE(argon2_memory)

BOOST_AUTO_TEST_CASE(the_arena_is_wiped_after_each_hash_and_kept)
{
    crypto::argon2_memory memory;
    for (const auto engine : engines) {
        if (!crypto::is_supported(engine)) continue;
        fill_to_watch = crypto::fill_of(engine);
        // Larger, then smaller, then not a multiple of four.
        for (const std::uint32_t memory_kib : {64u, 3000u, 100u, 103u, 64u}) {
            std::string tag(32, '\0');
            crypto::argon2id(fill_and_remember, memory, cost(memory_kib), tag);
            BOOST_TEST(std::count(last_block.words, last_block.words + 128, 0u) < 3); // there was something to wipe
            BOOST_TEST(is_wiped(memory, memory.capacity()));
        }
        BOOST_TEST(memory.capacity() == 3000u);
    }
}

BOOST_AUTO_TEST_CASE(nothing_of_the_last_block_is_left_on_the_stack)
{
    constexpr std::size_t size = 1024 * 1024;
    for (const auto engine : engines) {
        if (!crypto::is_supported(engine)) continue;
        fill_to_watch = crypto::fill_of(engine);
        crypto::argon2_memory memory;
        void* const stack = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        BOOST_REQUIRE(stack != MAP_FAILED);
        ::pthread_attr_t attributes;
        BOOST_REQUIRE(::pthread_attr_init(&attributes) == 0);
        BOOST_REQUIRE(::pthread_attr_setstack(&attributes, stack, size) == 0);
        ::pthread_t thread{};
        BOOST_REQUIRE(::pthread_create(&thread, &attributes, hash_on_a_stack_of_its_own, &memory) == 0);
        BOOST_REQUIRE(::pthread_join(thread, nullptr) == 0);
        ::pthread_attr_destroy(&attributes);

        std::vector<std::uint64_t> left(size / 8);
        std::memcpy(left.data(), stack, size);
        ::munmap(stack, size);
        std::size_t found = 0;
        for (const auto word : last_block.words)
            if (word != 0) found += static_cast<std::size_t>(std::count(left.begin(), left.end(), word));
        BOOST_TEST(found == 0u, crypto::name_of(engine));
        BOOST_TEST(std::count_if(left.begin(), left.end(), [](auto w) { return w != 0; }) > 0); // it was that stack
    }
}

BOOST_AUTO_TEST_CASE(it_grows_on_demand_to_whole_pages_and_begins_at_a_huge_one)
{
    crypto::argon2_memory memory;
    BOOST_TEST(memory.capacity() == 0u);
    const auto* first = memory.reserve(9);
    BOOST_TEST(memory.capacity() == 12u);
    BOOST_TEST(memory.reserve(12) == first);
    memory.reserve(19'456);
    BOOST_TEST(memory.capacity() == 19'456u);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory.blocks()) % (2 * 1024 * 1024) == 0u);
    BOOST_TEST(flags_of(memory.blocks()).find(" dd ") != std::string::npos); // MADV_DONTDUMP
    if (std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled").good())
        BOOST_TEST(flags_of(memory.blocks()).find(" hg ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_gives_back_what_is_above_a_limit)
{
    crypto::argon2_memory memory;
    memory.reserve(4096);
    memory.shrink(8192);
    BOOST_TEST(memory.capacity() == 4096u);
    memory.shrink(64);
    BOOST_TEST(memory.capacity() == 64u);
    std::string tag(32, '\0'), again(32, '\0');
    crypto::argon2id(crypto::fill_segment_portable, memory, cost(64), tag);
    crypto::argon2id(crypto::fill_segment_portable, memory, cost(65), again);
    BOOST_TEST(memory.capacity() == 64u); // 65 KiB are 64 blocks
    memory.shrink(0);
    BOOST_TEST(memory.blocks() == nullptr);
    crypto::argon2id(crypto::fill_segment_portable, memory, cost(64), again);
    BOOST_TEST((again == tag));
}

BOOST_AUTO_TEST_CASE(memory_that_the_system_does_not_have_is_bad_alloc)
{
    crypto::argon2_memory memory;
    memory.reserve(64);
    BOOST_CHECK_THROW(memory.reserve(std::size_t(1) << 40), std::bad_alloc); // a pebibyte
    BOOST_TEST(memory.capacity() == 0u);
    BOOST_TEST(memory.reserve(64) != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
