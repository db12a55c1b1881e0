// A token that was verified before: who is calling; and GET /user from the router's door to its answer.
#include "micro/in_coroutine.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

constexpr std::size_t users = 3;

struct asking {
    service parts{users};
    std::string token = parts.token();
    http::request question;

    asking()
    {
        question.path = "/user";
        question.headers = {{"Host", "127.0.0.1:5000"}, {"x-access-token", token}};
    }
    core::task<http::response> ask() { return parts.routes().answer(question); }
};

std::shared_ptr<asking> make_asking()
{
    auto made = std::make_shared<asking>();
    const auto answer = answer_of<http::response>([&] { return made->ask(); });
    require(answer.status() == http::status::ok, "the token is refused");
    require(made->parts.checker().check_known(made->token) != nullptr, "the token is not known");
    return made;
}

} // namespace

void add_token_check(subjects& all)
{
    const auto known = [] {
        const auto made = make_asking();
        return in_a_loop([made] { return made->parts.checker().check_known(made->token); });
    };
    const auto answer = [] {
        const auto made = make_asking();
        return in_coroutine([made] { return made->ask(); });
    };
    all.push_back({"token_check/known", known, 500});
    all.push_back({"token_check/answer", answer, 500});
}

} // namespace watchword::micro
