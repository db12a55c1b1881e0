// A storm of logins: S39 of the checklist, who gets a turn, and what the others are told.
#include "e2e_fixture.hpp"
#include "support/resources.hpp"
#include "support/response_text.hpp"
#include "support/swarm.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace {

using namespace watchword::test;
using std::chrono::seconds;

// A server with one account.
struct storm {
    temporary_directory directory;
    server_process server;
    const std::size_t base = resident_bytes(server.child().id()); // before the first hash

    explicit storm(const std::vector<std::string>& settings) : server(directory.path(), set(settings))
    {
        http_client client(server.address());
        BOOST_TEST_REQUIRE(client.form_post("/signup", registration("a@b.test")).status == 201);
    }
    static std::vector<std::string> set(const std::vector<std::string>& settings)
    {
        std::vector<std::string> arguments;
        for (const auto& each : settings) arguments.insert(arguments.end(), {"--set", each});
        return arguments;
    }
};

std::string form_request(std::string_view target, const name_values& fields, const std::string& client = {})
{
    name_values headers{{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    if (!client.empty()) headers.emplace_back("X-Forwarded-For", client);
    return request_bytes("POST", target, headers, encode_form(fields));
}

// Clients that each send one request, and what they are answered.
class crowd {
public:
    explicit crowd(const std::string& address) : all_(address) {}

    std::size_t send(const std::string& request)
    {
        const auto number = all_.open();
        all_.send(number, request);
        return number;
    }
    void run_until(const std::function<bool()>& happened)
    {
        const auto look = [&] {
            for (std::size_t i = 0; i < all_.size(); ++i)
                if (auto answer = take_response(all_.at(i).received, false)) answers_.emplace(i, std::move(*answer));
            return happened();
        };
        BOOST_REQUIRE(all_.run_until(look, at_most(seconds(60))));
    }
    const std::map<std::size_t, http_response>& answers() const { return answers_; }
    std::size_t count(int status) const
    {
        const auto has = [status](const auto& each) { return each.second.status == status; };
        return static_cast<std::size_t>(std::count_if(answers_.begin(), answers_.end(), has));
    }

private:
    swarm all_;
    std::map<std::size_t, http_response> answers_{};
};

std::string login_request(const std::string& client = {})
{
    return form_request("/login", credentials("a@b.test"), client);
}

// What those are told at most who find so many waiting that no more may.
int longest_retry_after(std::size_t queue)
{
    storm s({"passwords.threads=1", "passwords.passes=10", "passwords.queue=" + std::to_string(queue)});
    crowd clients(s.server.address());
    for (std::size_t i = 0; i < queue + 40; ++i) clients.send(login_request());
    clients.run_until([&] { return clients.count(503) >= 5; });
    int longest = 0;
    for (const auto& [number, answer] : clients.answers()) {
        if (answer.status != 503) continue;
        const auto wait = std::stoi(answer.header("Retry-After"));
        BOOST_TEST(wait >= 1);
        BOOST_TEST(wait <= 60);
        longest = std::max(longest, wait);
    }
    return longest;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hashing_queue)

BOOST_AUTO_TEST_CASE(one_address_that_floods_does_not_keep_another_from_logging_in)
{
    storm s(
        {"passwords.threads=1", "passwords.passes=5", "passwords.timeout=600s", "server.trusted_proxies=127.0.0.1"});
    crowd clients(s.server.address());
    constexpr std::size_t flood = 60;
    for (std::size_t i = 0; i < flood; ++i) clients.send(login_request("198.51.100.1"));
    clients.run_until([&] { return !clients.answers().empty(); }); // by now the others wait
    const auto other = clients.send(login_request("198.51.100.2"));
    clients.run_until([&] { return clients.answers().contains(other); });
    BOOST_TEST(clients.answers().at(other).status == 201);
    BOOST_TEST(clients.answers().size() - 1 < flood / 2);
    BOOST_TEST_MESSAGE(clients.answers().size() - 1 << " of " << flood << " were served before");
}

BOOST_AUTO_TEST_CASE(the_longer_the_queue_the_later_one_shall_come_back)
{
    const auto behind_few = longest_retry_after(2), behind_many = longest_retry_after(64);
    BOOST_TEST(behind_few < behind_many);
    BOOST_TEST_MESSAGE("Retry-After " << behind_few << " behind 2, " << behind_many << " behind 64");
}

// S39: hashes take memory for two, whatever is asked.
BOOST_AUTO_TEST_CASE(a_thousand_logins_at_once_take_no_more_memory_than_two)
{
    constexpr std::size_t MiB = 1024 * 1024, count = is_sanitized ? 400 : 1000;
    allow_open_files(count + 1000);
    storm s({"passwords.threads=2"});
    crowd clients(s.server.address());
    const auto request = login_request();
    for (std::size_t i = 0; i < count; ++i) clients.send(request);
    clients.run_until([&] { return clients.answers().size() == count; });
    const auto peak = peak_resident_bytes(s.server.child().id());
    BOOST_TEST(clients.count(201) + clients.count(503) == count);
    BOOST_TEST(clients.count(201) > 0u);
    BOOST_TEST(clients.count(503) > 0u);
    for (const auto& [number, answer] : clients.answers())
        if (answer.status == 503) BOOST_TEST(!answer.header("Retry-After").empty());
    if (!is_sanitized) BOOST_TEST(peak <= s.base + 2 * 19 * MiB + 32 * MiB);
    std::cout << "  S39 " << count << " logins at once: " << clients.count(201) << " admitted, " << clients.count(503)
              << " refused; " << s.base / 1024 << " KiB before, " << peak / 1024 << " KiB at most" << std::endl;
    BOOST_TEST(http_client(s.server.address()).form_post("/login", credentials("a@b.test")).status == 201);
}

// S39: nobody hashes what is too long to be a password, or waits for those who hash.
BOOST_AUTO_TEST_CASE(a_password_of_100_kB_is_answered_without_a_hash)
{
    storm s({"passwords.threads=1", "passwords.passes=20"});
    crowd clients(s.server.address());
    constexpr std::size_t ordinary = 12;
    for (std::size_t i = 0; i < ordinary; ++i) clients.send(login_request());
    clients.run_until([&] { return !clients.answers().empty(); });
    const std::string too_long(100'000, 'x');
    const auto wrong = clients.send(form_request("/login", credentials("a@b.test", too_long)));
    const auto unknown = clients.send(form_request("/login", credentials("b@b.test", too_long)));
    const auto new_one = clients.send(form_request("/signup", registration("c@b.test", too_long)));
    const auto& seen = clients.answers();
    clients.run_until([&] { return seen.contains(wrong) && seen.contains(unknown) && seen.contains(new_one); });
    BOOST_TEST(seen.at(wrong).status == 403);
    BOOST_TEST(seen.at(unknown).status == 401);
    BOOST_TEST(seen.at(new_one).status == 400);
    BOOST_TEST(seen.size() < ordinary + 3); // and the thread is still busy with the others
}

BOOST_AUTO_TEST_SUITE_END()
