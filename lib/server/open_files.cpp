#include "server/open_files.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace watchword::server {

std::uint64_t allow_open_files(std::uint64_t wanted) noexcept
{
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = std::max<::rlim_t>(before, std::min<::rlim_t>(wanted, limit.rlim_max));
    if (limit.rlim_cur != before && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
    return limit.rlim_cur;
}

} // namespace watchword::server
