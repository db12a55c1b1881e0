#include "server/clients.hpp"

#include "accounts/client_file.hpp"
#include "core/descriptor.hpp"
#include "core/log.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::server {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

[[noreturn]] void refuse(const std::string& file, const std::string& why)
{
    throw std::runtime_error("the file of clients " + file + " " + why);
}
[[noreturn]] void refuse_errno(const std::string& file)
{
    refuse(file, "cannot be read: " + std::generic_category().message(errno));
}

std::string read(const std::string& file)
{
    // Of a pipe, nobody may ever open the other end.
    const core::descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (in.get() < 0 || ::fstat(in.get(), &status) != 0) refuse_errno(file);
    if (!S_ISREG(status.st_mode)) refuse(file, "is not a regular file");
    if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        core::log::warning("the file of clients can be read or changed by others; chmod 600 it", {{"file", file}});
    std::string text(largest_file + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(in.get(), text.data() + size, text.size() - size);
        if (got < 0) refuse_errno(file);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > largest_file) refuse(file, "is larger than 1 MiB");
    text.resize(size);
    return text;
}

} // namespace

std::vector<accounts::registered_client> load_clients(const std::string& file)
{
    auto found = accounts::read_client_file(read(file));
    if (found.problems.empty()) return std::move(found.clients);
    for (const auto& each : found.problems)
        core::log::error("the file of clients is wrong", {{"file", file}, {"reason", each}});
    refuse(file, "is wrong: " + found.problems.front());
}

} // namespace watchword::server
