#include "network_namespaces.hpp"

#include "support/process.hpp"

#include <exception>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace watchword::test {
namespace {

void ip(const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{"ip"};
    std::string shown = "ip";
    for (const auto& argument : arguments) {
        command.push_back(argument);
        shown += " " + argument;
    }
    const auto done = run_program(command);
    if (done.exit_code != 0) throw std::runtime_error(shown + ": " + done.errors);
}

void remove(const std::string& name) noexcept
{
    try {
        ip({"netns", "del", name});
    } catch (const std::exception&) { // it was never made
    }
}

} // namespace

std::string network_namespaces::why_not()
{
    try {
        const network_namespaces probe;
        return {};
    } catch (const std::runtime_error& e) {
        return std::string("no network namespaces can be made: ") + e.what();
    }
}

network_namespaces::network_namespaces()
    : server_("watchword-" + std::to_string(::getpid()) + "-s"),
      client_("watchword-" + std::to_string(::getpid()) + "-c")
{
    try {
        for (const auto& name : {server_, client_}) {
            ip({"netns", "add", name});
            ip({"-n", name, "link", "set", "lo", "up"});
        }
        ip({"-n", server_, "link", "add", "end", "type", "veth", "peer", "name", "end", "netns", client_});
        ip({"-n", server_, "address", "add", std::string(server_address) + "/24", "dev", "end"});
        ip({"-n", client_, "address", "add", "10.213.77.2/24", "dev", "end"});
        ip({"-n", server_, "link", "set", "end", "up"});
        plug_cable();
    } catch (...) {
        remove(server_);
        remove(client_);
        throw;
    }
}

network_namespaces::~network_namespaces()
{
    remove(server_);
    remove(client_);
}

void network_namespaces::pull_cable()
{
    ip({"-n", client_, "link", "set", "end", "down"});
}

void network_namespaces::plug_cable()
{
    ip({"-n", client_, "link", "set", "end", "up"});
}

void network_namespaces::run_in(const std::string& name, const std::function<void()>& work)
{
    std::exception_ptr failure;
    const auto run = [&] {
        try {
            const int there = ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
            const bool entered = there >= 0 && ::setns(there, CLONE_NEWNET) == 0; // this thread only
            ::close(there);
            if (!entered) throw std::runtime_error("cannot enter the network namespace " + name);
            work();
        } catch (...) {
            failure = std::current_exception();
        }
    };
    std::thread(run).join();
    if (failure) std::rethrow_exception(failure);
}

} // namespace watchword::test
