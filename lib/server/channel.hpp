#pragma once

#include "core/descriptor.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace watchword::server {

// One end of a Unix-domain connection between two processes of one user, which send each other JSON objects and, with
// them, open files (SCM_RIGHTS, unix(7)). Blocks. One thread.
class channel {
public:
    struct message {
        boost::json::object body;
        std::vector<core::descriptor> descriptors;
    };
    static constexpr std::size_t longest_message = 128 * 1024; // as JSON
    static constexpr std::size_t most_descriptors = 200;       // of one message

    // A connected socket of the kind SOCK_SEQPACKET.
    explicit channel(core::descriptor socket) : socket_(std::move(socket)) {}
    // Two ends of one connection. std::system_error.
    static std::pair<channel, channel> pair();
    // To whoever listens at a path; nothing if nobody does. std::runtime_error with one clear line if it is somebody
    // else's, or cannot be had for another reason.
    static std::optional<channel> connect(const std::string& path);

    // False: the other side has gone, or does not read for seconds. std::invalid_argument for what is too much.
    bool send(const boost::json::object&, std::span<const core::descriptor> = {});
    // Nothing if the other side has gone, has sent nothing within the limit, or sent what is no message.
    std::optional<message> receive(std::chrono::milliseconds limit);
    // Whether receive() would not wait: there is a message, or the other side has gone.
    bool await(std::chrono::milliseconds limit) const;

    // Whether the process at the other end runs as this one's user, or as root.
    bool is_trusted() const;
    int descriptor() const noexcept { return socket_.get(); }

private:
    core::descriptor socket_;
};

// A socket that listens at the path, with mode 0600; one that a process left behind when it died, or `taken` says that
// its owner goes, is replaced. std::runtime_error with one clear line.
core::descriptor listen_for_channels(const std::string& path, bool taken);

} // namespace watchword::server
