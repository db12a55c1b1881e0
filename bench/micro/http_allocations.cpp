// What the real server asks the heap for: allocations of its I/O thread for each request and each connection after
// warm-up, and the bytes an idle connection holds. Prints JSON.
//   http_allocations DIRECTORY      (an empty one, for the database)
#include "accounts/accounts.hpp"
#include "accounts/revocations.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/operations.hpp"
#include "api/tutorial.hpp"
#include "core/log.hpp"
#include "crypto/jwt.hpp"
#include "http/server.hpp"
#include "micro/counting_malloc.hpp"
#include "micro/loopback_client.hpp"
#include "store/database.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using micro::loopback_client;

constexpr int warm_up = 2'000, requests = 20'000, connections = 1'000;
constexpr int users = 3;

// As server/server.cpp builds it, but with cheap hashes, one I/O thread, and a route that tells the heap's use as that
// thread sees it, between two requests.
class server_under_test {
public:
    explicit server_under_test(const std::string& directory)
        : database_({"sqlite:" + directory + "/allocations.db", 2, 1024, std::chrono::seconds(5)}),
          tokens_(core::secret_string(std::string_view("a secret of thirty-two bytes and more"))),
          hashing_({"hash", 1, 64}),
          accounts_({std::chrono::seconds(10), false}, database_, hashing_, passwords_, random_),
          revoked_({}, clock_, random_),
          checker_(tokens_, std::chrono::seconds(3600), database_, revoked_, clock_, random_),
          tutorial_(accounts_, checker_, database_),
          server_(settings(), add_routes(), clock_, random_)
    {
        server_.start();
    }

    std::uint16_t port() const
    {
        const std::string& address = server_.addresses().front();
        std::uint16_t number = 0;
        std::from_chars(address.data() + address.rfind(':') + 1, address.data() + address.size(), number);
        return number;
    }

    const micro::heap_use& marked() const { return marked_; }

private:
    static http::server_settings settings()
    {
        http::server_settings s;
        s.listen = {"127.0.0.1:0"};
        s.threads = 1;
        s.limits.connections_per_address = 0;
        return s;
    }

    const http::router& add_routes()
    {
        watchword::api::operations all_routes(routes_);
        tutorial_.add_routes(all_routes);
        api::add_health_routes(all_routes);
        routes_.add(http::method::get, "/mark", [this](http::request&) { return mark(); });
        return routes_;
    }

    core::task<http::response> mark()
    {
        micro::count_this_thread();
        marked_ = micro::heap_use_now();
        co_return http::response(http::status::ok, "text/plain", std::string());
    }

    core::system_clock clock_;
    core::system_random random_;
    store::database database_;
    crypto::hs256_tokens tokens_;
    crypto::password_hasher passwords_{crypto::password_hasher::settings{{64, 1}}};
    core::workers hashing_;
    accounts::service accounts_;
    accounts::revocations revoked_;
    accounts::token_checker checker_;
    api::tutorial tutorial_;
    http::router routes_;
    micro::heap_use marked_; // by the I/O thread, before it answers the client that reads it
    http::server server_;
};

std::string sign_up(loopback_client& client)
{
    for (int i = 0; i < users; ++i) {
        const auto number = std::to_string(i);
        std::string form = "name=User";
        form.append(number).append("&email=user").append(number).append("%40example.test&password=password");
        client.exchange(micro::post_form("/signup", form), 201);
    }
    const std::string answer(
        client.exchange(micro::post_form("/login", "email=user0%40example.test&password=password"), 201));
    const auto begin = answer.find(":\"") + 2;
    return answer.substr(begin, answer.find('"', begin) - begin);
}

struct cost {
    double allocations = 0, bytes = 0;
};

class measurement {
public:
    measurement(const server_under_test& server, std::string request)
        : server_(server), request_(std::move(request)), control_(server.port())
    {}

    // Between two marks lie the rest of the first and the start of the second, besides what is measured.
    cost of_request()
    {
        repeat(control_, warm_up);
        mark();
        const auto first = mark();
        const auto second = mark();
        repeat(control_, requests);
        const auto third = mark();
        return {per(requests, (third.allocations - second.allocations) - (second.allocations - first.allocations)),
                per(requests, (third.allocated - second.allocated) - (second.allocated - first.allocated))};
    }

    // Of a connection that comes, sends one request and goes, without the cost of that request.
    cost of_connection(const cost& request)
    {
        constexpr int count = connections;
        visit(connections);
        mark();
        const auto before = mark();
        visit(count);
        const auto after = mark();
        return {per(count, after.allocations - before.allocations) - request.allocations,
                per(count, after.allocated - before.allocated) - request.bytes};
    }

    double held_by_idle_connection()
    {
        std::vector<loopback_client> idle;
        idle.reserve(connections);
        visit(1);
        const auto before = mark();
        for (int i = 0; i < connections; ++i) repeat(idle.emplace_back(server_.port()), 1);
        const auto after = mark();
        return static_cast<double>(after.held - before.held) / connections;
    }

private:
    static double per(int count, std::uint64_t amount)
    {
        return static_cast<double>(static_cast<std::int64_t>(amount)) / count;
    }

    micro::heap_use mark()
    {
        control_.exchange(mark_request_, 200);
        return server_.marked();
    }

    void repeat(loopback_client& client, int count) const
    {
        for (int i = 0; i < count; ++i) client.exchange(request_, 200);
    }

    void visit(int count) const
    {
        for (int i = 0; i < count; ++i) {
            loopback_client client(server_.port());
            repeat(client, 1);
        }
    }

    const server_under_test& server_;
    const std::string request_;
    const std::string mark_request_ = micro::get("/mark");
    loopback_client control_;
};

void print(const char* path, const cost& request)
{
    std::printf("\"%s\": {\"allocations\": %.4f, \"bytes\": %.1f}", path, request.allocations, request.bytes);
}

void measure(const std::string& directory)
{
    const server_under_test server(directory);
    loopback_client client(server.port());
    const auto token = sign_up(client);
    measurement user(server, micro::get("/user", token)), live(server, micro::get("/health/live"));
    const auto of_user = user.of_request(), of_live = live.of_request();
    const auto of_connection = user.of_connection(of_user);
    const auto held = user.held_by_idle_connection();
    std::printf("{\"requests\": %d, \"connections\": %d, \"per_request\": {", requests, connections);
    print("/user", of_user);
    std::printf(", ");
    print("/health/live", of_live);
    std::printf("}, \"per_connection\": {\"allocations\": %.2f, \"bytes\": %.0f}, \"held_by_idle_connection\": %.0f}\n",
                of_connection.allocations, of_connection.bytes, held);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: http_allocations DIRECTORY\n", stderr);
        return 2;
    }
    try {
        core::log::open(core::log::level::error, core::log::format::text);
        measure(argv[1]);
        core::log::close();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "http_allocations: %s\n", e.what());
        return 1;
    }
}
