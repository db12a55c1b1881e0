#pragma once

#include "support/process.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace watchword::test {

// The wall clock of programs that a test starts, by libfaketime; time that passes is the real one. Sanitizers do not go
// together with it.
class fake_clock {
public:
    // Empty: it is not installed.
    static std::string library()
    {
        for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
            const auto library = entry.path() / "faketime/libfaketimeMT.so.1";
            if (std::filesystem::exists(library)) return library;
        }
        return "";
    }

    // It is kept in that file.
    explicit fake_clock(std::string file) : file_(std::move(file)) { set(0); }

    // For those who are to see it.
    environment variables() const
    {
        return {{"LD_PRELOAD", library()},
                {"FAKETIME_TIMESTAMP_FILE", file_},
                {"FAKETIME_NO_CACHE", "1"},
                {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
    }

    // Another file takes its place: nobody ever reads half of one.
    void set(long seconds_ahead) const
    {
        std::ofstream(file_ + ".new") << (seconds_ahead < 0 ? "" : "+") << seconds_ahead << '\n';
        std::filesystem::rename(file_ + ".new", file_);
    }

private:
    const std::string file_;
};

} // namespace watchword::test
