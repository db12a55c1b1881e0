#include "store/lock_places.hpp"

#include <stdexcept>
#include <system_error>

namespace watchword::store::lock_places {

held_files& held()
{
    static held_files instance;
    return instance;
}

std::string why(int code)
{
    return std::generic_category().message(code);
}

void refuse(const std::filesystem::path& file, const std::string& reason)
{
    throw std::runtime_error("the database " + file.string() + " " + reason);
}

void refuse_if_held(const std::filesystem::path& file)
{
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return;
    if (!S_ISREG(found.st_mode)) refuse(file, "is not a file");
    if (held().ids.contains(id_of(found))) refuse(file, "is already open in this process");
}

} // namespace watchword::store::lock_places
