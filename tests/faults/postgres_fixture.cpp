#include "postgres_fixture.hpp"

#include "core/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace watchword::test {
namespace {

std::string last_part(const std::string& url) // "/NAME?options" of a URL
{
    return url.substr(url.find('/', url.find("//") + 2));
}

std::vector<std::string> psql(const std::string& url, const std::string& name,
                              const std::vector<std::string>& statements)
{
    std::vector<std::string> command{"env",         "PGAPPNAME=" + name, postgres_server::program("psql"),
                                     "--no-psqlrc", "--quiet",           "--set=ON_ERROR_STOP=1"};
    for (const auto& each : statements) command.insert(command.end(), {"--command", each});
    command.insert(command.end(), {"--command", "\\warn is ready", "--command", "SELECT pg_sleep(3600)", url});
    return command;
}

std::string new_name()
{
    static std::atomic<int> count{0};
    return "other-" + std::to_string(++count);
}

} // namespace

postgres_options quick_postgres()
{
    postgres_options o;
    o.initdb = {"--no-sync"};
    if (!is_long()) o.settings = {"fsync=off"};
    return o;
}

postgres_server& shared_postgres()
{
    static postgres_server server(quick_postgres());
    if (!server.is_running()) server.start();
    return server;
}

account_reader postgres_accounts(postgres_server& server, const std::string& url)
{
    return [&server, url](const std::string& prefix) {
        std::vector<stored_account> all;
        std::istringstream lines(server.query(url, "SELECT email, name, public_id, password FROM \"user\" WHERE "
                                                   "starts_with(email, '" +
                                                       prefix + "')"));
        for (std::string line; std::getline(lines, line);) {
            stored_account a;
            std::istringstream parts(line);
            for (auto* part : {&a.email, &a.name, &a.public_id, &a.password_hash}) std::getline(parts, *part, '|');
            all.push_back(std::move(a));
        }
        return all;
    };
}

std::string postgres_damage(const std::string& url)
{
    const auto done = run_program({postgres_server::program("pg_amcheck"), "--install-missing", "--heapallindexed",
                                   "--maintenance-db=" + url, url});
    return done.exit_code == 0 ? "" : done.output + done.errors;
}

std::string through(const tcp_gate& gate, const std::string& url, const std::string& user)
{
    const auto name = last_part(url);
    return "postgresql://" + user + "@" + gate.address() + name.substr(0, name.find('?'));
}

other_session::other_session(const std::string& url, const std::vector<std::string>& statements)
    : name_(new_name()), psql_(psql(url, name_, statements))
{
    if (!psql_.await_error_line("is ready")) throw std::runtime_error("another session: " + psql_.errors());
}

void other_session::end(postgres_server& server)
{
    const auto still_there = "FROM pg_stat_activity WHERE application_name = '" + name_ + "'";
    server.query(server.url(), "SELECT pg_terminate_backend(pid, 10000) " + still_there);
}

postgres_service::postgres_service(postgres_server& p) : postgres(p), url(p.create_database())
{
    write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
}

std::vector<std::string> postgres_service::arguments(const std::string& database_url,
                                                     const std::vector<std::string>& more) const
{
    return std::vector<std::string>{"--database", database_url, "--secret-file", directory / "secret"} +
           cheap_passwords() + more;
}

std::unique_ptr<server_process> postgres_service::start(const std::vector<std::string>& more) const
{
    return std::make_unique<server_process>(directory.path(), arguments(url, more));
}

ledger_verdict postgres_service::check(const std::string& what, const std::string& ledger_file,
                                       const std::string& prefix, const std::string& address, const load_counts& counts)
{
    const auto v = check_ledger(ledger_file, prefix, postgres_accounts(postgres, url), address, 60);
    BOOST_TEST(v.wrong() == 0u, v.example);
    BOOST_TEST(v.acknowledged > 0u);
    BOOST_TEST(counts.strange == 0u, counts.example);
    BOOST_TEST(postgres_damage(url) == "");
    std::ostringstream text;
    text << what << ": sign-ups acknowledged " << v.acknowledged << ", lost " << v.lost << "; answered 503 "
         << counts.unavailable << ", not answered " << counts.unanswered << ", of which exist " << v.unknown_kept
         << "; longest answer " << counts.longest.count() << " ms; logins tried " << v.logins << ", failed "
         << v.failed_logins;
    report(text.str());
    return v;
}

askers::askers(const std::string& address, const std::string& name, std::size_t count, bool log_in)
    : address_(address), log_in_(log_in)
{
    http_client client(address);
    std::vector<person> all;
    for (std::size_t i = 0; i < count; ++i) {
        const auto email = name + "-" + std::to_string(i) + "@asker.test";
        BOOST_REQUIRE(client.form_post("/signup", registration(email)).status == 201);
        const auto token = token_of(client.form_post("/login", credentials(email)));
        all.push_back({email, owner_of(token), token});
    }
    for (const auto& each : all) threads_.emplace_back([this, each] { run(each); });
}

askers::~askers()
{
    stop();
}

void askers::stop()
{
    stopping_ = true;
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

askers::figures askers::counts() const
{
    const std::lock_guard lock(mutex_);
    return figures_;
}

void askers::check(const std::string& what, milliseconds longest)
{
    stop();
    const auto f = counts();
    std::ostringstream text;
    text << what << ": " << threads_.size() << " people asked: " << f.right << " right answers, " << f.unavailable
         << " times 503, " << f.wrong << " wrong, " << f.broken << " not answered; longest " << f.longest.count()
         << " ms";
    report(text.str());
    BOOST_TEST(f.right > 0u);
    BOOST_TEST(f.wrong == 0u, f.example);
    BOOST_TEST(f.broken == 0u, f.example);
    BOOST_TEST((f.longest <= longest), f.longest.count());
}

void askers::run(person who)
{
    std::unique_ptr<http_client> client;
    // What is wrong with an answer; "503" is that.
    const auto wrong = [](const http_response& r) {
        return r.status == 503 ? std::string("503") : std::to_string(r.status) + " " + r.body;
    };
    const auto log_in = [&]() -> std::string {
        const auto r = client->form_post("/login", credentials(who.email));
        if (r.status != 201) return wrong(r);
        const auto token = std::string(boost::json::parse(r.body).at("token").as_string());
        return owner_of(token) == who.public_id ? "" : "somebody else's token";
    };
    const auto list = [&]() -> std::string {
        const auto r = client->get("/user", who.token);
        if (r.status != 200) return wrong(r);
        const auto mine = "\"public_id\":\"" + who.public_id + "\"";
        return r.body.find(mine) != r.body.npos && r.body.find(who.email) != r.body.npos ? "" : "a list without me";
    };
    while (!stopping_) {
        try {
            if (!client) client = std::make_unique<http_client>(address_, std::chrono::seconds(60));
        } catch (const std::runtime_error& e) {
            std::this_thread::sleep_for(milliseconds(5));
            continue;
        }
        if (log_in_) ask(who, log_in);
        ask(who, list);
        if (client->has_ended()) client.reset();
        std::this_thread::sleep_for(milliseconds(2));
    }
}

void askers::ask(const person& who, const std::function<std::string()>& question)
{
    const auto begin = steady_clock::now();
    std::string problem;
    bool broken = false;
    try {
        problem = question();
    } catch (const std::exception& e) {
        problem = e.what();
        broken = true;
    }
    const auto now = steady_clock::now();
    const std::lock_guard lock(mutex_);
    figures_.longest = std::max(figures_.longest, std::chrono::duration_cast<milliseconds>(now - begin));
    if (problem.empty()) {
        ++figures_.right;
        figures_.last_right = now;
    } else if (problem == "503") {
        ++figures_.unavailable;
    } else {
        ++(broken ? figures_.broken : figures_.wrong);
        figures_.example = who.email + ": " + problem;
    }
}

std::string owner_of(const std::string& token)
{
    const auto begin = token.find('.') + 1;
    const auto payload = core::base64url_decode(token.substr(begin, token.find('.', begin) - begin));
    if (!payload) throw std::runtime_error("a token without a payload");
    return std::string(boost::json::parse(*payload).at("public_id").as_string());
}

recovery until_served(const std::string& address, steady_clock::time_point since, milliseconds limit)
{
    static std::atomic<int> count{0};
    std::string last = "nothing";
    const auto succeeds = [&] {
        http_client client(address, std::chrono::seconds(60));
        const auto email = "served-" + std::to_string(++count) + "@b.test";
        const auto added = client.form_post("/signup", registration(email));
        last = std::to_string(added.status) + " " + added.body;
        if (added.status != 201) return false;
        const auto known = client.form_post("/login", credentials(email));
        last = std::to_string(known.status) + " " + known.body;
        if (known.status != 201) return false;
        const std::string token(boost::json::parse(known.body).at("token").as_string());
        const auto listed = client.get("/user", token);
        last = std::to_string(listed.status) + " " + listed.body.substr(0, 200);
        return listed.status == 200 && listed.body.find(email) != listed.body.npos;
    };
    constexpr int enough = 10;
    const auto passed = [&] { return std::chrono::duration_cast<milliseconds>(steady_clock::now() - since); };
    recovery r;
    for (int row = 0; row < enough;) {
        bool done = false;
        try {
            done = succeeds();
        } catch (const std::runtime_error& e) {
            last = e.what();
        }
        row = done ? row + 1 : 0;
        if (row == 1) r.steady = passed();
        if (row == 1 && r.first == milliseconds(0)) r.first = r.steady;
        if (!done && passed() > limit) {
            BOOST_ERROR("not served in time: " + last);
            r.first = r.steady = passed();
            return r;
        }
        if (!done) std::this_thread::sleep_for(milliseconds(5));
    }
    return r;
}

std::ostream& operator<<(std::ostream& out, const recovery& r)
{
    return out << r.first.count() << " ms, without a failure from " << r.steady.count() << " ms on";
}

namespace {

int status_of(const std::string& address, const std::string& target, const name_values& fields)
{
    try {
        return http_client(address, std::chrono::seconds(60)).form_post(target, fields).status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

} // namespace

int status_of_sign_up(const std::string& address, const std::string& email)
{
    return status_of(address, "/signup", registration(email));
}

int status_of_login(const std::string& address, const std::string& email)
{
    return status_of(address, "/login", credentials(email));
}

bool is_live(const std::string& address)
{
    return http_client(address, std::chrono::seconds(2)).get("/health/live").status == 200;
}

std::size_t threads_of(::pid_t process)
{
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/task");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string in_ms(steady_clock::duration d)
{
    return std::to_string(std::chrono::duration_cast<milliseconds>(d).count()) + " ms";
}

} // namespace watchword::test
