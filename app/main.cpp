#include "commands.hpp"

#include <csignal>
#include <fcntl.h>

namespace {

// Else a database could be opened as descriptor 2, and log lines be written into it.
bool open_standard_descriptors()
{
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) != fd) return false;
    return true;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 1 || !open_standard_descriptors()) return watchword::app::failed;
    // A client that has gone is an error code of the write.
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return watchword::app::failed;
    return watchword::app::run({argv + 1, argv + argc});
}
