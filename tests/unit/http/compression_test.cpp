#include "http/compression.hpp"
#include "http/conditional.hpp"
#include "support/gunzip.hpp"
#include "support/run_task.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <latch>
#include <thread>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;

constexpr std::string_view json = "application/json";

std::string text(std::size_t size)
{
    std::string out;
    for (int i = 0; out.size() < size; ++i) out += "{\"number\":" + std::to_string(i) + "},";
    out.resize(size);
    return out;
}

// Gives its pieces one by one.
struct pieces {
    std::vector<std::string> all;
    std::size_t next = 0;
    core::task<core::result<std::string>> operator()()
    {
        if (next == all.size()) co_return std::string();
        if (all[next] == "fail") co_return core::errc::unavailable;
        co_return all[next++];
    }
};

// Answers every request with a copy of `next`.
struct site {
    core::workers pool{{"compress", 1, 1}};
    http::compression compression{{1400}, pool};
    http::router router;
    response next;

    struct copy_next {
        site* owner;
        core::task<response> operator()(request&) const { co_return owner->next; }
    };
    site()
    {
        router.add(method::get, "/x", copy_next{this});
        compression.add_to(router);
    }
    response ask(response r, std::string_view accepted = "gzip", method m = method::get)
    {
        next = std::move(r);
        request q;
        q.method = m;
        q.path = "/x";
        if (!accepted.empty()) q.headers = {{"Accept-Encoding", accepted}};
        return test::run_task(router.answer(q));
    }
    bool compresses(response r) { return ask(std::move(r)).header("Content-Encoding") == "gzip"; }
    bool varies(response r, std::string_view accepted = "")
    {
        return ask(std::move(r), accepted).header("Vary") == "Accept-Encoding";
    }

    // Jobs of the pool so far; a job is counted after its result has come.
    std::uint64_t executed() const
    {
        while (pool.statistics().running != 0) std::this_thread::yield();
        return pool.statistics().executed;
    }

    // While it lives, the pool's thread is busy, and its queue full if there are two jobs.
    class jam {
    public:
        explicit jam(site& s, unsigned jobs = 2)
        {
            for (unsigned i = 0; i < jobs; ++i) {
                jobs_.push_back(std::async(std::launch::async, [this, &s] {
                    const auto hold = [this](std::size_t) -> core::result<int> {
                        if (!running_.try_wait()) running_.count_down();
                        released_.wait();
                        return 1;
                    };
                    test::run_task(s.pool.run(hold));
                }));
                if (i == 0) running_.wait();
            }
            while (s.pool.statistics().waiting < jobs - 1) std::this_thread::yield();
        }
        ~jam() { released_.count_down(); }

    private:
        std::latch running_{1}, released_{1};
        std::vector<std::future<void>> jobs_; // joined first
    };
};

std::string read_all(response& r)
{
    std::string all;
    for (;;) {
        auto piece = test::run_task(r.stream()());
        if (!piece || piece->empty()) return all;
        all += *piece;
    }
}

response streamed(std::vector<std::string> all)
{
    return response(status::ok, json, http::body_stream(pieces{std::move(all)}));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(compression, site)

BOOST_AUTO_TEST_CASE(a_long_body_is_sent_compressed_to_who_asks_for_it)
{
    for (const std::size_t size : {1400u, 16'384u, 16'385u, 500'000u}) {
        const auto r = ask(response(status::ok, json, text(size)));
        BOOST_TEST(r.header("Content-Encoding") == "gzip");
        BOOST_TEST(r.header("Vary") == "Accept-Encoding");
        BOOST_TEST(r.body().size() < size / 2);
        BOOST_TEST((test::gunzip(r.body()) == text(size)), size);
    }
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_it_but_caches_are_told)
{
    for (const auto* accepted : {"", "br", "gzip;q=0", "identity"}) {
        const auto r = ask(response(status::ok, json, text(5000)), accepted);
        BOOST_TEST((r.body() == text(5000)), accepted);
        BOOST_TEST(!r.has("Content-Encoding"));
        BOOST_TEST(r.header("Vary") == "Accept-Encoding");
    }
}

BOOST_AUTO_TEST_CASE(a_short_body_is_left_alone_and_does_not_vary)
{
    const auto r = ask(response(status::ok, json, text(1399)));
    BOOST_TEST(r.lines() == "");
    BOOST_TEST((r.body() == text(1399)));
}

BOOST_AUTO_TEST_CASE(only_json_and_text_are_compressed)
{
    for (const std::string_view type : {"application/json", "application/problem+json", "text/html; charset=utf-8",
                                        "text/plain", "application/json; charset=utf-8", "application/vnd.x+json ;a=b"})
        BOOST_TEST(compresses(response(status::ok, type, text(5000))), type);
    for (const std::string_view type : {"image/png", "application/octet-stream", "", "application/jsonish", "x/text"}) {
        BOOST_TEST(!compresses(response(status::ok, type, text(5000))), type);
        BOOST_TEST(!varies(response(status::ok, type, text(5000))), type);
    }
}

BOOST_AUTO_TEST_CASE(errors_are_compressed_too)
{
    BOOST_TEST(compresses(response(status::bad_request, json, text(5000))));
}

BOOST_AUTO_TEST_CASE(what_is_encoded_or_marked_is_left_alone)
{
    response encoded(status::ok, json, text(5000));
    encoded.set("content-encoding", "br");
    BOOST_TEST((ask(encoded).body() == text(5000)));
    BOOST_TEST(!ask(encoded).has("Vary"));
    response marked(status::ok, json, text(5000));
    marked.never_compress();
    BOOST_TEST((ask(marked).body() == text(5000)));
    BOOST_TEST(!ask(marked).has("Vary"));
    auto stream = streamed({text(5000)});
    stream.never_compress();
    auto r = ask(std::move(stream));
    BOOST_TEST((read_all(r) == text(5000)));
}

BOOST_AUTO_TEST_CASE(a_response_without_body_is_left_alone)
{
    BOOST_TEST(!compresses(response(status::no_content, json, text(5000))));
    BOOST_TEST(!varies(response(status::no_content, json, text(5000))));
    BOOST_TEST(!compresses(response(status::not_modified)));
    BOOST_TEST(varies(response(status::not_modified))); // as the 200 would
}

BOOST_AUTO_TEST_CASE(head_has_the_fields_of_get)
{
    const auto get = ask(response(status::ok, json, text(5000)));
    const auto head = ask(response(status::ok, json, text(5000)), "gzip", method::head);
    BOOST_TEST(head.lines() == get.lines());
    BOOST_TEST(head.body().size() == get.body().size());
}

BOOST_AUTO_TEST_CASE(a_strong_tag_becomes_weak_and_still_leads_to_a_304)
{
    response r(status::ok, json, text(5000));
    r.set("ETag", "\"1\"").set("Cache-Control", "no-cache");
    const auto compressed = ask(r);
    BOOST_TEST(compressed.header("ETag") == "W/\"1\"");
    BOOST_TEST(compressed.header("Cache-Control") == "no-cache");
    BOOST_TEST(compressed.header("Content-Encoding") == "gzip");
    BOOST_TEST(ask(r, "").header("ETag") == "\"1\"");
    request q;
    q.headers = {{"If-None-Match", compressed.header("ETag")}};
    BOOST_TEST(static_cast<int>(http::not_modified_if_matched(q, r).status()) == 304);

    response weak(status::ok, json, text(5000));
    weak.set("ETag", "W/\"1\"");
    BOOST_TEST(ask(weak).header("ETag") == "W/\"1\"");
}

BOOST_AUTO_TEST_CASE(what_gets_no_smaller_goes_out_as_it_is)
{
    std::string noise;
    std::uint64_t x = 1;
    while (noise.size() < 3000) noise.push_back(static_cast<char>((x = x * 6364136223846793005u + 1) >> 56));
    const auto r = ask(response(status::ok, "text/plain", noise));
    BOOST_TEST((r.body() == noise));
    BOOST_TEST(!r.has("Content-Encoding"));
    BOOST_TEST(r.header("Vary") == "Accept-Encoding");
}

BOOST_AUTO_TEST_CASE(a_shared_body_is_compressed_once)
{
    for (const std::size_t size : {5000u, 100'000u}) {
        const auto body = std::make_shared<const std::string>(text(size));
        const auto before = executed();
        const auto first = ask(response(status::ok, json, body));
        const auto second = ask(response(status::ok, json, body));
        BOOST_TEST((test::gunzip(first.body()) == *body));
        BOOST_TEST(first.shared_body() == second.shared_body());
        BOOST_TEST(first.shared_body() != body);
        BOOST_TEST(executed() - before == (size > 16'384 ? 1u : 0u));
        const auto other = ask(response(status::ok, json, std::make_shared<const std::string>(text(size))));
        BOOST_TEST(other.shared_body() != first.shared_body());
    }
}

BOOST_AUTO_TEST_CASE(when_the_pool_is_full_a_response_goes_out_as_it_is)
{
    const auto body = std::make_shared<const std::string>(text(100'000));
    {
        const jam full(*this);
        const auto r = ask(response(status::ok, json, text(100'000)));
        BOOST_TEST((r.body() == text(100'000)));
        BOOST_TEST(!r.has("Content-Encoding"));
        BOOST_TEST(r.header("Vary") == "Accept-Encoding");
        BOOST_TEST(ask(response(status::ok, json, body)).shared_body() == body);
        BOOST_TEST(compresses(response(status::ok, json, text(16'384)))); // needs no pool
    }
    BOOST_TEST(compresses(response(status::ok, json, body))); // it was not given up for ever
}

BOOST_AUTO_TEST_CASE(who_has_waited_too_long_for_the_pool_gets_the_response_as_it_is)
{
    std::future<bool> compressed;
    {
        const jam busy(*this, 1);
        compressed =
            std::async(std::launch::async, [&] { return compresses(response(status::ok, json, text(100'000))); });
        while (pool.statistics().waiting < 1) std::this_thread::yield();
        const auto too_late = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        std::this_thread::sleep_until(too_late);
    }
    BOOST_TEST(!compressed.get());
}

BOOST_AUTO_TEST_CASE(a_stream_is_compressed_piece_by_piece)
{
    const std::vector<std::string> all{"{\"users\":[", text(16'384), text(200'000), "]}\n"};
    auto r = ask(streamed(all));
    BOOST_TEST(r.header("Content-Encoding") == "gzip");
    BOOST_TEST(r.header("Vary") == "Accept-Encoding");
    const auto sent = read_all(r);
    BOOST_TEST(sent.size() < 100'000u);
    BOOST_TEST((test::gunzip(sent) == all[0] + all[1] + all[2] + all[3]));
    BOOST_TEST(test::run_task(r.stream()()).value() == ""); // ended for good

    auto plain = ask(streamed(all), "");
    BOOST_TEST((read_all(plain) == all[0] + all[1] + all[2] + all[3]));
    BOOST_TEST(plain.header("Vary") == "Accept-Encoding");

    auto empty = ask(streamed({}));
    BOOST_TEST(test::gunzip(read_all(empty)) == "");
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_uncompressed_while_the_pool_is_full)
{
    auto r = ask(streamed({text(50'000), text(150'000), text(60'000)}));
    auto sent = test::run_task(r.stream()()).value();
    {
        const jam full(*this);
        const auto stored = test::run_task(r.stream()()).value();
        BOOST_TEST(stored.size() > 150'000u);
        sent += stored;
    }
    sent += read_all(r);
    BOOST_TEST((test::gunzip(sent) == text(50'000) + text(150'000) + text(60'000)));
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_fails_and_does_not_look_ended)
{
    auto r = ask(streamed({text(100), "fail"}));
    BOOST_TEST(test::run_task(r.stream()()).has_value());
    BOOST_TEST((test::run_task(r.stream()()).error() == core::errc::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()
