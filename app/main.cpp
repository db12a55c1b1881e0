#include "commands.hpp"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace {

// Else a database could be opened as descriptor 2, and log lines be written into it.
bool open_standard_descriptors()
{
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) != fd) return false;
    return true;
}

void end_at_once(int signal)
{
    ::_exit(128 + signal);
}

// The first process of a container (or of a machine) is sent no signal that it does not catch: `docker stop` would wait
// in vain while a server starts, or a backup is written. What others get from the system, this one does itself; the
// server and some commands catch these later in their own way. It waits for no orphans: an image without a shell has
// nobody who would leave any.
bool obey_signals_as_first_process()
{
    if (::getpid() != 1) return true;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
        if (std::signal(signal, end_at_once) == SIG_ERR) return false;
    return true;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 1 || !open_standard_descriptors()) return watchword::app::failed;
    // A client that has gone is an error code of the write.
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return watchword::app::failed;
    if (!obey_signals_as_first_process()) return watchword::app::failed;
    return watchword::app::run({argv + 1, argv + argc});
}
