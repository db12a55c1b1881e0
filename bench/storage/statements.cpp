// What one look-up of a user by address costs, in a transaction that is open: by a statement that SOCI keeps prepared
// (lib/store's way), by one that SOCI prepares each time, and the same by the bare API. Prints JSON with the
// nanoseconds of each in each round; they take turns, another one first each time.
//   store_statements URL USERS ROUNDS COUNT      a database of watchword_users with so many users
#include "raw/postgresql.hpp"
#include "raw/sqlite.hpp"
#include "storage/measuring.hpp"
#include "store/postgresql.hpp"
#include "store/session.hpp"
#include "store/sqlite.hpp"
#include "store/users.hpp"
#include "users/made_user.hpp"

#include <boost/json/array.hpp>

#include <functional>
#include <stdexcept>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::storage;
namespace json = boost::json;

constexpr std::uint64_t seed = 1; // watchword_users' own default
constexpr std::uint64_t step = 7919;

// Looks an address up and returns the user's id.
using look_up = std::function<long long(const std::string& email)>;

struct way {
    std::string name;
    look_up find;
    json::array ns;
};

std::unique_ptr<store::backend> open(const std::string& url)
{
    constexpr std::chrono::minutes timeout{5}; // one transaction lasts as long as the measurement
    if (url.starts_with("sqlite:")) return store::open_sqlite(url.substr(7), timeout);
    return store::open_postgresql(url, timeout);
}

std::vector<way> soci_ways(store::session& session)
{
    const auto kept = [&session](const std::string& email) {
        return static_cast<long long>(store::find_user_by_email(session, email).value().id);
    };
    const auto one_off = [&session](const std::string& email) {
        long long id = 0;
        std::string public_id, name, found, password;
        session.sql() << "SELECT id, public_id, name, email, password FROM \"user\" WHERE email = :email",
            soci::use(email), soci::into(id), soci::into(public_id), soci::into(name), soci::into(found),
            soci::into(password);
        return id;
    };
    return {{"kept by SOCI", kept, {}}, {"one-off by SOCI", one_off, {}}};
}

// Copies what it finds, as those above do.
struct raw_row {
    std::string public_id, name, email, password;
};

std::vector<way> sqlite_ways(const std::string& file)
{
    constexpr std::string_view text = "SELECT id, public_id, name, email, password FROM user WHERE email = ?";
    const auto db = std::make_shared<raw::sqlite_file>(file);
    db->execute("BEGIN");
    const auto take = [](raw::sqlite_statement& s, const std::string& email) {
        s.bind(1, email);
        if (!s.step()) throw std::runtime_error("there is no " + email);
        const auto id = s.number(0);
        const raw_row row{std::string(s.text(1)), std::string(s.text(2)), std::string(s.text(3)),
                          std::string(s.text(4))};
        if (row.email != email || s.step()) throw std::runtime_error("not " + email);
        s.reset();
        return id;
    };
    const auto statement = std::make_shared<raw::sqlite_statement>(*db, text);
    const auto kept = [=](const std::string& email) { return take(*statement, email); };
    const auto one_off = [=](const std::string& email) {
        raw::sqlite_statement mine(*db, text);
        return take(mine, email);
    };
    return {{"kept, bare API", kept, {}}, {"one-off, bare API", one_off, {}}};
}

std::vector<way> postgresql_ways(const std::string& url)
{
    static const std::string text = "SELECT id, public_id, name, email, password FROM \"user\" WHERE email = $1";
    const auto db = std::make_shared<raw::postgresql_connection>(url);
    db->execute("BEGIN");
    db->prepare("find", text);
    const auto take = [](const raw::postgresql_result& r, const std::string& email) {
        if (r.rows() != 1) throw std::runtime_error("there is no " + email);
        const raw_row row{r.text(0, 1), r.text(0, 2), r.text(0, 3), r.text(0, 4)};
        if (row.email != email) throw std::runtime_error("not " + email);
        return std::stoll(r.text(0, 0));
    };
    const auto kept = [=](const std::string& email) { return take(db->run("find", {email.c_str()}), email); };
    const auto one_off = [=](const std::string& email) { return take(db->execute(text, {email.c_str()}), email); };
    return {{"kept, bare API", kept, {}}, {"one-off, bare API", one_off, {}}};
}

double ns_each(const look_up& find, const std::vector<users::made_user>& asked)
{
    const auto begin = steady_clock::now();
    for (const auto& u : asked)
        if (find(u.email) == 0) throw std::runtime_error("there is no " + u.email);
    return seconds_between(begin, steady_clock::now()) * 1e9 / static_cast<double>(asked.size());
}

json::object measure(int argc, char** argv)
{
    if (argc != 5) throw std::runtime_error("usage: store_statements URL USERS ROUNDS COUNT");
    const std::string url = argv[1];
    const auto users = static_cast<std::uint64_t>(to_number(argv[2], 1, 1e10));
    const auto rounds = static_cast<std::size_t>(to_number(argv[3], 1, 10'000));
    const auto count = static_cast<std::uint64_t>(to_number(argv[4], 1, 10'000'000));

    const auto backend = open(url);
    const auto session = backend->connect(store::access::read);
    session->begin();
    auto ways = soci_ways(*session);
    for (auto& w : url.starts_with("sqlite:") ? sqlite_ways(url.substr(7)) : postgresql_ways(url)) ways.push_back(w);

    std::vector<users::made_user> asked;
    for (std::uint64_t i = 0; i < count; ++i) asked.push_back(users::make_user(seed, i * step % users));
    for (auto& w : ways) ns_each(w.find, asked);
    for (std::size_t round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < ways.size(); ++i) {
            auto& w = ways[(i + round) % ways.size()];
            w.ns.push_back(ns_each(w.find, asked));
        }
    json::object seen;
    for (auto& w : ways) seen[w.name] = std::move(w.ns);
    session->rollback();
    return seen;
}

} // namespace

int main(int argc, char** argv)
{
    return print("store_statements", measure, argc, argv);
}
