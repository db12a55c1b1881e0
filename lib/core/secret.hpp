#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace watchword::core {

// Overwrites memory in a way the compiler may not remove.
void wipe(void* data, std::size_t size) noexcept;

// A string (password, key) that is wiped when it is destroyed, moved from or assigned. Bytes, not text: may hold NUL.
// Never printable: there is no operator<< and the value is reached only through view(). One thread at a time.
class secret_string {
public:
    secret_string() = default;
    explicit secret_string(std::string_view value) : value_(value) {}
    // Takes the string over and wipes what is left of it in `value`.
    explicit secret_string(std::string&& value) : value_(std::move(value)) { wipe_and_clear(value); }
    secret_string(const secret_string&) = default;
    secret_string(secret_string&& other) noexcept : value_(std::move(other.value_)) { wipe_and_clear(other.value_); }
    secret_string& operator=(const secret_string& other)
    {
        if (this != &other) {
            wipe_and_clear(value_);
            value_ = other.value_;
        }
        return *this;
    }
    secret_string& operator=(secret_string&& other) noexcept
    {
        if (this != &other) {
            wipe_and_clear(value_);
            value_ = std::move(other.value_);
            wipe_and_clear(other.value_);
        }
        return *this;
    }
    ~secret_string() { wipe_and_clear(value_); }

    std::string_view view() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }
    std::size_t size() const noexcept { return value_.size(); }

private:
    static void wipe_and_clear(std::string& value) noexcept;
    std::string value_;
};

// Whether two byte strings are equal, in time that depends only on their lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace watchword::core
