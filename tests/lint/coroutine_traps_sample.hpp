#pragma once
// A breach in a template: clang sees its co_await only where somebody uses it.
template <class Task> Task co_await_in_a_template(Task given, bool c)
{
    const int n = c ? co_await given : 0;
    co_return n;
}
