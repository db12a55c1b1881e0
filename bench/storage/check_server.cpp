// A server whose only route does nothing but check the caller's token: the real one's route lists all users as well,
// which costs what they are many. Prints its port. GET /check: 204, or the token guard's answers. Ends on SIGTERM.
//   check_server SQLITE_FILE SECRET
#include "accounts/revocations.hpp"
#include "accounts/token_checker.hpp"
#include "api/token_guard.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "crypto/jwt.hpp"
#include "http/server.hpp"
#include "store/database.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace {

using namespace watchword;

core::task<http::response> nothing(http::request&, accounts::caller)
{
    co_return http::response(http::status::no_content);
}

::sigset_t end_signals()
{
    ::sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

http::server_settings settings()
{
    http::server_settings s;
    s.listen = {"127.0.0.1:0"};
    s.threads = 1;
    s.limits.connections_per_address = 0;
    return s;
}

void serve(const std::string& file, std::string_view secret)
{
    const auto signals = end_signals(); // of every thread that is started from here
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    store::database_settings wanted;
    wanted.url = "sqlite:" + file;
    store::database database(wanted);
    const core::system_clock clock;
    core::system_random random;
    const crypto::hs256_tokens tokens{core::secret_string(secret)};
    accounts::revocations revoked({}, clock, random);
    accounts::token_checker checker(tokens, std::chrono::hours(1), database, revoked, clock, random);
    http::router routes;
    routes.add(http::method::get, "/check", api::require_token(checker, nothing));
    http::server server(settings(), routes, clock, random);
    server.start();
    const std::string address = server.addresses().front();
    std::printf("%s\n", address.substr(address.rfind(':') + 1).c_str());
    std::fflush(stdout);
    int which = 0;
    ::sigwait(&signals, &which);
    server.stop();
    server.wait();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::fputs("usage: check_server SQLITE_FILE SECRET\n", stderr);
        return 2;
    }
    try {
        core::log::open(core::log::level::warning, core::log::format::text);
        serve(argv[1], argv[2]);
        core::log::close();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "check_server: %s\n", e.what());
        return 1;
    }
}
