#include "commands.hpp"

#include <csignal>
#include <iostream>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // a client that has gone is an error code of the write
    return watchword::app::run({argv + 1, argv + argc});
}
