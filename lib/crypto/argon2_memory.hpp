#pragma once

#include "crypto/argon2_fill.hpp"

#include <cstddef>

namespace watchword::crypto {

// The memory of a hashing slot, kept from one hash to the next: mapped anew for each, 19 MiB took 2.5 ms more CPU time
// in huge pages and 10 ms more in small ones, beside a hash of 6.5 ms. Huge pages where the system gives them, absent
// from core dumps. One thread at a time.
class argon2_memory {
public:
    argon2_memory() = default;
    argon2_memory(const argon2_memory&) = delete;
    argon2_memory& operator=(const argon2_memory&) = delete;
    ~argon2_memory();

    // At least so many blocks, of any content. Throws std::bad_alloc and then has none. Blocks given earlier are lost
    // if it has to grow.
    argon2_block* reserve(std::size_t blocks);
    // Overwrites the first `blocks` with zeros; the compiler cannot leave it out.
    void wipe(std::size_t blocks) noexcept;
    // Gives all but so many blocks back to the system. What was not wiped is gone with them.
    void shrink(std::size_t blocks) noexcept;

    const argon2_block* blocks() const noexcept { return blocks_; }
    std::size_t capacity() const noexcept { return capacity_; } // blocks

private:
    argon2_block* blocks_ = nullptr;
    std::size_t capacity_ = 0;
};

} // namespace watchword::crypto
