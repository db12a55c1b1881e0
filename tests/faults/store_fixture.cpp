#include "store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace watchword::test {

std::string sign_up_known(const std::string& address)
{
    http_client client(address);
    const auto added = client.form_post("/signup", registration(known_email));
    BOOST_REQUIRE_MESSAGE(added.status == 201, added.status << " " << added.body);
    return token_of(client.form_post("/login", credentials(known_email)));
}

void check_reads(const std::string& address, const std::string& token, const std::string& what, std::size_t times)
{
    http_client client(address);
    latencies logins, lists;
    for (std::size_t i = 0; i < times; ++i) {
        auto begin = steady_clock::now();
        const auto login = client.form_post("/login", credentials(known_email));
        logins.add(steady_clock::now() - begin);
        BOOST_TEST(login.status == 201, login.status << " " << login.body);
        begin = steady_clock::now();
        const auto list = client.get("/user", token);
        lists.add(steady_clock::now() - begin);
        BOOST_TEST(list.status == 200, list.status << " " << list.body);
        BOOST_TEST(http_client(address).get("/health/live").status == 200);
    }
    std::ostringstream text;
    text << what << ", all answered: logins " << logins << "; lists " << lists;
    report(text.str());
}

ledger_verdict check_nothing_lost(ledger_load& load, const std::string& ledger_file, const std::string& prefix,
                                  const std::string& database, const std::string& address, const std::string& what)
{
    load.stop();
    const auto counts = load.counts();
    const auto v = check_ledger(ledger_file, prefix, sqlite_accounts(database), address, how_many(200, 200));
    BOOST_TEST(counts.strange == 0u, counts.example);
    BOOST_TEST(v.wrong() == 0u, v.example);
    BOOST_TEST(sqlite_integrity(database) == "ok");
    std::ostringstream text;
    text << what << ": acknowledged " << v.acknowledged << ", lost " << v.lost << "; answered 503 "
         << counts.unavailable << ", unanswered " << counts.unanswered << ", of these there " << v.unknown_kept
         << ", half " << v.half << "; longest answer " << counts.longest.count() << " ms";
    report(text.str());
    return v;
}

milliseconds next_acknowledged(const ledger_load& load, steady_clock::time_point since, milliseconds limit)
{
    while (load.counts().last <= since && steady_clock::now() - since < limit)
        std::this_thread::sleep_for(milliseconds(5));
    return std::chrono::duration_cast<milliseconds>(std::max(load.counts().last, steady_clock::now()) - since);
}

bool are_refused(const ledger_load& load, std::uint64_t more, std::chrono::seconds limit)
{
    const auto before = load.counts().unavailable;
    return comes_true([&] { return load.counts().unavailable >= before + more; }, limit);
}

bool are_acknowledged(const ledger_load& load, std::uint64_t more, std::chrono::seconds limit)
{
    const auto before = load.counts().acknowledged;
    return comes_true([&] { return load.counts().acknowledged >= before + more; }, limit);
}

std::size_t count_lines(const std::string& log, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = log.find(part); at != log.npos; at = log.find(part, log.find('\n', at))) ++count;
    return count;
}

} // namespace watchword::test
