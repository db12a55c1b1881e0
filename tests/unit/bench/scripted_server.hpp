#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace watchword::test {

// A server on 127.0.0.1 that answers each request with what a function says; an empty answer closes the connection. One
// thread for each connection; the function is called from all of them.
class scripted_server {
public:
    // The function gets the request's number among all of the server's, from 0.
    explicit scripted_server(const std::function<std::string(std::uint64_t)>& answer);
    // And its bytes.
    using reading_answer = std::function<std::string(std::uint64_t, const std::string&)>;
    explicit scripted_server(reading_answer answer);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    std::string address() const;
    std::uint64_t connections() const noexcept { return accepted_; }
    std::uint64_t requests() const noexcept { return requests_; }
    // The last number of each IPv4 address that connected.
    std::set<unsigned> peers() const;

private:
    void accept();
    void serve(int socket);

    reading_answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint64_t> accepted_{0}, requests_{0};
    mutable std::mutex mutex_; // guards the next four
    std::vector<std::thread> serving_;
    std::vector<int> sockets_;
    std::set<unsigned> peers_;
    bool stopping_ = false;
    std::thread accepting_;
};

} // namespace watchword::test
