// A to-do list behind HTTP: todo ADDRESS DATABASE TOKEN. Whoever shows the token reads and writes it.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <iostream>
#include <watchword/core/json.hpp>
#include <watchword/core/secret.hpp>
#include <watchword/crypto/sha256.hpp>
#include <watchword/http/middleware.hpp>
#include <watchword/http/server.hpp>
#include <watchword/store/database.hpp>
#include <watchword/store/migrations.hpp>
#include <watchword/store/session.hpp>

namespace {

using namespace watchword;
using http::status;

constexpr store::migration schema[] = {
    {1, "0001_todo", "CREATE TABLE todo (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"}};

core::result<long long> add_todo(store::session& s, const std::string& text)
{
    long long id = 0;
    s.sql() << "INSERT INTO todo (text) VALUES (:text) RETURNING id", soci::use(text), soci::into(id);
    return id;
}

core::result<boost::json::array> list_todos(store::session& s)
{
    boost::json::array all;
    long long id = 0;
    std::string text;
    soci::statement each =
        (s.sql().prepare << "SELECT id, text FROM todo ORDER BY id", soci::into(id), soci::into(text));
    each.execute();
    while (each.fetch()) all.push_back(boost::json::object{{"id", id}, {"text", text}});
    return all;
}

http::response json(status s, const boost::json::value& v)
{
    return {s, "application/json", boost::json::serialize(v)};
}

http::response explain(const core::error_code& e)
{
    if (e == core::errc::already_exists) return http::problem(status::conflict, "already_exists", "That is noted.");
    return http::problem(status::service_unavailable, "unavailable", "Try again later.");
}

// What was asked for in the body {"text":...}; empty if it was not.
std::string wanted(const http::request& q)
{
    const auto body = core::parse_json(q.body);
    const auto* const fields = body ? body->if_object() : nullptr;
    const auto* const text = fields ? fields->if_contains("text") : nullptr;
    return text && text->is_string() ? std::string(core::view(text->get_string())) : std::string();
}

struct todos {
    store::database& db;

    core::task<http::response> list(http::request&) const
    {
        auto all = co_await db.read(list_todos);
        if (!all) co_return explain(all.error());
        co_return json(status::ok, std::move(*all));
    }

    core::task<http::response> add(http::request& q) const
    {
        const auto text = wanted(q);
        if (text.empty()) co_return http::problem(status::bad_request, "missing_field", "What is to do?", "text");
        const auto job = [&](store::session& s) { return add_todo(s, text); };
        const auto id = co_await db.write(job);
        if (!id) co_return explain(id.error());
        const boost::json::object added{{"id", *id}, {"text", text}};
        co_return json(status::created, added);
    }
};

core::task<http::response> refuse(http::request&)
{
    auto answer = http::problem(status::unauthorized, "invalid_token", "A token is needed.");
    answer.set("WWW-Authenticate", "Bearer");
    co_return answer;
}

// Digests are compared, which have one length whatever is shown.
http::middleware require_token(const std::string& token)
{
    const auto is_right = [known = crypto::sha256()("Bearer " + token)](std::string_view shown) {
        const auto digest = crypto::sha256()(shown);
        return core::equal_in_constant_time({digest.data(), digest.size()}, {known.data(), known.size()});
    };
    return [is_right](const http::handler& next) -> http::handler {
        return [is_right, next](http::request& q) { return is_right(q.header("Authorization")) ? next(q) : refuse(q); };
    };
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 4) throw std::runtime_error("usage: todo ADDRESS DATABASE TOKEN");
    sigset_t stops; // blocked before there are threads
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, nullptr);

    store::database db({std::string("sqlite:") + argv[2]}, [](store::session& s) { store::migrate(s, schema); });
    const todos list{db};
    http::router routes;
    routes.use(require_token(argv[3]));
    routes.add(http::method::get, "/todos", [&](http::request& q) { return list.list(q); });
    routes.add(http::method::post, "/todos", [&](http::request& q) { return list.add(q); });

    http::server_settings settings;
    settings.listen = {argv[1]};
    core::system_clock clock;
    core::system_random random;
    http::server server(settings, routes, clock, random);
    server.start();
    std::cout << "listening on " << server.addresses().front() << std::endl;
    int signal = 0;
    sigwait(&stops, &signal);
    server.stop();
    server.wait();
} catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
    return 1;
}
