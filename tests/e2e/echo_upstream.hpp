#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

namespace watchword::test {

// An application behind a proxy, on a free port of 127.0.0.1: it answers every request with 200 and with the request as
// the body, as it arrived. One connection at a time, one request on each. Thread-safe.
class echo_upstream {
public:
    echo_upstream(); // std::runtime_error if it cannot listen
    ~echo_upstream();
    echo_upstream(const echo_upstream&) = delete;
    echo_upstream& operator=(const echo_upstream&) = delete;

    const std::string& address() const noexcept { return address_; }
    std::size_t requests() const noexcept { return requests_.load(); }

private:
    void run();
    void answer(int connection);

    std::string address_;
    int listener_ = -1, stop_ = -1; // an eventfd
    std::atomic<std::size_t> requests_{0};
    std::thread thread_;
};

// 127.0.0.1:PORT, where nobody listens now. Somebody may soon, so that who is told to listen there may have to be told
// another one.
std::string free_address();

} // namespace watchword::test
