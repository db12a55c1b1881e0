#include "core/log.hpp"

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "core/workers.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

// spdlog carries lines from any thread to one writing thread over a bounded queue that overwrites its oldest entry.
// The sink is our own, because spdlog's blocks in fwrite while a pipe's reader is stopped, and the end of the process
// would then wait for it: this one polls before it writes, and gives up when it is told to.
namespace watchword::core::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t queue_lines = 4096, security_queue_lines = 1024;
constexpr std::size_t safe_write = 4096; // PIPE_BUF: what a pipe that polls as writable takes without blocking
constexpr milliseconds poll_slice{50};   // how often a stuck output is asked whether to give up
constexpr milliseconds closing_patience{1000};
constexpr milliseconds caller_patience{100}; // of a line that is written without the thread

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warning", "error"};
static_assert(static_cast<int>(level::trace) == SPDLOG_LEVEL_TRACE &&
              static_cast<int>(level::error) == SPDLOG_LEVEL_ERROR);

std::atomic<std::uint64_t> dropped_lines{0};

// Newlines and escape sequences, and what turns the direction of text around or ends a line in some viewers.
constexpr bool is_control(char32_t c) noexcept
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

// The code point of a well-formed character.
char32_t decode(std::string_view character) noexcept
{
    const auto lead = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return lead;
    char32_t code = lead & (0x7Fu >> character.size());
    for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
    return code;
}

void append_code_unit(std::string& out, char32_t code)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[code >> shift & 0xF]);
}

void append_character(std::string& out, std::string_view character)
{
    const char32_t code = decode(character);
    switch (code) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    }
    if (is_control(code))
        append_code_unit(out, code);
    else
        out.append(character);
}

// As in a JSON string: one line, valid UTF-8, nothing a terminal obeys.
void append_escaped(std::string& out, std::string_view text)
{
    std::size_t cut = std::min(text.size(), longest_text);
    const bool is_cut = cut < text.size();
    while (is_cut && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut);
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        if (size == 0)
            out.append("\\ufffd");
        else
            append_character(out, text.substr(0, size));
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    if (is_cut) out.append("…");
}

void append_quoted(std::string& out, std::string_view text)
{
    out.push_back('"');
    append_escaped(out, text);
    out.push_back('"');
}

bool needs_no_quotes(std::string_view text) noexcept
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./:@,[]+").find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= longest_text && std::all_of(text.begin(), text.end(), plain);
}

template <class T> void append_number(std::string& out, T value)
{
    std::array<char, 32> buffer;
    const auto [end, failed] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), end);
}

void append_real(std::string& out, double value)
{
    if (!std::isfinite(value)) {
        out.append("null");
        return;
    }
    const bool huge = std::abs(value) >= 1e15;
    std::array<char, 32> buffer; // not std::to_chars: its tables for doubles take 118 KB of the program
    const int size = std::snprintf(buffer.data(), buffer.size(), huge ? "%.3e" : "%.3f", value);
    out.append(buffer.data(), static_cast<std::size_t>(size));
}

void append_value(std::string& out, const field& f, bool json)
{
    const auto append = [&](const auto& v) {
        using type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<type, std::string_view>) {
            if (!json && needs_no_quotes(v))
                out.append(v);
            else
                append_quoted(out, v);
        } else if constexpr (std::is_same_v<type, bool>) {
            out.append(v ? "true" : "false");
        } else if constexpr (std::is_same_v<type, double>) {
            append_real(out, v);
        } else {
            append_number(out, v);
        }
    };
    std::visit(append, f.value);
}

void append_fields(std::string& out, fields f, bool json)
{
    for (const auto& each : f) {
        out.append(json ? ",\"" : " ").append(each.name).append(json ? "\":" : "=");
        append_value(out, each, json);
    }
}

// What the caller's thread puts together: all but the time and the level.
void append_body(std::string& out, std::string_view message, fields f, bool json)
{
    out.append(json ? "\"message\":\"" : "");
    append_escaped(out, message);
    out.append(json ? "\"" : "");
    append_fields(out, f, json);
}

// Adds what a body lacks. One thread.
class line_builder {
public:
    explicit line_builder(bool json) : json_(json) {}

    // Valid until the next call.
    std::string_view build(std::chrono::system_clock::time_point when, level l, std::string_view body)
    {
        const auto name = level_names[static_cast<std::size_t>(l)];
        line_.assign(json_ ? "{\"time\":\"" : "");
        append_time(when);
        if (json_) {
            line_.append("\",\"level\":\"").append(name).append("\",").append(body).append("}\n");
        } else {
            line_.append(" ").append(name).append(8 - name.size(), ' ').append(body).append("\n");
        }
        return line_;
    }

private:
    void append_time(std::chrono::system_clock::time_point when)
    {
        const auto second = std::chrono::floor<std::chrono::seconds>(when);
        if (second != second_ || second_text_.empty()) {
            const std::time_t t = std::chrono::system_clock::to_time_t(second);
            std::tm utc{};
            ::gmtime_r(&t, &utc);
            std::array<char, 64> buffer;
            second_text_.assign(buffer.data(), std::strftime(buffer.data(), buffer.size(), "%FT%T.", &utc));
            second_ = second;
        }
        const auto ms = std::chrono::duration_cast<milliseconds>(when - second).count();
        line_.append(second_text_);
        for (const long long digit : {ms / 100, ms / 10 % 10, ms % 10}) line_.push_back(static_cast<char>('0' + digit));
        line_.push_back('Z');
    }

    const bool json_;
    std::string line_;
    std::chrono::sys_seconds second_{};
    std::string second_text_; // of second_
};

// A descriptor that may be a terminal, a file on a full disk, a pipe nobody reads, or closed. One thread, but
// give_up_at() may come from another.
class patient_output {
public:
    explicit patient_output(int descriptor) : descriptor_(descriptor) {}

    // Waits for a stuck output until the moment given to give_up_at(). Whether the whole line was written.
    bool write(std::string_view line)
    {
        if (cut_ && !write_all("\n", cut_)) return false; // ends what is left of an earlier line
        cut_ = false;
        return write_all(line, cut_);
    }
    void give_up_at(steady_clock::time_point when) noexcept { give_up_at_ = when; }

private:
    bool write_all(std::string_view rest, bool& cut)
    {
        while (!rest.empty()) {
            if (!wait_until_writable()) return false;
            const ssize_t size = ::write(descriptor_, rest.data(), std::min(rest.size(), safe_write));
            if (size < 0 && errno == EAGAIN) ::poll(nullptr, 0, 1); // somebody else filled it
            if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (size <= 0) return false;
            rest.remove_prefix(static_cast<std::size_t>(size));
            cut = !rest.empty();
        }
        return true;
    }

    bool wait_until_writable() const
    {
        for (;;) {
            pollfd wanted{descriptor_, POLLOUT, 0};
            const bool late = steady_clock::now() >= give_up_at_.load();
            if (::poll(&wanted, 1, late ? 0 : static_cast<int>(poll_slice.count())) > 0) return true;
            if (late) return false;
        }
    }

    const int descriptor_;
    bool cut_ = false;
    std::atomic<steady_clock::time_point> give_up_at_{steady_clock::time_point::max()};
};

// Lives on the writing thread, which `pool` owns.
class line_sink final : public spdlog::sinks::sink {
public:
    line_sink(int descriptor, bool json, spdlog::details::thread_pool& pool)
        : output_(descriptor), lines_(json), json_(json), pool_(pool)
    {}

    void log(const spdlog::details::log_msg& m) override
    {
        count_overrun();
        if (lost_ > 0 && write_notice(m.time)) lost_ = 0;
        const std::string_view body(m.payload.data(), m.payload.size());
        if (output_.write(lines_.build(m.time, static_cast<log::level>(m.level), body))) return;
        ++lost_;
        ++dropped_lines;
    }
    void flush() override {}
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

    void give_up_at(steady_clock::time_point when) noexcept { output_.give_up_at(when); }

private:
    void count_overrun()
    {
        const auto all = pool_.overrun_counter();
        const auto fresh = all - std::exchange(overrun_, all);
        dropped_lines += fresh;
        lost_ += fresh;
    }
    bool write_notice(std::chrono::system_clock::time_point when)
    {
        std::string body;
        append_body(body, "log lines were dropped", {{"count", lost_}}, json_);
        return output_.write(lines_.build(when, log::level::warning, body));
    }

    patient_output output_;
    line_builder lines_;
    const bool json_;
    spdlog::details::thread_pool& pool_;
    std::size_t overrun_ = 0; // of the pool, counted so far
    std::uint64_t lost_ = 0;  // since the last notice
};

void prepare_thread()
{
    name_this_thread("log");
    sigset_t all; // SIGPIPE too: a reader that went away is an error of write(), not the end
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

struct channel {
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<line_sink> sink;
    std::shared_ptr<spdlog::async_logger> logger;
    bool json;

    channel(int descriptor, bool as_json, std::size_t lines)
        : pool(std::make_shared<spdlog::details::thread_pool>(lines, 1, prepare_thread)),
          sink(std::make_shared<line_sink>(descriptor, as_json, *pool)),
          logger(std::make_shared<spdlog::async_logger>("", sink, pool, spdlog::async_overflow_policy::overrun_oldest)),
          json(as_json)
    {
        logger->set_level(spdlog::level::trace);
        logger->set_error_handler([](const std::string&) { ++dropped_lines; }); // nowhere is left to say more
    }

    void write(level l, const std::string& body) const
    {
        logger->log(static_cast<spdlog::level::level_enum>(l), spdlog::string_view_t(body.data(), body.size()));
    }

    // Joins the thread, which writes or gives up what is queued.
    void close() noexcept
    {
        sink->give_up_at(steady_clock::now() + closing_patience);
        pool.reset();
    }
};

struct state {
    std::mutex mutex; // guards what follows, but for the atomics
    // Kept for ever, because a thread may still be using one that close() took away; their pools are gone.
    std::vector<std::unique_ptr<channel>> channels;
    std::atomic<channel*> current{nullptr};  // null: the caller writes
    std::atomic<channel*> security{nullptr}; // null: if at all, the log
    std::atomic<bool> writes_security{false};
    std::string security_path;
    int security_file = -1;

    channel& add(int descriptor, bool json, std::size_t lines)
    {
        channels.push_back(std::make_unique<channel>(descriptor, json, lines));
        return *channels.back();
    }
};

// Never destroyed: threads may log until the process ends.
state& shared()
{
    static state* const only = new state;
    return *only;
}

void write_directly(level l, std::string_view body)
{
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    patient_output output(STDERR_FILENO);
    output.give_up_at(steady_clock::now() + caller_patience);
    line_builder lines(false);
    if (!output.write(lines.build(spdlog::log_clock::now(), l, body))) ++dropped_lines;
}

// `to`: null, if there is none.
void hand_on(const channel* to, level l, const std::string& body)
{
    if (!to) return write_directly(l, body);
    to->write(l, body);
}

descriptor open_security_file(const std::string& path)
{
    descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
    if (file.get() < 0)
        throw std::system_error(errno, std::generic_category(), "cannot write security events to " + path);
    return file;
}

} // namespace

std::atomic<level> detail::least{level::info};

void open(level least, format how, int descriptor)
{
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    const bool json = how == format::json || (how == format::automatic && ::isatty(descriptor) == 0);
    s.current = &s.add(descriptor, json, queue_lines);
    detail::least = least;
}

void close() noexcept
{
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    s.writes_security = false;
    if (auto* const events = s.security.exchange(nullptr)) {
        events->close();
        ::close(std::exchange(s.security_file, -1));
    }
    if (auto* const lines = s.current.exchange(nullptr)) lines->close();
}

void write_security_to_log() noexcept
{
    shared().writes_security = true;
}

void write_security_to_file(const std::string& path)
{
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    s.security_file = open_security_file(path).release();
    s.security_path = path;
    s.security = &s.add(s.security_file, true, security_queue_lines);
    s.writes_security = true;
}

void reopen_security_file()
{
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    if (s.security_file < 0) return;
    const auto next = open_security_file(s.security_path);
    if (::dup3(next.get(), s.security_file, O_CLOEXEC) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot use " + s.security_path);
}

void set_level(level least) noexcept
{
    detail::least = least;
}

std::uint64_t dropped() noexcept
{
    return dropped_lines;
}

void write(level l, std::string_view message, fields f) noexcept
try {
    if (l >= level::off || !enabled(l)) return;
    const auto* const to = shared().current.load();
    std::string body;
    append_body(body, message, f, to && to->json);
    hand_on(to, l, body);
} catch (...) { // out of memory
    ++dropped_lines;
}

void security(level l, std::string_view event, std::string_view message, fields f) noexcept
try {
    auto& s = shared();
    if (!s.writes_security) return;
    const auto* to = s.security.load();
    if (!to && !enabled(l)) return;
    if (!to) to = s.current.load();
    std::string body;
    append_body(body, message, {{"stream", "security"}, {"event", event}}, to && to->json);
    for (const auto& each : f) {
        const auto* const text = std::get_if<std::string_view>(&each.value);
        if (!text || !text->empty()) append_fields(body, {each}, to && to->json);
    }
    hand_on(to, l, body);
} catch (...) { // out of memory
    ++dropped_lines;
}

} // namespace watchword::core::log
