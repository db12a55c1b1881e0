#pragma once

#include <cstdint>

// The part of Argon2id that takes the time (RFC 9106 sections 3.2 to 3.6), once for each instruction set. Sources that
// are compiled for one include nothing of ours but this and argon2_segment.hpp: of an inline function the linker keeps
// one copy for everybody, and it could be the one that only some processors understand. tests/lint checks it.
namespace watchword::crypto {

// 1 KiB; words are little-endian in memory, as on every machine we run on.
struct alignas(64) argon2_block {
    std::uint64_t words[128];
};

// The numbers of RFC 9106 section 3.2. New hashes are Argon2id; the others are what somebody else has stored.
enum class argon2_type : std::uint32_t { d = 0, i = 1, id = 2 };

// The memory of one computation: `lanes` times four segments of blocks, lane after lane.
struct argon2_matrix {
    argon2_block* blocks = nullptr;
    std::uint32_t passes = 0;
    std::uint32_t lanes = 0;
    std::uint32_t segment_length = 0; // at least 2
    argon2_type type = argon2_type::id;
};

struct argon2_position {
    std::uint32_t pass = 0, lane = 0, slice = 0;
};

// Computes the blocks of one segment. Before it: all of its pass's earlier slices in every lane, and, at the start,
// blocks 0 and 1 of the lane. What the stack keeps of it afterwards is as secret as the blocks.
using argon2_fill = void (*)(const argon2_matrix&, argon2_position);

void fill_segment_portable(const argon2_matrix&, argon2_position);
// Only where the processor has the instructions; not there in builds for other architectures than x86-64.
void fill_segment_avx2(const argon2_matrix&, argon2_position);
void fill_segment_avx512(const argon2_matrix&, argon2_position); // AVX512F

} // namespace watchword::crypto
