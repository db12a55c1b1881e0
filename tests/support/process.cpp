#include "support/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern "C" { // glibc 2.36 forgets to say so itself
#include <sys/pidfd.h>
}

namespace watchword::test {
namespace {

[[noreturn]] void fail(const std::string& what, int number)
{
    throw std::runtime_error(what + ": " + std::strerror(number));
}

std::vector<std::string> join_environment(const environment& more)
{
    std::vector<std::string> all;
    for (char** variable = environ; variable && *variable; ++variable)
        if (!std::string_view(*variable).starts_with("WATCHWORD_")) all.emplace_back(*variable);
    for (const auto& [name, value] : more) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

} // namespace

process::process(const std::vector<std::string>& arguments, const environment& more)
{
    auto texts = arguments, variables = join_environment(more);
    int out[2], err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) fail("pipe2", errno);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    const int failure = ::posix_spawnp(&id_, arguments.at(0).c_str(), &actions, nullptr, pointers(texts).data(),
                                       pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(err[1]);
    pipes_[0] = out[0];
    pipes_[1] = err[0];
    if (failure == 0) handle_ = ::pidfd_open(id_, 0);
    if (handle_ < 0) {
        const int number = failure != 0 ? failure : errno;
        ::close(out[0]);
        ::close(err[0]);
        fail("cannot start " + arguments[0], number);
    }
    reader_ = std::thread([this] { read_pipes(); });
}

process::~process()
{
    if (!exit_code_) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    reader_.join();
    for (const int fd : {pipes_[0], pipes_[1], handle_}) ::close(fd);
}

void process::signal(int number) const
{
    if (exit_code_ || ::kill(id_, number) != 0) throw std::runtime_error("no process is left to signal");
}

int process::wait(std::chrono::seconds limit)
{
    if (exit_code_) return *exit_code_;
    ::pollfd ended{handle_, POLLIN, 0};
    const bool in_time = ::poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(limit).count())) == 1;
    if (!in_time) ::kill(id_, SIGKILL);
    int status = 0;
    if (::waitpid(id_, &status, 0) != id_) fail("waitpid", errno);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!in_time) throw std::runtime_error("the process did not end in time; its standard error: " + errors());
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [this] { return ended_; });
    return *exit_code_;
}

std::string process::output() const
{
    const std::lock_guard lock(mutex_);
    return texts_[0];
}

std::string process::errors() const
{
    const std::lock_guard lock(mutex_);
    return texts_[1];
}

std::optional<std::string> process::await_error_line(std::string_view part, std::chrono::seconds limit) const
{
    std::optional<std::string> line;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] {
        const auto at = texts_[1].find(part);
        const auto end = texts_[1].find('\n', at);
        if (end == std::string::npos) return ended_;
        const auto before = texts_[1].rfind('\n', at);
        const auto begin = before == std::string::npos ? 0 : before + 1;
        line = texts_[1].substr(begin, end - begin);
        return true;
    });
    return line;
}

void process::read_pipes()
{
    ::pollfd open[2] = {{pipes_[0], POLLIN, 0}, {pipes_[1], POLLIN, 0}};
    std::vector<char> buffer(64 * 1024);
    while (open[0].fd >= 0 || open[1].fd >= 0) {
        ::poll(open, 2, -1);
        for (int i = 0; i < 2; ++i) {
            if (open[i].fd < 0 || open[i].revents == 0) continue;
            const auto size = ::read(open[i].fd, buffer.data(), buffer.size());
            if (size <= 0) open[i].fd = -1;
            const std::lock_guard lock(mutex_);
            if (size > 0) texts_[i].append(buffer.data(), static_cast<std::size_t>(size));
            ended_ = open[0].fd < 0 && open[1].fd < 0;
            changed_.notify_all();
        }
    }
}

finished run_program(const std::vector<std::string>& arguments, const environment& more, std::chrono::seconds limit)
{
    process child(arguments, more);
    const int code = child.wait(limit);
    return {code, child.output(), child.errors()};
}

} // namespace watchword::test
