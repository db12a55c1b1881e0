#pragma once

#include "crypto/password.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

// Which cost of Argon2id a machine can afford.
namespace watchword::crypto {

// The least that OWASP's password storage cheat sheet accepts, and what it wants instead for a single pass.
inline constexpr argon2id_parameters least_cost{19456, 2}, least_cost_of_one_pass{47104, 1};

struct measured_cost {
    argon2id_parameters cost;
    double alone_ms = 0;     // of a hash while nothing else is hashed
    double busy_ms = 0;      // while every slot hashes: they share the memory's bandwidth
    double per_second = 0;   // hashes of all slots together
    double alone_cpu_ms = 0; // CPU time; far below alone_ms if other programs have taken the core
};

struct cost_search {
    double target_ms = 25;                 // that a hash may take while every slot hashes
    std::uint32_t most_memory_kib = 65536; // of a hash; at least least_cost's
    std::function<measured_cost(argon2id_parameters)> measure;
};

struct cost_proposal {
    // The least cost, then the dearest that was found within the target for each number of passes, fewest first.
    std::vector<measured_cost> choices;
    std::size_t proposed = 0; // one of them
    bool within_target = false;
};

// As RFC 9106 section 4 has it: the most memory that the target allows, then as many passes. Never less than the least
// cost, also if that takes longer than the target. Memory is in steps of 1 MiB. Measures at most 17 times; what
// `measure` throws is passed on.
cost_proposal search_cost(const cost_search&);

} // namespace watchword::crypto
