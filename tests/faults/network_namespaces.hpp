#pragma once

#include <functional>
#include <string>
#include <vector>

namespace watchword::test {

// Two network namespaces joined by a cable of the test's own, which can be pulled. Gone with the object. One thread.
// Members throw std::runtime_error, which says what the machine does not allow or lacks.
class network_namespaces {
public:
    network_namespaces();
    ~network_namespaces();
    network_namespaces(const network_namespaces&) = delete;
    network_namespaces& operator=(const network_namespaces&) = delete;

    // Why none can be made here; nothing if they can.
    static std::string why_not();

    // The server's address on the cable. It has 127.0.0.1 too.
    static constexpr const char* server_address = "10.213.77.1";
    // A command that runs the one given to it where the server is to be.
    std::vector<std::string> at_server() const { return {"ip", "netns", "exec", server_}; }

    // Sockets that are made there stay there when this thread has come back.
    void run_at_server(const std::function<void()>& work) const { run_in(server_, work); }
    void run_at_client(const std::function<void()>& work) const { run_in(client_, work); }

    // Nothing that is sent arrives any more, and nobody is told.
    void pull_cable();
    void plug_cable();

private:
    static void run_in(const std::string& name, const std::function<void()>& work);

    std::string server_, client_;
};

} // namespace watchword::test
