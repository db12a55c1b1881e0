#pragma once

namespace watchword::server {

// From now on the memory of this process gets into no core dump, however dumps are set up, and no other program of its
// user may read it: debuggers, strace, perf, /proc/PID/{mem,maps,environ,fd}. The superuser may. False if the system
// refuses.
bool forbid_core_dumps() noexcept;

} // namespace watchword::server
