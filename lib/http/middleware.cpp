#include "http/middleware.hpp"

namespace watchword::http {
namespace {

// A class, not a lambda: a lambda coroutine with captures would refer to an object that may be gone.
struct no_store_handler {
    handler next;
    core::task<response> operator()(request& q) const
    {
        response r = co_await next(q);
        r.set_literal_lines("Cache-Control: no-store\r\n");
        co_return r;
    }
};

} // namespace

handler compose(const std::vector<middleware>& layers, handler inner)
{
    for (auto it = layers.rbegin(); it != layers.rend(); ++it) inner = (*it)(std::move(inner));
    return inner;
}

middleware no_store()
{
    return [](handler next) -> handler { return no_store_handler{std::move(next)}; };
}

} // namespace watchword::http
