#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace watchword::micro {

// Does one operation so many times in a row. Its inputs were made before, and what it gives is consumed.
using repeat = std::function<void(std::uint64_t times)>;

// One thing that is measured: by the clock (benchmarks.cpp) and in instructions (count.cpp), by the same code.
struct subject {
    std::string name;             // "WHAT/CASE"
    std::function<repeat()> make; // throws if the operation does not do what it should
    std::uint64_t counted;        // how often it is done under callgrind; few if one takes long
};
using subjects = std::vector<subject>;

// The compiler has to make `value`, and to forget what it knows of memory.
template <class T> void consume(const T& value)
{
    asm volatile("" : : "r"(&value) : "memory");
}

template <class Operation> repeat in_a_loop(Operation operation)
{
    return [operation = std::move(operation)](std::uint64_t times) mutable {
        for (; times != 0; --times) consume(operation());
    };
}

inline void require(bool holds, const char* what)
{
    if (!holds) throw std::runtime_error(what);
}

} // namespace watchword::micro
