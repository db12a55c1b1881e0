#include "private_file.hpp"

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>

namespace watchword::app {
namespace {

constexpr std::size_t write_at = 64 * 1024; // bytes

void require(bool done)
{
    if (!done) throw std::runtime_error("standard output: " + std::generic_category().message(errno));
}

} // namespace

private_file::private_file(const std::string& name, bool replace) : replace_(replace)
{
    if (name == "-") return;
    struct stat there {};
    if (!replace_ && ::lstat(name.c_str(), &there) == 0)
        throw std::runtime_error(name + " is there already (--force replaces it)");
    file_.emplace(name);
}

void private_file::write(std::string_view text)
{
    if (!file_) return require(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
    pending_ += text;
    if (pending_.size() >= write_at) write_pending();
}

void private_file::finish()
{
    if (!file_) return require(std::fflush(stdout) == 0);
    write_pending();
    file_->sync();
    file_->put_in_place(replace_);
}

void private_file::write_pending()
{
    file_->write(written_, pending_);
    written_ += pending_.size();
    pending_.clear();
}

} // namespace watchword::app
