// The server while memory runs out: each allocation that a connection needs, or the end, fails in its turn.
#include "server_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> until_failure{-1}; // allocations that still succeed; below zero: all do
std::atomic<long> to_fail{0};        // one after the other, then
std::atomic<bool> has_failed{false};
thread_local bool never_fails = false;

bool fails() noexcept
{
    if (never_fails || until_failure.load(std::memory_order_relaxed) < 0) return false;
    if (until_failure.fetch_sub(1) > 0) return false;
    has_failed = true;
    if (to_fail.fetch_sub(1) > 1) until_failure = 0;
    return true;
}

void* allocate(std::size_t size)
{
    void* const memory = fails() ? nullptr : std::malloc(size != 0 ? size : 1);
    if (!memory) throw std::bad_alloc();
    return memory;
}

} // namespace

// For the whole program. Inlined, GCC 12 takes free() for the wrong end of new (-Wmismatched-new-delete).
[[gnu::noinline]] void* operator new(std::size_t size)
{
    return allocate(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size)
{
    return allocate(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept
{
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept
{
    std::free(memory);
}
// Where Asio has its coroutine frames and operations from.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    void* memory = nullptr;
    return !fails() && ::posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}

using namespace watchword;
using namespace watchword::test;

namespace {

struct memory_fixture : server_fixture {
    memory_fixture()
    {
        never_fails = true;
        settings.threads = 1;
    }
    ~memory_fixture() { never_fails = false; }
    memory_fixture(const memory_fixture&) = delete;

    static void fail_after(long successes, long failures)
    {
        has_failed = false;
        to_fail = failures;
        until_failure = successes;
    }
    // Whether there were so many allocations that one has failed.
    static bool failed()
    {
        until_failure = -1;
        return has_failed;
    }

    void talk(const std::string& request) const
    {
        try {
            client c(server->addresses().front());
            c.send(request);
            c.read_all();
        } catch (const boost::system::system_error&) { // closed already
        }
    }
    void check_that_it_serves() const
    {
        client c(server->addresses().front());
        BOOST_TEST(c.last_get("/hello").ends_with("hello"));
    }
    // Fails the first allocation of a conversation, then its second ... until it has no more.
    void fail_each(const std::string& request)
    {
        for (const long failures : {1, 4}) {
            long n = 0;
            for (;; ++n) {
                fail_after(n, failures);
                talk(request);
                if (!failed()) break;
                BOOST_TEST_CONTEXT("allocation " << n) check_that_it_serves();
            }
            BOOST_TEST(n > 0);
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_memory, memory_fixture)

BOOST_AUTO_TEST_CASE(a_server_outlives_each_allocation_that_fails)
{
    start();
    const std::string end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    fail_each("GET /hello" + end + "\r\n");
    fail_each("POST /echo" + end + "Content-Length: 20000\r\n\r\n" + std::string(20'000, 'x'));
    fail_each("GET /stream" + end + "\r\n");
    fail_each("GET /big" + end + "\r\n");
    fail_each("nonsense\r\n\r\n");
    server->stop();
    server->wait();
}

BOOST_AUTO_TEST_CASE(a_client_that_is_turned_away_gives_its_place_back)
{
    settings.limits.connections = 1;
    start();
    client only(server->addresses().front());
    only.get("/hello");
    only.read(15);
    for (long n = 0; n < 80; ++n) { // more than may be turned away at a time
        fail_after(n % 10, 1);
        talk("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        failed();
    }
    BOOST_TEST(client(server->addresses().front()).read_all().starts_with("HTTP/1.1 503 "));
}

BOOST_AUTO_TEST_CASE(a_server_without_memory_can_be_stopped)
{
    for (long n = 0; n < 8; ++n) {
        start();
        check_that_it_serves();
        client idle(server->addresses().front());
        client busy(server->addresses().front());
        busy.get("/hello");
        busy.read(15);
        fail_after(n, 2);
        server->stop();
        server->wait();
        failed();
    }
}

BOOST_AUTO_TEST_SUITE_END()
