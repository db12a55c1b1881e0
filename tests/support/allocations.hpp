#pragma once

#include <cstddef>

namespace watchword::test {

// Calls of operator new and aligned_alloc by the calling thread so far. A program that uses this has them replaced by
// ones that count.
std::size_t allocations() noexcept;

} // namespace watchword::test
