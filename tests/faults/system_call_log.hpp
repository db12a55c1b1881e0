#pragma once

#include <istream>
#include <map>
#include <string>
#include <string_view>

// What strace -f -y wrote, in the order in which it saw it: what a thread did because of another's is behind it.
namespace watchword::test {

struct system_call {
    std::string name;
    std::string arguments; // as strace prints them; at the beginning perhaps not all
    long result = 0;       // at the end; negative: it failed

    // What -y says about the first argument, a descriptor: a path, or socket:[NUMBER]. Empty if it is none.
    std::string_view file() const;
    // The bytes of the first string.
    std::string bytes() const;
};

class system_call_watcher {
public:
    virtual void begins(const system_call&) = 0;
    virtual void ends(const system_call&) = 0;

protected:
    ~system_call_watcher() = default;
};

// Reads a whole log. One thread.
void read_system_calls(std::istream&, system_call_watcher&);

} // namespace watchword::test
