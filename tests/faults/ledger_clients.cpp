#include "ledger_clients.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace watchword::test {

ledger_client::ledger_client(std::string address, std::size_t number, manner m)
    : address_(std::move(address)),
      name_("client-" + std::to_string(number)),
      manner_(m),
      pause_(number * 43),
      thread_([this] { run(); })
{}

ledger_client::~ledger_client()
{
    stop();
}

void ledger_client::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void ledger_client::run()
{
    for (std::size_t i = 0; !stopping_; ++i) {
        const auto email = name_ + "-" + std::to_string(i) + "@b.test";
        const auto added = ask(form_request("/signup", registration(email)), 201);
        if (!added) continue;
        acknowledged.push_back(email);
        const auto signed_in = ask(form_request("/login", credentials(email)), 201);
        if (!signed_in || i % 16 != 0) continue;
        const auto answer = boost::json::parse(signed_in->body);
        ask(get_request("/user", {{"x-access-token", std::string(answer.at("token").as_string())}}), 200);
    }
}

std::optional<http_response> ledger_client::ask(std::string request, int status)
{
    if (manner_ == manner::reconnects) request.insert(request.find("Host:"), "Connection: close\r\n");
    rest();
    if (connection_ && connection_->has_ended()) connection_.reset();
    const bool was_kept = connection_ != nullptr;
    const auto begin = steady_clock::now();
    if (!connect()) return std::nullopt;
    try {
        connection_->send(request);
        auto response = connection_->read_response();
        const bool closes = response.header("Connection") == "close";
        announced += closes && manner_ != manner::reconnects;
        if (closes) connection_.reset();
        ++answered_;
        took.add(steady_clock::now() - begin);
        if (response.status == status) return response;
        fail(request, std::to_string(response.status) + " " + response.body);
    } catch (const std::runtime_error& e) {
        const bool again = was_kept && manner_ == manner::rests && connection_->crossed_the_end();
        connection_.reset();
        if (again) {
            ++crossed;
            return ask(std::move(request), status);
        }
        fail(request, std::string(was_kept ? "on a kept connection: " : "on a new connection: ") + e.what());
    }
    return std::nullopt;
}

bool ledger_client::connect()
{
    const auto give_up = steady_clock::now() + std::chrono::seconds(30);
    while (!connection_) {
        try {
            connection_ = std::make_unique<http_client>(address_);
        } catch (const std::runtime_error& e) { // nobody listens
            ++refused;
            if (stopping_) return false;
            if (steady_clock::now() > give_up) {
                fail("connecting", e.what());
                return false;
            }
            std::this_thread::sleep_for(milliseconds(2));
        }
    }
    return true;
}

void ledger_client::rest()
{
    if (manner_ != manner::rests) return;
    pause_ = (pause_ * 7 + milliseconds(131)) % 1100; // of every length, before and after the end of the drain
    const auto until = steady_clock::now() + pause_;
    while (!stopping_ && steady_clock::now() < until) std::this_thread::sleep_for(milliseconds(5));
}

void ledger_client::fail(const std::string& request, const std::string& why)
{
    failures.push_back(request.substr(0, request.find('\r')) + ": " + why);
}

std::size_t answered(const std::list<ledger_client>& clients)
{
    std::size_t all = 0;
    for (const auto& each : clients) all += each.answered();
    return all;
}

ledger_totals stop_all(std::list<ledger_client>& clients, const std::string& what)
{
    ledger_totals all;
    for (auto& each : clients) each.stop();
    for (const auto& each : clients) {
        all.acknowledged.insert(each.acknowledged.begin(), each.acknowledged.end());
        all.answered += each.answered();
        all.announced += each.announced;
        all.crossed += each.crossed;
        all.refused += each.refused;
        all.took.add(each.took);
        all.failed += each.failures.size();
        for (const auto& failure : each.failures) BOOST_ERROR(what + ": " + failure);
    }
    return all;
}

void check_promises(const std::string& address, const std::set<std::string>& acknowledged)
{
    http_client client(address);
    std::string token;
    std::size_t lost = 0;
    for (const auto& email : acknowledged) {
        const auto response = client.form_post("/login", credentials(email));
        lost += response.status != 201;
        if (response.status == 201) token = token_of(response);
    }
    BOOST_TEST(lost == 0u);
    std::multiset<std::string> listed;
    for (const auto& user : users(client, token)) listed.emplace(user.at("email").as_string());
    for (const auto& email : acknowledged) lost += listed.count(email) != 1;
    BOOST_TEST(lost == 0u);
}

} // namespace watchword::test
