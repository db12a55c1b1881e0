#include "store/file_place.hpp"

#include <sys/stat.h>

namespace watchword::store {

std::optional<file_place::file_id> file_place::find() const noexcept
{
    struct stat found {};
    if (::stat(file_.c_str(), &found) != 0) return std::nullopt;
    return file_id(found.st_dev, found.st_ino);
}

bool file_place::leads_to_the_same() noexcept
{
    const auto now = find();
    if (!first_) first_ = now;
    return now && now == first_;
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
