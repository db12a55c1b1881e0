#pragma once

#include "commands.hpp"
#include "kept_environment.hpp"

#include <optional>
#include <string>

namespace watchword::app {

// What a process of this program inherits from one whose place it takes.
struct inheritance {
    std::optional<int> channel;
    int environment = -1; // of kept_environment
};
// From the environment, where it is no more afterwards. Before there are other threads.
inheritance take_inheritance();

// This program, as it was started: to be started once more, perhaps in a new version that has its place on the disk.
// Thread-safe.
class successor {
public:
    // `given`: what stands behind the name of the subcommand.
    successor(std::string_view subcommand, const arguments& given, const kept_environment&);

    // As another process, with the descriptor of a channel. std::runtime_error.
    void start(int channel) const;
    // In place of this process, as the very file that runs. Returns only by std::runtime_error.
    void start_in_place(int channel) const;

private:
    const std::string path_;
    arguments words_;
    const kept_environment& kept_;
};

} // namespace watchword::app
