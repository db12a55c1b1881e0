// Where it is hidden which accounts exist: the same answers, the same work.
#include "hiding_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <map>
#include <ostream>
#include <thread>

namespace {

using namespace watchword;
using watchword::accounts::addresses;

// PBKDF2-HMAC-SHA1 of "pw" with 1000 rounds, from Python's hashlib.
const std::string flask_hash = "pbkdf2:sha1:1000$ogdvbzDp$1e6d7ec093158617864665fce4db59879493bc36";

constexpr accounts::terms hidden_caseless{addresses::caseless, accounts::password_rules::lenient,
                                          accounts::existence::hidden};

// What has been done in the background.
struct work {
    std::uint64_t hashes = 0, reads = 0, writes = 0, commits = 0, changes = 0;

    bool operator==(const work&) const = default;
    work operator-(const work& o) const
    {
        return {hashes - o.hashes, reads - o.reads, writes - o.writes, commits - o.commits, changes - o.changes};
    }
    friend std::ostream& operator<<(std::ostream& out, const work& w)
    {
        return out << w.hashes << " hashes, " << w.reads << " reads, " << w.writes << " writes, " << w.commits
                   << " commits, " << w.changes << " changes";
    }
};

bool is_idle(const core::queue_statistics& q)
{
    return q.running == 0 && q.waiting == 0;
}

// A job is counted a moment after its caller goes on.
work work_done(const test::service& s)
{
    for (;;) {
        const auto hashing = s.hashing.statistics();
        const auto database = s.database.statistics();
        if (is_idle(hashing) && is_idle(database.readers) && is_idle(database.writer))
            return {hashing.executed, database.readers.executed, database.writer.executed, database.commits.committed,
                    s.database.changes().users};
        std::this_thread::yield();
    }
}

template <class Action> work work_of(const test::service& s, Action action)
{
    const auto before = work_done(s);
    action();
    return work_done(s) - before;
}

std::string everything_in(const http::response& r)
{
    return std::to_string(static_cast<int>(r.status())) + "\n" + std::string(r.lines()) +
           std::string(r.literal_lines()) + std::string(r.content_type()) + "\n" + std::string(r.body());
}

struct people : test::hiding_service {
    people()
    {
        sign_up("known@x");
        sign_up("empty@x");
        sign_up("malformed@x");
        sign_up("without@x");
        sign_up("nameless@x");
        sign_up("flask@x");
        set_column("empty@x", "password", "''");
        set_column("malformed@x", "password", "'$argon2id$v=19$m=64,t=1,p=1$AAAA'");
        set_column("without@x", "password", "NULL");
        set_column("nameless@x", "public_id", "NULL");
        set_column("flask@x", "password", "'" + flask_hash + "'");
    }
};
const std::vector<std::string> addresses_of_people{"known@x",   "empty@x",    "malformed@x",
                                                   "without@x", "nameless@x", "flask@x"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hiding, people)

BOOST_AUTO_TEST_CASE(a_log_in_that_fails_says_the_same_of_everybody_and_of_nobody)
{
    const auto expected = everything_in(post_hidden("/login", "email=known@x&password=wrong"));
    BOOST_TEST(expected.starts_with("403\n"));
    BOOST_TEST(expected.find("Wrong Password !!") != std::string::npos);
    for (const auto& email : addresses_of_people)
        BOOST_TEST(everything_in(post_hidden("/login", "email=" + email + "&password=wrong")) == expected, email);
    for (const std::string email : {"unknown@x", "KNOWN@x", "%ff", "a%00b", "%20known@x"})
        BOOST_TEST(everything_in(post_hidden("/login", "email=" + email + "&password=wrong")) == expected, email);
    const std::string endless(5000, 'x');
    for (const std::string& form : {"email=" + endless + "&password=wrong", "email=known@x&password=" + endless,
                                    "email=unknown@x&password=" + endless})
        BOOST_TEST(everything_in(post_hidden("/login", form)) == expected);
    BOOST_TEST(everything_in(post("/login", "email=unknown@x&password=wrong")) != expected); // the tutorial's own
    BOOST_TEST((post_hidden("/login", "email=known@x&password=pw").status() == http::status::created));
}

BOOST_AUTO_TEST_CASE(a_log_in_that_fails_is_the_same_work_for_everybody_and_for_nobody)
{
    for (const auto& terms : {test::hidden_terms, hidden_caseless})
        for (const std::string password : {"wrong", "wro\u0301ng"}) {
            const work expected{1, 1, 0, 0, 0};
            const auto spent = [&](const std::string& email) {
                return work_of(*this, [&] { sign_in_hidden(email, password, terms); });
            };
            for (const auto& email : addresses_of_people) BOOST_TEST(spent(email) == expected, email);
            for (const std::string email : {"unknown@x", "other@x", "KNOWN@x"})
                BOOST_TEST(spent(email) == expected, email);
        }
}

BOOST_AUTO_TEST_CASE(what_the_request_alone_decides_is_no_work_for_anybody)
{
    const std::string endless(5000, 'x');
    const std::map<std::string, std::string> all{{"known@x", endless}, {"unknown@x", endless}, {"a\xFF", "pw"}};
    for (const auto& given : all) {
        core::result<std::string> outcome;
        BOOST_TEST(work_of(*this, [&] { outcome = sign_in_hidden(given.first, given.second); }) == work());
        BOOST_TEST((outcome.error() == core::errc::wrong_password));
    }
}

BOOST_AUTO_TEST_CASE(a_sign_up_says_the_same_whether_or_not_the_address_is_known)
{
    const auto expected = everything_in(post_hidden("/signup", "name=N&email=new@x&password=pw"));
    BOOST_TEST(expected.starts_with("201\n"));
    BOOST_TEST(expected.ends_with("Successfully registered."));
    for (const auto& email : addresses_of_people)
        BOOST_TEST(everything_in(post_hidden("/signup", "name=M&email=" + email + "&password=other")) == expected);
    // What is wrong with a form is said either way.
    for (const std::string email : {"known@x", "unknown@x"})
        BOOST_TEST((post_hidden("/signup", "email=" + email + "&password=").status() == http::status::bad_request));
}

BOOST_AUTO_TEST_CASE(a_sign_up_is_the_same_work_whether_or_not_the_address_is_known)
{
    const work expected{1, 0, 1, 1, 1};
    for (const auto& terms : {test::hidden_terms, hidden_caseless}) {
        const std::string mark = terms.compared == addresses::exact ? "exact" : "caseless";
        for (const std::string email : {"known@x", "flask@x"})
            BOOST_TEST(work_of(*this, [&] { BOOST_TEST(sign_up_hidden(email, "pw", terms).has_value()); }) == expected);
        for (const std::string email : {"first", "Second"})
            BOOST_TEST(work_of(*this, [&] { BOOST_TEST(sign_up_hidden(email + mark, "pw", terms).has_value()); }) ==
                       expected);
    }
}

BOOST_AUTO_TEST_CASE(a_sign_up_with_a_known_address_leaves_the_account_as_it_is)
{
    const auto token = log_in("known@x");
    const std::string before(list(token).body());
    const auto hash = stored_hash("known@x");
    const auto one = sign_up_hidden("known@x", "other"), two = sign_up_hidden("known@x", "other");
    BOOST_TEST(one.value() != two.value());
    BOOST_TEST(sign_up_hidden("KNOWN@x", "other", hidden_caseless).has_value());
    BOOST_TEST(list(token).body() == before);
    BOOST_TEST(stored_hash("known@x") == hash);
    BOOST_TEST((sign_in_hidden("known@x", "other").error() == core::errc::wrong_password));
    BOOST_TEST(sign_in_hidden("known@x", "pw").has_value());
}

BOOST_AUTO_TEST_CASE(of_many_sign_ups_of_one_address_at_once_one_has_it_and_none_is_told)
{
    constexpr int clients = 12; // the queue takes 16
    std::vector<std::future<bool>> racing;
    for (int i = 0; i < clients; ++i)
        racing.push_back(std::async(std::launch::async, [this, i] {
            return sign_up_hidden("race@x", "password " + std::to_string(i)).has_value();
        }));
    for (auto& each : racing) BOOST_TEST(each.get());
    int right = 0;
    for (int i = 0; i < clients; ++i)
        right += sign_in_hidden("race@x", "password " + std::to_string(i)).has_value() ? 1 : 0;
    BOOST_TEST(right == 1);
}

BOOST_AUTO_TEST_CASE(who_signs_in_right_is_let_in_and_his_outdated_hash_renewed)
{
    BOOST_TEST(sign_in_hidden("flask@x", "pw").has_value());
    BOOST_TEST(stored_hash("flask@x").starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    BOOST_TEST(sign_in_hidden("flask@x", "pw").has_value());
    BOOST_TEST(sign_in_hidden("FLASK@x", "pw", hidden_caseless).has_value());
}

BOOST_AUTO_TEST_CASE(the_password_of_whoever_stands_in_lets_nobody_in)
{
    // Everybody has the same password, so an address that is nobody's leads to one for whom it is right.
    for (const auto& email : addresses_of_people) set_column(email, "password", "'" + flask_hash + "'");
    for (int i = 0; i < 20; ++i) {
        const auto outcome = sign_in_hidden("unknown" + std::to_string(i) + "@x", "pw");
        BOOST_TEST((outcome.error() == core::errc::wrong_password));
    }
    BOOST_TEST((sign_in_hidden("nameless@x", "pw").error() == core::errc::wrong_password));
    for (const auto& email : addresses_of_people) BOOST_TEST(stored_hash(email) == flask_hash);
}

BOOST_AUTO_TEST_CASE(whoever_stands_in_has_a_hash_as_the_others_have_and_stays)
{
    const auto stand_in = [&](const std::string& email, core::siphash_key key) {
        const accounts::stand_ins all(key, passwords, random);
        const auto look = [&](store::session& s) { return all.fill_in(s, email, core::errc::not_found); };
        const auto filled = test::run_task(database.read(look)).value();
        BOOST_TEST(filled.id == 0);
        BOOST_TEST(!filled.public_id.has_value());
        return filled.password_hash.value_or("");
    };
    for (const auto& email : {"empty@x", "malformed@x", "without@x"}) set_column(email, "password", "'other'");
    std::map<std::string, int> found;
    int moved = 0;
    for (int i = 0; i < 300; ++i) {
        const auto email = "unknown" + std::to_string(i) + "@x";
        const auto hash = stand_in(email, {1, 2});
        BOOST_TEST(stand_in(email, {1, 2}) == hash);
        moved += stand_in(email, {1, 3}) == hash ? 0 : 1;
        ++found[hash];
    }
    BOOST_TEST((found["other"] > 100 && found["other"] < 200), found["other"]); // half of them
    BOOST_TEST((found[flask_hash] > 20 && found[flask_hash] < 90), found[flask_hash]);
    BOOST_TEST(moved > 100);
}

BOOST_AUTO_TEST_SUITE_END()
