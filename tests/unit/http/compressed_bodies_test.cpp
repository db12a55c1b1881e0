#include "http/compressed_bodies.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

namespace {

using namespace watchword;
using body = http::compressed_bodies::body;

body make(const std::string& text)
{
    return std::make_shared<const std::string>(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(compressed_bodies)

BOOST_AUTO_TEST_CASE(the_first_to_ask_may_compress_and_the_others_wait_for_nothing)
{
    http::compressed_bodies all;
    const auto source = make("body");
    auto first = all.find(source);
    BOOST_TEST(bool(first.begun));
    auto second = all.find(source);
    BOOST_TEST(!second.begun);
    BOOST_TEST(!second.compressed);
    const auto packed = make("packed");
    first.begun.keep(packed);
    auto third = all.find(source);
    BOOST_TEST(!third.begun);
    BOOST_TEST(third.compressed == packed);
}

BOOST_AUTO_TEST_CASE(who_gives_up_leaves_it_to_the_next)
{
    http::compressed_bodies all;
    const auto source = make("body");
    {
        const auto first = all.find(source);
        BOOST_TEST(bool(first.begun));
    }
    BOOST_TEST(bool(all.find(source).begun));
}

BOOST_AUTO_TEST_CASE(what_was_not_worth_it_is_not_tried_again)
{
    http::compressed_bodies all;
    const auto source = make("body");
    all.find(source).begun.keep(nullptr);
    const auto again = all.find(source);
    BOOST_TEST(!again.begun);
    BOOST_TEST(!again.compressed);
}

BOOST_AUTO_TEST_CASE(a_body_at_the_address_of_another_is_not_taken_for_it)
{
    http::compressed_bodies all;
    auto text = std::make_unique<std::string>("old");
    const auto* const address = text.get();
    body source(address, [](const std::string*) {}); // the text outlives its owner
    all.find(source).begun.keep(make("packed old"));
    source.reset();
    *text = "new";
    const body other(address, [](const std::string*) {});
    BOOST_TEST(bool(all.find(other).begun));
}

BOOST_AUTO_TEST_CASE(two_bodies_of_one_owner_are_two)
{
    struct page {
        std::string head = "head", tail = "tail";
    };
    http::compressed_bodies all;
    const auto owner = std::make_shared<const page>();
    const body head(owner, &owner->head), tail(owner, &owner->tail);
    all.find(head).begun.keep(make("packed head"));
    BOOST_TEST(bool(all.find(tail).begun));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_bounded_and_keeps_no_body_alive)
{
    http::compressed_bodies all;
    std::vector<std::weak_ptr<const std::string>> packed;
    std::vector<body> sources;
    for (int i = 0; i < 100; ++i) {
        sources.push_back(make("body"));
        const auto p = make("packed");
        packed.push_back(p);
        all.find(sources.back()).begun.keep(p);
    }
    const auto alive = std::count_if(packed.begin(), packed.end(), [](const auto& p) { return !p.expired(); });
    BOOST_TEST(alive == 16);
    BOOST_TEST(!all.find(sources.back()).begun);
    BOOST_TEST(bool(all.find(sources.front()).begun));
    const std::weak_ptr<const std::string> last = sources.back();
    sources.clear();
    BOOST_TEST(last.expired());
}

BOOST_AUTO_TEST_CASE(threads_may_ask_at_once)
{
    http::compressed_bodies all;
    std::vector<body> sources;
    for (int i = 0; i < 24; ++i) sources.push_back(make(std::to_string(i)));
    const auto ask = [&] {
        for (int i = 0; i < 5000; ++i) {
            const auto& source = sources[static_cast<std::size_t>(i) % sources.size()];
            auto found = all.find(source);
            if (found.begun && i % 3 != 0) found.begun.keep(make("packed " + *source));
            if (found.compressed && *found.compressed != "packed " + *source) throw std::logic_error("another's body");
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(ask);
}

BOOST_AUTO_TEST_SUITE_END()
