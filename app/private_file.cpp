#include "private_file.hpp"

#include "store/unfinished_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::app {

private_file::private_file(std::string name, bool replace) : name_(std::move(name)), replace_(replace)
{
    if (is_output()) return;
    struct stat there {};
    if (!replace_ && ::lstat(name_.c_str(), &there) == 0)
        throw std::runtime_error(name_ + " is there already (--force replaces it)");
    const auto unfinished = name_ + ".unfinished";
    ::unlink(unfinished.c_str()); // of a program that was killed
    const int fd = ::open(unfinished.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) fail();
    unfinished_ = unfinished;
    file_.reset(::fdopen(fd, "wb"));
    if (!file_) fail();
}

private_file::~private_file()
{
    if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

void private_file::fail() const
{
    throw std::runtime_error(name_ + " cannot be written: " + std::generic_category().message(errno));
}

void private_file::write(std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), is_output() ? stdout : file_.get()) != text.size()) fail();
}

void private_file::finish()
{
    if (is_output()) {
        if (std::fflush(stdout) != 0) fail();
        return;
    }
    if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0) fail();
    // A link is made only where nothing is.
    const int failed =
        replace_ ? std::rename(unfinished_.c_str(), name_.c_str()) : ::link(unfinished_.c_str(), name_.c_str());
    if (failed != 0) fail();
    if (replace_) unfinished_.clear();
    store::sync_directory_of(name_);
}

} // namespace watchword::app
