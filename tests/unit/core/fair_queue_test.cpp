#include "core/fair_queue.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using watchword::core::client_key;
using watchword::core::fair_queue;

struct named final : fair_queue::item {
    named(client_key client, std::string n) : item(client), name(std::move(n)) {}
    const std::string name;
};

// Items are named after their clients: a1 and a2 are the first and the second of client a.
struct clients {
    fair_queue queue{2000};
    std::map<std::string, named> items{};

    named& item(const std::string& name)
    {
        return items.try_emplace(name, static_cast<client_key>(name.front()), name).first->second;
    }
    void come(const std::string& names)
    {
        std::istringstream all(names);
        for (std::string name; all >> name;) queue.push(item(name));
    }
    std::string next() { return static_cast<named&>(queue.pop()).name; }
    std::string all()
    {
        std::string names;
        while (!queue.empty()) names += (names.empty() ? "" : " ") + next();
        return names;
    }
    std::size_t before(char client) const { return queue.before(static_cast<client_key>(client)); }
    // "" for nobody.
    std::string gives_way_to(char client) const
    {
        const auto* const found = queue.gives_way_to(static_cast<client_key>(client));
        return found == nullptr ? "" : static_cast<const named*>(found)->name;
    }
    void exchange(const std::string& out, const std::string& in)
    {
        queue.erase(item(out));
        come(in);
    }
};

// The same by the simplest means.
class model {
public:
    struct line {
        client_key client;
        std::vector<std::size_t> numbers;
        std::uint64_t since; // it has had so many
    };

    std::size_t size() const { return ages_.size(); }
    std::size_t waiting(client_key client) const
    {
        const auto found = find(client);
        return found == lines_.end() ? 0 : found->numbers.size();
    }
    void push(client_key client, std::size_t number)
    {
        auto found = lines_.begin() + (find(client) - lines_.begin());
        if (found == lines_.end()) found = lines_.insert(found, line{client, {}, 0});
        found->numbers.push_back(number);
        found->since = ++changes_;
        ages_.push_back(number);
    }
    std::size_t pop()
    {
        const auto number = lines_.front().numbers.front();
        const bool has_more = lines_.front().numbers.size() > 1;
        erase(number);
        if (has_more) std::rotate(lines_.begin(), lines_.begin() + 1, lines_.end());
        return number;
    }
    void erase(std::size_t number)
    {
        std::erase(ages_, number);
        for (auto& each : lines_)
            if (std::erase(each.numbers, number) != 0) each.since = ++changes_;
        std::erase_if(lines_, [](const line& each) { return each.numbers.empty(); });
    }
    std::size_t oldest() const { return ages_.front(); }
    std::size_t at(std::size_t place) const { return ages_.at(place); }
    std::optional<std::size_t> gives_way_to(client_key client) const
    {
        const line* loser = nullptr;
        for (const auto& each : lines_) {
            const auto most = loser == nullptr ? 0 : loser->numbers.size();
            if (each.numbers.size() > most || (each.numbers.size() == most && each.since < loser->since)) loser = &each;
        }
        if (loser == nullptr || loser->numbers.size() - 1 < waiting(client) + 1) return std::nullopt;
        return loser->numbers.back();
    }
    // How many really go before one more of a client.
    std::size_t before(client_key client) const
    {
        constexpr std::size_t mark = ~std::size_t(0);
        model future = *this;
        future.push(client, mark);
        std::size_t count = 0;
        while (future.pop() != mark) ++count;
        return count;
    }
    std::size_t clients_with_more(std::size_t than) const
    {
        const auto has_more = [than](const line& each) { return each.numbers.size() > than; };
        return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(), has_more));
    }

private:
    std::deque<line>::const_iterator find(client_key client) const
    {
        return std::find_if(lines_.begin(), lines_.end(), [=](const line& each) { return each.client == client; });
    }

    std::deque<line> lines_; // in the order of their turns
    std::vector<std::size_t> ages_;
    std::uint64_t changes_ = 0;
};

struct numbered final : fair_queue::item {
    numbered(client_key client, std::size_t n) : item(client), number(n) {}
    const std::size_t number;
};

// Both, side by side.
class comparison {
public:
    static constexpr std::size_t capacity = 48;

    explicit comparison(unsigned seed) : random_(seed) {}

    void step()
    {
        client_key client = pick(12);
        if (pick(2) == 0) client *= 64; // those are all in one bucket
        const auto what = pick(10);
        if (what < 6) {
            come(client);
        } else if (what < 8 && !queue_.empty()) {
            BOOST_REQUIRE(number(queue_.pop()) == model_.pop());
        } else if (!queue_.empty()) {
            erase(model_.at(pick(model_.size())));
        }
        compare(client);
    }
    void drain()
    {
        while (!queue_.empty()) BOOST_REQUIRE(number(queue_.pop()) == model_.pop());
        BOOST_TEST(model_.size() == 0u);
    }
    std::size_t exchanged() const { return exchanged_; }
    std::size_t refused() const { return refused_; }

private:
    static std::size_t number(const fair_queue::item& x) { return static_cast<const numbered&>(x).number; }
    std::size_t pick(std::size_t below) { return random_() % below; }

    void come(client_key client)
    {
        if (queue_.size() == capacity) {
            const auto* const loser = queue_.gives_way_to(client);
            if (loser == nullptr) {
                ++refused_;
                return;
            }
            ++exchanged_;
            erase(number(*loser));
        }
        items_.emplace_back(client, items_.size());
        queue_.push(items_.back());
        model_.push(client, items_.back().number);
    }
    void erase(std::size_t number)
    {
        auto& x = items_[number];
        BOOST_REQUIRE(x.is_queued());
        queue_.erase(x);
        BOOST_REQUIRE(!x.is_queued());
        model_.erase(number);
    }
    void compare(client_key client)
    {
        BOOST_REQUIRE(queue_.size() == model_.size());
        BOOST_REQUIRE(queue_.waiting(client) == model_.waiting(client));
        if (!queue_.empty()) BOOST_REQUIRE(number(queue_.oldest()) == model_.oldest());
        const auto* const loser = queue_.gives_way_to(client);
        const auto expected = model_.gives_way_to(client);
        BOOST_REQUIRE((loser != nullptr) == expected.has_value());
        if (loser != nullptr) BOOST_REQUIRE(number(*loser) == *expected);
        const auto estimated = queue_.before(client), real = model_.before(client);
        BOOST_REQUIRE(estimated >= real);
        BOOST_REQUIRE(estimated - real <= model_.clients_with_more(model_.waiting(client)));
        if (model_.waiting(client) == 0) BOOST_REQUIRE(estimated == real);
    }

    std::mt19937 random_;
    fair_queue queue_{capacity};
    model model_{};
    std::deque<numbered> items_{};
    std::size_t exchanged_ = 0, refused_ = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fair_queue_, clients)

BOOST_AUTO_TEST_CASE(clients_take_turns_and_each_is_served_in_the_order_it_came)
{
    come("a1 a2 a3 a4 b1 b2 c1");
    BOOST_TEST(queue.size() == 7u);
    BOOST_TEST(all() == "a1 b1 c1 a2 b2 a3 a4");

    come("a1 b1 b2 c1 b3 a2 c2 b4");
    BOOST_TEST(all() == "a1 b1 c1 a2 b2 c2 b3 b4");
}

BOOST_AUTO_TEST_CASE(one_client_has_an_ordinary_queue)
{
    come("a1 a2 a3 a4 a5");
    BOOST_TEST(next() == "a1");
    come("a6");
    BOOST_TEST(all() == "a2 a3 a4 a5 a6");
}

BOOST_AUTO_TEST_CASE(whoever_was_just_served_waits_for_all_others)
{
    come("a1 b1 c1");
    BOOST_TEST(next() == "a1");
    come("a2"); // has none waiting: comes back behind b and c
    BOOST_TEST(next() == "b1");
    come("b2 d1");
    BOOST_TEST(all() == "c1 a2 b2 d1");
}

BOOST_AUTO_TEST_CASE(a_newcomer_is_next_but_one_behind_a_thousand_of_another)
{
    for (int i = 1; i <= 1000; ++i) come("a" + std::to_string(i));
    come("b1");
    BOOST_TEST(before('a') == 1001u);
    BOOST_TEST(before('b') == 3u); // a1, b1, a2
    BOOST_TEST(before('c') == 2u);
    BOOST_TEST(next() == "a1");
    BOOST_TEST(next() == "b1");
    for (int i = 2; i <= 1000; ++i) BOOST_TEST_REQUIRE(next() == "a" + std::to_string(i));
    BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(whoever_goes_leaves_the_order_of_the_others_as_it_is)
{
    const std::map<std::string, std::string> left{{"a1", "a2 b1 c1 a3 b2"}, {"a2", "a1 b1 c1 a3 b2"},
                                                  {"a3", "a1 b1 c1 a2 b2"}, {"b1", "a1 b2 c1 a2 a3"},
                                                  {"b2", "a1 b1 c1 a2 a3"}, {"c1", "a1 b1 a2 b2 a3"}};
    for (const auto& [gone, others] : left) {
        come("a1 a2 a3 b1 b2 c1");
        queue.erase(item(gone));
        BOOST_TEST(!item(gone).is_queued());
        BOOST_TEST(queue.size() == 5u);
        BOOST_TEST(all() == others, gone);
    }
    come("a1");
    queue.erase(item("a1"));
    BOOST_TEST(queue.empty());
    come("b1 a1"); // nothing is left of it
    BOOST_TEST(all() == "b1 a1");
}

BOOST_AUTO_TEST_CASE(the_newest_of_who_has_the_most_gives_way_to_who_has_fewer)
{
    come("a1 a2 a3 a4");
    BOOST_TEST(gives_way_to('a') == "");
    BOOST_TEST(gives_way_to('b') == "a4");
    exchange("a4", "b1");
    BOOST_TEST(gives_way_to('b') == "a3");
    BOOST_TEST(gives_way_to('c') == "a3");
    exchange("a3", "c1");
    BOOST_TEST(gives_way_to('b') == ""); // it would have two, and a only one
    BOOST_TEST(gives_way_to('d') == "a2");
    exchange("a2", "d1");
    for (const char client : {'a', 'b', 'e'}) BOOST_TEST(gives_way_to(client) == ""); // nobody's only one does
    BOOST_TEST(all() == "a1 b1 c1 d1");
}

BOOST_AUTO_TEST_CASE(how_many_go_before_is_counted_by_turns)
{
    BOOST_TEST(before('a') == 0u);
    come("a1 a2 a3 a4 a5 b1 b2 c1");
    BOOST_TEST(before('d') == 3u);         // one of each
    BOOST_TEST(before('c') == 2u + 2 + 1); // two of a, two of b, its own
    BOOST_TEST(before('b') == 3u + 2 + 1);
    BOOST_TEST(before('a') == 8u); // all
    queue.erase(item("a5"));
    queue.erase(item("a4"));
    BOOST_TEST(before('b') == 3u + 2 + 1);
    queue.erase(item("a1"));
    BOOST_TEST(before('b') == 2u + 2 + 1);
    BOOST_TEST(before('a') == 5u);
}

BOOST_AUTO_TEST_CASE(the_oldest_is_the_one_that_came_first_whoever_has_the_turn)
{
    come("a1 a2 b1 c1");
    BOOST_TEST(next() == "a1");
    BOOST_TEST(static_cast<named&>(queue.oldest()).name == "a2");
    queue.erase(item("a2"));
    BOOST_TEST(static_cast<named&>(queue.oldest()).name == "b1");
    come("a2");
    BOOST_TEST(next() == "b1");
    BOOST_TEST(static_cast<named&>(queue.oldest()).name == "c1");
    BOOST_TEST(all() == "c1 a2");
}

BOOST_AUTO_TEST_CASE(a_queue_for_nobody_and_one_for_one)
{
    fair_queue none(0);
    BOOST_TEST(none.empty());
    BOOST_TEST(none.before(1) == 0u);
    BOOST_TEST(none.gives_way_to(1) == nullptr);

    fair_queue one(1);
    one.push(item("a1"));
    BOOST_TEST(one.gives_way_to('b') == nullptr);
    BOOST_TEST(one.before('b') == 1u);
    BOOST_TEST(&one.pop() == &item("a1"));
}

BOOST_DATA_TEST_CASE(it_does_what_the_simplest_means_do, boost::unit_test::data::make({1u, 2u, 3u}), seed)
{
    comparison both(seed);
    for (int i = 0; i < 10'000; ++i) both.step();
    BOOST_TEST(both.exchanged() > 100u);
    BOOST_TEST(both.refused() > 100u);
    both.drain();
    BOOST_TEST_MESSAGE(both.exchanged() << " gave way, " << both.refused() << " refused");
}

BOOST_AUTO_TEST_SUITE_END()
