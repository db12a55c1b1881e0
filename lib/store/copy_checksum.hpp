#pragma once

#include "store/copy_tables.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace watchword::store {

// 128 bits that two tables share if they hold the same rows, in whatever order and in whichever database: the sum of
// SipHash-2-4-128 (key: sixteen zero bytes) over its rows, each half modulo 2^64. A row is hashed as its values one
// after the other: a byte for the type (0 NULL, 1 integer, 2 real, 3 text, 4 blob), then, least significant byte
// first, an integer or a real in 8 bytes, or a length in 8 bytes and the bytes.
// It is there for accidents; somebody who may write rows could forge it.
struct row_checksum {
    std::uint64_t low = 0, high = 0;

    row_checksum& operator+=(const row_checksum& other)
    {
        low += other.low;
        high += other.high;
        return *this;
    }
    row_checksum& operator-=(const row_checksum& other)
    {
        low -= other.low;
        high -= other.high;
        return *this;
    }
    bool operator==(const row_checksum&) const = default;
};

std::string to_string(const row_checksum&); // 32 hexadecimal digits

// Computes it row by row in memory that it keeps. One thread.
class row_hasher {
public:
    row_checksum operator()(std::span<const stored_value>);

private:
    std::string encoded_;
};

} // namespace watchword::store
