#include "faults_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace watchword::test {
namespace {

// A directory whose database has users enough for a list of so many bytes.
const std::filesystem::path& with_users(const std::filesystem::path& directory, std::size_t list_bytes)
{
    constexpr std::size_t bytes_each = 1000;
    if (list_bytes == 0) return directory;
    server_process(directory).stop(); // makes the tables
    query_sqlite((directory / "watchword.db").string(),
                 "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(list_bytes / bytes_each) +
                     " UNION ALL SELECT i - 1 FROM n WHERE i > 1) "
                     "INSERT INTO user (public_id, name, email, password) SELECT 'public-' || i, '" +
                     std::string(930, 'n') + "', i || '@many.test', 'x' FROM n");
    return directory;
}

} // namespace

std::size_t how_many(std::size_t usual, std::size_t in_long_form)
{
    const auto count = is_long() ? in_long_form : usual;
    return is_sanitized ? (count + 3) / 4 : count;
}

void latencies::add(steady_clock::duration took)
{
    all_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took));
}

void latencies::add(const latencies& others)
{
    all_.insert(all_.end(), others.all_.begin(), others.all_.end());
}

std::chrono::microseconds latencies::percentile(double percent) const
{
    if (all_.empty()) return {};
    auto sorted = all_;
    std::sort(sorted.begin(), sorted.end());
    const auto rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

std::ostream& operator<<(std::ostream& out, const latencies& l)
{
    const auto ms = [](std::chrono::microseconds t) { return static_cast<double>(t.count()) / 1000; };
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << l.count() << ", p50 " << ms(l.percentile(50)) << " ms, p99 "
         << ms(l.percentile(99)) << " ms, longest " << ms(l.percentile(100)) << " ms";
    return out << text.str();
}

void report(const std::string& line)
{
    std::cout << "  " << line << std::endl;
}

boost::test_tools::assertion_result unless(const std::string& why_not)
{
    boost::test_tools::assertion_result result(why_not.empty());
    if (why_not.empty()) return result;
    report("skipped: " + why_not);
    result.message() << "skipped: " << why_not;
    return result;
}

std::vector<std::string> set(const std::vector<std::string>& settings)
{
    std::vector<std::string> arguments;
    for (const auto& each : settings) arguments.insert(arguments.end(), {"--set", each});
    return arguments;
}

const std::vector<std::string>& cheap_passwords()
{
    static const auto arguments = set({"passwords.memory_kib=8", "passwords.passes=1"});
    return arguments;
}

const std::vector<std::string>& many_connections()
{
    static const auto arguments = set({"http.connections=20000"});
    return arguments;
}

std::vector<std::string> operator+(std::vector<std::string> all, const std::vector<std::string>& more)
{
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

signed_in_server::signed_in_server(const std::vector<std::string>& arguments, std::size_t list_bytes,
                                   const std::vector<std::string>& wrapper)
    : server(with_users(directory.path(), list_bytes), arguments, {}, wrapper)
{
    http_client client(server.address());
    const auto added = client.form_post("/signup", registration(known_email));
    BOOST_REQUIRE_MESSAGE(added.status == 201, added.status << " " << added.body);
    token = token_of(client.form_post("/login", credentials(known_email)));
}

std::string get_request(std::string_view target, const name_values& more)
{
    name_values headers{{"Host", "x"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return request_bytes("GET", target, headers);
}

std::string form_request(std::string_view target, const name_values& fields)
{
    return request_bytes("POST", target, {{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}},
                         encode_form(fields));
}

bystander::bystander(std::string address, std::string token, std::string target)
    : address_(std::move(address)), token_(std::move(token)), target_(std::move(target)), thread_([this] { run(); })
{}

bystander::~bystander()
{
    stop();
}

void bystander::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void bystander::add(const bystander& other)
{
    took_.add(other.took_);
    if (failed_ == 0) first_failure_ = other.first_failure_;
    failed_ += other.failed_;
}

void bystander::run()
{
    constexpr milliseconds pause(5);
    std::unique_ptr<http_client> kept;
    const auto ask_target = [&] {
        if (!kept) kept = std::make_unique<http_client>(address_);
        return kept->get(target_, token_);
    };
    const auto ask_health = [&] { return http_client(address_).get("/health/live"); };
    while (!stopping_) {
        ask(ask_target);
        ask(ask_health);
        std::this_thread::sleep_for(pause);
    }
}

void bystander::ask(const std::function<http_response()>& request)
{
    const auto begin = steady_clock::now();
    std::string failure;
    try {
        const auto response = request();
        if (response.status != 200) failure = std::to_string(response.status) + " " + response.body;
    } catch (const std::exception& e) {
        failure = e.what();
    }
    took_.add(steady_clock::now() - begin);
    ++asked_;
    if (failure.empty()) return;
    if (failed_++ == 0) first_failure_ = failure;
}

void bystander::check(const std::string& what)
{
    stop();
    std::ostringstream text;
    text << what << ", requests of a normal client: " << took_ << ", failed " << failed_;
    report(text.str());
    BOOST_TEST(failed_ == 0u, first_failure_);
    BOOST_TEST(took_.count() >= 10u);
    BOOST_TEST((took_.percentile(99) < at_most(std::chrono::seconds(1))));
}

} // namespace watchword::test
