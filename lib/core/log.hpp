#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

// Structured log lines on standard error, through spdlog: one line for each event, whatever the texts in it hold.
// Logging never blocks its caller and never fails: a bounded queue feeds one thread, and when the output is slow,
// stuck, full or closed, the oldest lines are dropped and counted. Thread-safe. Never log a secret, a password or a
// token.
namespace watchword::core::log {

enum class level { trace, debug, info, warning, error, off };
enum class format { automatic, text, json }; // automatic: text on a terminal, JSON otherwise

// A named value of a line. Refers to the text it was made from. The name is the program's own word, without spaces.
struct field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

    field(std::string_view n, std::string_view v) : name(n), value(v) {}
    field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
    field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
    field(std::string_view n, T v) : name(n), value(convert(v))
    {}

private:
    template <class T> static auto convert(T v)
    {
        if constexpr (std::is_same_v<T, bool>) {
            return v;
        } else if constexpr (std::is_floating_point_v<T>) {
            return static_cast<double>(v);
        } else if constexpr (std::is_signed_v<T>) {
            return static_cast<std::int64_t>(v);
        } else {
            return static_cast<std::uint64_t>(v);
        }
    }
};
using fields = std::initializer_list<field>;

// Text in a message or a field is cut after so many bytes, so that the queue's memory is bounded.
inline constexpr std::size_t longest_text = 2048;

// Starts the thread that writes. `descriptor` is not closed and must stay open until close(). Call from one thread,
// once for each close(). Before it, lines of level info and above are written by their caller, as text.
void open(level least, format how, int descriptor = 2);
// Writes what is queued, for at most about a second, and ends the thread. Lines that come later are written by their
// caller. Does nothing if the log is not open.
void close() noexcept;

// From now on.
void set_level(level least) noexcept;

// Security events: who signed in and who could not, what was revoked, who administered what. Without either call they
// are not written; both are for whoever called open(), before close(), which ends them.
void write_security_to_log() noexcept; // those of a level that is written
// To a file of their own, made if need be for its owner alone: each as JSON, of every level, and no flood of other
// lines takes their place in the queue. Throws std::system_error if it cannot be written.
void write_security_to_file(const std::string& path);
// The same file anew, after it was moved away; does nothing without one. Throws the same, and goes on with the old one.
void reopen_security_file();

// Lines that were given up since the process began.
std::uint64_t dropped() noexcept;

// For work that is only done for a line; the functions below ask by themselves.
bool enabled(level) noexcept;
void write(level, std::string_view message, fields) noexcept;

namespace detail {
extern std::atomic<level> least;
}
inline bool enabled(level l) noexcept
{
    return l >= detail::least.load(std::memory_order_relaxed);
}

inline void trace(std::string_view message, fields f = {})
{
    if (enabled(level::trace)) write(level::trace, message, f);
}
inline void debug(std::string_view message, fields f = {})
{
    if (enabled(level::debug)) write(level::debug, message, f);
}
inline void info(std::string_view message, fields f = {})
{
    if (enabled(level::info)) write(level::info, message, f);
}
inline void warning(std::string_view message, fields f = {})
{
    if (enabled(level::warning)) write(level::warning, message, f);
}
inline void error(std::string_view message, fields f = {})
{
    if (enabled(level::error)) write(level::error, message, f);
}

// `event` is a name that programs know, such as "sign_in.failed": config/log.md lists them all. Fields that
// are empty texts are left out.
void security(level, std::string_view event, std::string_view message, fields) noexcept;

// The line for a request that has been answered.
inline void access(fields f)
{
    info("request", f);
}

} // namespace watchword::core::log
