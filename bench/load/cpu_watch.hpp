#pragma once

#include <sys/types.h>
#include <vector>

namespace watchword::load {

// User and system time that the processes have spent until now, in seconds; one that has ended counts as nothing.
double cpu_seconds(const std::vector<::pid_t>&);

} // namespace watchword::load
