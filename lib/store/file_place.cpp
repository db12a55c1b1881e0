#include "store/file_place.hpp"

#include <sys/stat.h>

namespace watchword::store {

std::optional<file_place::file_id> file_place::find() const noexcept
{
    struct stat found {};
    if (::stat(file_.c_str(), &found) != 0) return std::nullopt;
    return file_id(found.st_dev, found.st_ino);
}

void file_place::remember() noexcept
{
    if (!first_) first_ = find();
}

bool file_place::has_changed() const noexcept
{
    return first_ && find() != first_;
}

void file_place::forget() noexcept
{
    if (!has_changed()) first_.reset();
}

} // namespace watchword::store
