#include "server/core_dumps.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace watchword::server {

bool forbid_core_dumps() noexcept
{
    // Each alone has a gap: programs that dumps are piped into do not ask for the limit, debuggers write dumps too.
    const ::rlimit none{0, 0};
    const bool limited = ::setrlimit(RLIMIT_CORE, &none) == 0;
    return ::prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) == 0 && limited;
}

} // namespace watchword::server
