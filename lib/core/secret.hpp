#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace watchword::core {

// Overwrites memory in a way the compiler may not remove.
void wipe(void* data, std::size_t size) noexcept;
// All the memory of a string, which is empty then.
void wipe(std::string&) noexcept;

// Overwrites the stack below the caller's frame, 16 KiB of it: what the functions it called, our own and libraries',
// have left of a secret there.
void wipe_stack() noexcept;

// Does so at the end of the scope, however that ends.
class stack_wipe {
public:
    stack_wipe() = default;
    stack_wipe(const stack_wipe&) = delete;
    stack_wipe& operator=(const stack_wipe&) = delete;
    ~stack_wipe() { wipe_stack(); }
};

// A buffer that is wiped.
template <std::size_t Size> struct secret_bytes {
    char data[Size];
    secret_bytes() = default;
    secret_bytes(const secret_bytes&) = delete;
    secret_bytes& operator=(const secret_bytes&) = delete;
    ~secret_bytes() { wipe(data, Size); }
    std::string_view view() const noexcept { return {data, Size}; }
};

// A string (password, key) that is wiped when it is destroyed, moved from or assigned. Bytes, not text: may hold NUL.
// Never printable: there is no operator<< and the value is reached only through view(). One thread at a time.
class secret_string {
public:
    secret_string() = default;
    explicit secret_string(std::string_view value) : value_(value) {}
    // Takes the string over and wipes what is left of it in `value`.
    explicit secret_string(std::string&& value) : value_(std::move(value)) { wipe(value); }
    secret_string(const secret_string&) = default;
    secret_string(secret_string&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
    secret_string& operator=(const secret_string& other)
    {
        if (this != &other) {
            wipe(value_);
            value_ = other.value_;
        }
        return *this;
    }
    secret_string& operator=(secret_string&& other) noexcept
    {
        if (this != &other) {
            wipe(value_);
            value_ = std::move(other.value_);
            wipe(other.value_);
        }
        return *this;
    }
    ~secret_string() { wipe(value_); }

    std::string_view view() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }
    std::size_t size() const noexcept { return value_.size(); }

private:
    std::string value_;
};

// Whether two byte strings are equal, in time that depends only on their lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace watchword::core
