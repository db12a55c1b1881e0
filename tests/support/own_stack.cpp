#include "support/own_stack.hpp"

#include <atomic>
#include <pthread.h>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>

namespace watchword::test {
namespace {

constexpr std::size_t stack_size = 1024 * 1024;

struct watched_work {
    const std::function<void()>& work;
    std::atomic<bool> done{false}, seen{false};
};

// Its end would overwrite what lies near, so it waits until somebody has looked, and does little meanwhile.
void* call(void* argument)
{
    auto& w = *static_cast<watched_work*>(argument);
    w.work();
    w.done = true;
    while (!w.seen) std::this_thread::yield();
    return nullptr;
}

std::string run_on(char* stack, const std::function<void()>& work)
{
    watched_work watched{work};
    ::pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_t thread{};
    const bool runs = ::pthread_attr_setstack(&attributes, stack, stack_size) == 0 &&
                      ::pthread_create(&thread, &attributes, call, &watched) == 0;
    ::pthread_attr_destroy(&attributes);
    if (!runs) throw std::runtime_error("no thread with a stack of its own");
    while (!watched.done) std::this_thread::yield();
    std::string left(stack, stack_size);
    watched.seen = true;
    ::pthread_join(thread, nullptr);
    return left;
}

} // namespace

std::string left_on_stack(const std::function<void()>& work)
{
    void* const stack = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) throw std::runtime_error("no memory for a stack");
    try {
        auto left = run_on(static_cast<char*>(stack), work);
        ::munmap(stack, stack_size);
        return left;
    } catch (...) {
        ::munmap(stack, stack_size);
        throw;
    }
}

} // namespace watchword::test
