// Breaches every rule of coroutine_traps.query once and keeps to all of them in kept(): what coroutines.py proves
// itself on. Never compiled into anything.
#include "coroutine_traps_sample.hpp"

#include <coroutine>
#include <initializer_list>
#include <string>

struct task {
    struct promise_type {
        task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(int) {}
        void unhandled_exception() {}
    };
    bool await_ready() const { return true; }
    void await_suspend(std::coroutine_handle<>) const {}
    int await_resume() const { return 1; }
};

struct options {
    int size;
    std::string name;
};

task give();
task take(options);
template <class Work> task run(Work)
{
    return give();
}

task switch_on_co_await()
{
    switch (co_await give()) {
    default: co_return 0;
    }
}

task co_await_in_a_ternary(bool c)
{
    const int n = c ? co_await give() : 0;
    co_return n;
}

task lambda_beside_co_await(std::string text)
{
    const int n = co_await run([text] { return text.size(); });
    co_return n;
}

task braces_beside_co_await()
{
    const int n = co_await take({1, "name"});
    co_return n;
}

task co_await_in_braces()
{
    const options o{co_await give(), "name"};
    co_return o.size;
}

task caller_of_a_template(bool c)
{
    co_return co_await co_await_in_a_template(give(), c);
}

task kept(std::string text, bool c)
{
    const auto work = [text] { return text.size(); };
    const int first = co_await run(work);
    options o{first, text};
    int second = 0;
    if (c) second = co_await take(std::move(o));
    switch (second) {
    case 0: co_return co_await give();
    default: co_return c ? first : second;
    }
}
