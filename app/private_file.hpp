#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace watchword::app {

// A file that only its owner can read. It is written as NAME.unfinished and gets its name when it is whole and on the
// disk; if that never happens it is removed. "-" is standard output. Throws std::runtime_error for the operator.
class private_file {
public:
    // Refuses a file that is there, unless it may be replaced.
    private_file(std::string name, bool replace);
    ~private_file();
    private_file(const private_file&) = delete;
    private_file& operator=(const private_file&) = delete;

    void write(std::string_view);
    void finish();

private:
    struct closer {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };

    [[noreturn]] void fail() const;
    bool is_output() const { return name_ == "-"; }

    const std::string name_;
    const bool replace_;
    std::string unfinished_; // empty: there is none
    std::unique_ptr<std::FILE, closer> file_;
};

} // namespace watchword::app
