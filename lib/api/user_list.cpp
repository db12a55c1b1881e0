#include "api/user_list.hpp"

#include "api/json_text.hpp"
#include "store/users.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <vector>

namespace watchword::api {
namespace {

constexpr std::size_t page_size = 500;
constexpr std::size_t kept_users = 5000; // a longer list is streamed
constexpr std::string_view json_type = "application/json";
constexpr std::string_view head = "{\"users\":[", tail = "]}\n";

void append_field(std::string& out, std::string_view name, const std::optional<std::string>& value)
{
    out.append(name);
    if (value) {
        append_json_string(out, *value);
    } else {
        out.append("null");
    }
}

// Keys in the order of the tutorial's sorted JSON.
void append_user(std::string& out, const store::user& u, bool first)
{
    out.append(first ? "{" : ",{");
    append_field(out, "\"email\":", u.email);
    append_field(out, ",\"name\":", u.name);
    append_field(out, ",\"public_id\":", u.public_id);
    out.append("}");
}

struct listing {
    std::string text;
    std::int64_t last_id = store::before_all_users;
    bool complete = false;
};

// Appends one page; runs on a database thread.
core::result<listing> list_page(store::session& s, listing so_far, std::size_t users)
{
    const auto page = store::list_users(s, so_far.last_id, users);
    if (!page) return page.error();
    for (const auto& u : *page) {
        append_user(so_far.text, u, so_far.last_id == store::before_all_users);
        so_far.last_id = u.id;
    }
    so_far.complete = page->size() < users;
    return so_far;
}

// The rest of a list whose start has been read: the body of a streamed response.
class rest_of_list {
public:
    rest_of_list(store::database& d, listing first) : database_(&d), next_(std::move(first)) {}

    core::task<core::result<std::string>> operator()()
    {
        if (finished_) co_return std::string();
        if (!next_.text.empty()) co_return std::exchange(next_.text, {});
        const auto more = [this](store::session& s) { return list_page(s, {{}, next_.last_id, false}, page_size); };
        auto page = co_await database_->read(more);
        if (!page) co_return page.error();
        next_ = std::move(*page);
        finished_ = next_.complete;
        if (finished_) next_.text.append(tail);
        co_return std::exchange(next_.text, {});
    }

private:
    store::database* database_;
    listing next_;
    bool finished_ = false;
};

} // namespace

// Of one thread. Whoever holds it reads; its end wakes those who wait.
class user_list::reading {
public:
    explicit reading(const core::io_executor& executor) : end_(executor, timer::time_point::max()) {}
    void end() { end_.cancel(); }
    core::task<> wait() { co_await end_.async_wait(core::asio::as_tuple(core::use_task)); }

private:
    using timer =
        core::asio::basic_waitable_timer<std::chrono::steady_clock, core::asio::wait_traits<std::chrono::steady_clock>,
                                         core::io_executor>;
    timer end_;
};

// Ends the reading that is under way, however it ended.
struct user_list::turn {
    snapshot& kept;
    ~turn()
    {
        kept.under_way->end();
        kept.under_way.reset();
    }
};

user_list::user_list(store::database& d) : database_(d), kept_([] { return snapshot(); }) {}

core::task<core::result<http::response>> user_list::answer()
{
    // A list that was read after this moment has all that was acknowledged before it.
    const auto needed = database_.changes().users.load(std::memory_order_acquire);
    snapshot& kept = kept_.local();
    for (;;) {
        if (kept.body && kept.version >= needed) co_return http::response(http::status::ok, json_type, kept.body);
        // A long list is streamed to each client from its own reading.
        if (kept.is_too_long) co_return co_await read();
        if (!kept.under_way) break;
        const auto others = kept.under_way;
        co_await others->wait();
    }
    const auto executor = co_await core::asio::this_coro::executor;
    kept.under_way = std::make_shared<reading>(executor);
    const turn mine{kept};
    co_return co_await read();
}

core::task<core::result<http::response>> user_list::read()
{
    // Before the list is: a change meanwhile makes the snapshot old, never wrongly new.
    const auto version = database_.changes().users.load(std::memory_order_acquire);
    // A list that was too long to keep will be so again: it starts with one page, which is all a slow client costs.
    const std::size_t first = kept_.local().is_too_long ? page_size : kept_users;
    const auto read_start = [first](store::session& s) {
        listing start;
        start.text = head;
        return list_page(s, std::move(start), first);
    };
    auto start = co_await database_.read(read_start);
    if (!start) co_return start.error();
    snapshot& kept = kept_.local();
    kept.is_too_long = !start->complete;
    if (!start->complete) {
        rest_of_list rest(database_, std::move(*start));
        http::body_stream stream(std::move(rest));
        co_return http::response(http::status::ok, json_type, std::move(stream));
    }
    start->text.append(tail);
    auto body = std::make_shared<const std::string>(std::move(start->text));
    if (!kept.body || version >= kept.version) {
        kept.version = version;
        kept.body = body;
    }
    co_return http::response(http::status::ok, json_type, std::move(body));
}

} // namespace watchword::api
