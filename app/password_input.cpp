#include "password_input.hpp"

#include "core/descriptor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace watchword::app {
namespace {

volatile std::sig_atomic_t caught = 0;

// While it lives, typed characters are not shown. Signals that would end the program end wait_for_input() instead, and
// end the program when the terminal is as it was.
class silent_terminal {
public:
    explicit silent_terminal(std::string_view prompt)
    {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        is_terminal_ = true;
        ::sigset_t blocked;
        ::sigemptyset(&blocked);
        for (const int number : numbers) ::sigaddset(&blocked, number);
        ::pthread_sigmask(SIG_BLOCK, &blocked, &mask_);
        struct sigaction notice {};
        notice.sa_handler = [](int number) { caught = number; };
        for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &notice, &handlers_[i]);
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        std::cerr << prompt << std::flush;
    }
    ~silent_terminal()
    {
        if (!is_terminal_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        for (std::size_t i = 0; i < numbers.size(); ++i) ::sigaction(numbers[i], &handlers_[i], nullptr);
        if (caught != 0) ::raise(caught);
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); // what has come meanwhile comes now
    }
    silent_terminal(const silent_terminal&) = delete;
    silent_terminal& operator=(const silent_terminal&) = delete;

    // The signals get through here only, so that none is missed between a look at `caught` and a read.
    void wait_for_input() const
    {
        if (!is_terminal_) return;
        ::pollfd typed{STDIN_FILENO, POLLIN, 0};
        while (::ppoll(&typed, 1, nullptr, &mask_) < 0)
            if (errno != EINTR || caught != 0) throw std::runtime_error("nothing was typed");
    }

private:
    static constexpr std::array<int, 4> numbers{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    ::termios before_{};
    ::sigset_t mask_{};
    std::array<struct sigaction, numbers.size()> handlers_{};
    bool is_terminal_ = false;
};

// Whether there is another character on the line.
bool read_character(const silent_terminal& terminal, char& c)
{
    for (;;) {
        terminal.wait_for_input();
        const auto size = ::read(STDIN_FILENO, &c, 1);
        if (size > 0) return c != '\n';
        if (size == 0) return false;
        if (errno != EINTR) throw std::runtime_error("standard input: " + std::generic_category().message(errno));
    }
}

core::secret_string read_password_file(const std::string& name, std::size_t most_bytes)
{
    const core::descriptor opened(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    std::string text(most_bytes + 2, '\0'); // never grows, so leaves no copy behind
    std::size_t used = 0;
    while (used < text.size()) {
        const auto size = ::read(opened.get(), text.data() + used, text.size() - used);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw std::runtime_error("cannot read " + name + ": " + std::generic_category().message(errno));
        if (size == 0) break;
        used += static_cast<std::size_t>(size);
    }
    const auto line = std::string_view(text).substr(0, used);
    core::secret_string password(line.substr(0, line.find('\n')));
    core::wipe(text);
    if (password.empty()) throw std::runtime_error("there is no password in " + name);
    if (password.size() > most_bytes) throw std::runtime_error("that is longer than any password");
    return password;
}

} // namespace

core::secret_string read_new_password(const std::optional<std::string>& file, std::size_t most_bytes)
{
    if (file && *file != "-") return read_password_file(*file, most_bytes);
    auto password = read_password(most_bytes);
    if (::isatty(STDIN_FILENO) == 0) return password;
    const auto again = read_password(most_bytes, "Once more: ");
    if (!core::equal_in_constant_time(password.view(), again.view()))
        throw std::runtime_error("these are two different passwords");
    return password;
}

core::secret_string read_password(std::size_t most_bytes, std::string_view prompt)
{
    const silent_terminal terminal(prompt);
    std::string line;
    line.reserve(most_bytes + 1); // never grows, so leaves no copy behind
    for (char c = 0; read_character(terminal, c);) {
        if (line.size() == most_bytes) throw std::runtime_error("that is longer than any password");
        line.push_back(c);
    }
    core::secret_string password(std::move(line));
    if (password.empty()) throw std::runtime_error("there is no password on standard input");
    return password;
}

} // namespace watchword::app
