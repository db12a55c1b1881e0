// A response into the bytes that are sent: the answer to a token check, and a refusal that is made on the way.
#include "http/response_writer.hpp"
#include "http/security_headers.hpp"
#include "micro/fixed.hpp"
#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

struct writing {
    fixed_clock clock;
    http::date_line date;
    http::security_lines security;
    std::string out;

    std::size_t write(const http::response& r)
    {
        out.clear();
        http::append_head(out, r, http::framing::content_length, date.at(clock.now()), {}, security.of(r));
        out.append(r.body());
        return out.size();
    }
};

http::response user_list()
{
    std::string body = "{\"users\":[";
    for (const char* user : {"0", "1", "2"})
        body.append(body.ends_with('[') ? "" : ",")
            .append(R"({"email":"user)")
            .append(user)
            .append(R"(@example.test","name":"User )")
            .append(user)
            .append(R"(","public_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7"})");
    http::response r(http::status::ok, "application/json", std::make_shared<const std::string>(body + "]}\n"));
    r.set_literal_lines("Cache-Control: no-store\r\n");
    return r;
}

std::size_t refuse(writing& to)
{
    return to.write(http::problem(http::status::bad_request, "weak_password", "The password is too short."));
}

} // namespace

void add_response(subjects& all)
{
    const auto list = [] {
        auto to = std::make_shared<writing>();
        const auto answer = user_list();
        to->write(answer);
        require(to->out.starts_with("HTTP/1.1 200 OK\r\n") && to->out.ends_with("]}\n"), "the response is malformed");
        return in_a_loop([to, answer] { return to->write(answer); });
    };
    const auto refusal = [] {
        auto to = std::make_shared<writing>();
        refuse(*to);
        require(to->out.starts_with("HTTP/1.1 400 ") && to->out.find("weak_password") != std::string::npos,
                "the response is malformed");
        return in_a_loop([to] { return refuse(*to); });
    };
    all.push_back({"response/users", list, 500});
    all.push_back({"response/problem", refusal, 500});
}

} // namespace watchword::micro
