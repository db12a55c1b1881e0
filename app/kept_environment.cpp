#include "kept_environment.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>

namespace watchword::app {
namespace {

[[noreturn]] void fail()
{
    throw std::system_error(errno, std::generic_category(), "cannot keep the environment");
}

core::descriptor adopt_or_make(int number)
{
    core::descriptor file(number >= 0 ? number : ::memfd_create("environment", MFD_CLOEXEC));
    if (file.get() < 0 || ::fcntl(file.get(), F_SETFD, FD_CLOEXEC) != 0) fail();
    return file;
}

} // namespace

kept_environment::kept_environment(int number) : file_(adopt_or_make(number)) {}

void kept_environment::keep(std::string_view name, std::string_view value)
{
    const auto before = read();
    std::string all;
    all.reserve(before.view().size() + name.size() + value.size() + 2); // no copy of it stays behind
    for (const auto& [kept, text] : parse(before))
        if (kept != name) all.append(kept).append("=").append(text).push_back('\0');
    all.append(name).append("=").append(value).push_back('\0');
    const core::secret_string next(std::move(all));
    const auto size = static_cast<ssize_t>(next.view().size());
    if (::pwrite(file_.get(), next.view().data(), next.view().size(), 0) != size || ::ftruncate(file_.get(), size) != 0)
        fail();
}

core::secret_string kept_environment::read() const
{
    struct ::stat status {};
    if (::fstat(file_.get(), &status) != 0) fail();
    std::string all(static_cast<std::size_t>(status.st_size), '\0');
    if (::pread(file_.get(), all.data(), all.size(), 0) != status.st_size) fail();
    return core::secret_string(std::move(all));
}

std::map<std::string_view, std::string_view> kept_environment::parse(const core::secret_string& all)
{
    std::map<std::string_view, std::string_view> variables;
    for (auto rest = all.view(); !rest.empty();) {
        const auto one = rest.substr(0, rest.find('\0'));
        const auto equals = one.find('=');
        variables.emplace(one.substr(0, equals), one.substr(equals + 1));
        rest.remove_prefix(one.size() + 1);
    }
    return variables;
}

} // namespace watchword::app
