#include "successor.hpp"

#include "core/text.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/close_range.h>
#include <spawn.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace watchword::app {
namespace {

constexpr const char* channel_variable = "WATCHWORD_INHERITED_CHANNEL";
constexpr const char* environment_variable = "WATCHWORD_INHERITED_ENVIRONMENT";
constexpr const char* running_program = "/proc/self/exe";
constexpr int first_free = STDERR_FILENO + 1;
constexpr int channel_place = first_free, environment_place = first_free + 1; // in a process that is started

std::optional<int> take_descriptor(const char* name)
{
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before there are threads
    const auto number = text ? core::parse_unsigned(text) : std::nullopt;
    ::unsetenv(name); // NOLINT(concurrency-mt-unsafe): as above
    if (!number || *number <= STDERR_FILENO || *number > 1'000'000) return std::nullopt;
    const int fd = static_cast<int>(*number);
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
    return fd;
}

std::string program_path()
{
    std::string path(4096, '\0');
    const auto size = ::readlink(running_program, path.data(), path.size());
    if (size <= 0) return running_program;
    path.resize(static_cast<std::size_t>(size));
    return path;
}

std::vector<std::string> environment_with(int channel, int kept)
{
    std::vector<std::string> all;
    for (char** variable = environ; variable && *variable; ++variable)
        // That of this process alone.
        if (!std::string_view(*variable).starts_with("WATCHDOG_PID=")) all.emplace_back(*variable);
    all.push_back(std::string(channel_variable) + "=" + std::to_string(channel));
    all.push_back(std::string(environment_variable) + "=" + std::to_string(kept));
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (auto& each : texts) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

// Out of the way of those places.
core::descriptor copy_of(int fd)
{
    return core::descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, environment_place + 1));
}

[[noreturn]] void fail(const std::string& path, int code)
{
    throw std::runtime_error("cannot start " + path + ": " + std::generic_category().message(code));
}

} // namespace

inheritance take_inheritance()
{
    inheritance all;
    all.channel = take_descriptor(channel_variable);
    all.environment = take_descriptor(environment_variable).value_or(-1);
    return all;
}

successor::successor(std::string_view subcommand, const arguments& given, const kept_environment& kept)
    : path_(program_path()), words_{path_, std::string(subcommand)}, kept_(kept)
{
    words_.insert(words_.end(), given.begin(), given.end());
}

void successor::start(int channel) const
{
    auto words = words_;
    auto environment = environment_with(channel_place, environment_place);
    const auto first = copy_of(channel), second = copy_of(kept_.descriptor());
    ::posix_spawn_file_actions_t files;
    ::posix_spawnattr_t how;
    ::sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&how);
    ::posix_spawn_file_actions_adddup2(&files, first.get(), channel_place);
    ::posix_spawn_file_actions_adddup2(&files, second.get(), environment_place);
    // Asio's connections would stay open in both.
    ::posix_spawn_file_actions_addclosefrom_np(&files, environment_place + 1);
    ::posix_spawnattr_setsigmask(&how, &none);
    ::posix_spawnattr_setsigdefault(&how, &all);
    ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::pid_t child = -1;
    const int code =
        ::posix_spawn(&child, path_.c_str(), &files, &how, pointers(words).data(), pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&how);
    if (code != 0) fail(path_, code);
}

void successor::start_in_place(int channel) const
{
    auto words = words_;
    auto environment = environment_with(channel, kept_.descriptor());
    ::close_range(first_free, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const int fd : {channel, kept_.descriptor()}) ::fcntl(fd, F_SETFD, 0);
    ::execve(running_program, pointers(words).data(), pointers(environment).data());
    fail(path_, errno);
}

} // namespace watchword::app
