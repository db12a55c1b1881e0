#pragma once

#include <string>
#include <string_view>

namespace watchword::load {

// What one thread was told about changes of state, for a later look whether they are all there: one line of JSON for
// each, {"class", "value", "status", "at" in milliseconds since 1970}, appended to a file that several threads write.
// One thread.
class ledger {
public:
    // No file: nothing may be added. Throws std::runtime_error if it cannot be opened.
    explicit ledger(const std::string& file);
    ~ledger();
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;

    void add(std::string_view class_name, std::string_view value, unsigned status);
    // Hands what was added to the system, so that this process's end loses nothing. Throws std::runtime_error.
    void write();

private:
    int file_ = -1;
    std::string unwritten_;
};

} // namespace watchword::load
